// path: the functions of aiofiles.ospath, compared with node:fs.
import { expect } from 'chai';
import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import * as uvpath from 'uvfiles/path';
import { os, path as fromRoot } from 'uvfiles';

import { rejection, scratchDirectory } from '../support/temp.js';

describe('path', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => path.join(scratch.path, name);

  beforeEach(() => {
    writeFileSync(at('file'), 'content');
    mkdirSync(at('dir'));
    symlinkSync('file', at('link'));
    symlinkSync('nowhere', at('dangling'));
  });

  it('is the same at the root and as the subpath', () => {
    expect(fromRoot.isfile).to.equal(uvpath.isfile);
    expect(
      Object.keys(uvpath)
        .filter((name) => name !== 'default' && name !== 'module.exports')
        .sort(),
    ).to.deep.equal(
      [
        ...['abspath', 'exists', 'getatime', 'getctime', 'getmtime', 'getsize', 'isdir', 'isfile', 'islink'],
        ...['ismount', 'lexists', 'samefile', 'sameopenfile'],
      ].sort(),
    );
  });

  it('reports whether a path exists, and what it is', async () => {
    const table: [
      name: string,
      exists: boolean,
      lexists: boolean,
      isfile: boolean,
      isdir: boolean,
      islink: boolean,
    ][] = [
      ['file', true, true, true, false, false],
      ['dir', true, true, false, true, false],
      ['link', true, true, true, false, true],
      ['dangling', false, true, false, false, true],
      ['none', false, false, false, false, false],
      ['file/below', false, false, false, false, false],
    ];
    for (const [name, ...expected] of table) {
      const { exists, lexists, isfile, isdir, islink } = uvpath;
      const answers = await Promise.all([exists, lexists, isfile, isdir, islink].map((ask) => ask(at(name))));
      expect(answers, name).to.deep.equal(expected);
      expect(await os.exists(at(name))).to.equal(existsSync(at(name)));
    }
  });

  it('rejects invalid arguments instead of resolving to false', async () => {
    for (const ask of [uvpath.exists, uvpath.isfile, uvpath.isdir, uvpath.islink, uvpath.ismount]) {
      expect((await rejection(ask(5 as unknown as string))).code).to.equal('ERR_INVALID_ARG_TYPE');
      expect((await rejection(ask('a\0b'))).code).to.equal('ERR_INVALID_ARG_VALUE');
      expect((await rejection(ask(at('file'), { signal: AbortSignal.abort() }))).name).to.equal('AbortError');
    }
  });

  it('returns sizes in bytes and times in milliseconds', async () => {
    const { size, atimeMs, mtimeMs, ctimeMs } = statSync(at('file'));
    expect(await uvpath.getsize(at('link'))).to.equal(size);
    expect(await uvpath.getatime(at('file'))).to.equal(atimeMs);
    expect(await uvpath.getmtime(at('file'))).to.equal(mtimeMs);
    expect(await uvpath.getctime(at('file'))).to.equal(ctimeMs);
    expect((await rejection(uvpath.getsize(at('none')))).code).to.equal('ENOENT');
  });

  it('recognizes the same file by two names, and by two descriptors', async () => {
    linkSync(at('file'), at('hard'));
    expect(await uvpath.samefile(at('file'), at('hard'))).to.equal(true);
    expect(await uvpath.samefile(at('file'), at('link'))).to.equal(true);
    expect(await uvpath.samefile(at('file'), at('dir'))).to.equal(false);
    const missing = await rejection(uvpath.samefile(at('file'), at('none')));
    expect(missing).to.include({ code: 'ENOENT', syscall: 'stat', path: at('none') });
    const fds = [openSync(at('file'), 'r'), openSync(at('hard'), 'r'), openSync(at('dir'), 'r')] as [
      number,
      number,
      number,
    ];
    expect(await uvpath.sameopenfile(fds[0], fds[1])).to.equal(true);
    expect(await uvpath.sameopenfile(fds[0], fds[2])).to.equal(false);
    for (const fd of fds) closeSync(fd);
    expect((await rejection(uvpath.sameopenfile(fds[0], -1))).code).to.equal('ERR_OUT_OF_RANGE');
  });

  it('recognizes mount points', async () => {
    expect(await uvpath.ismount('/')).to.equal(true);
    expect(await uvpath.ismount('/proc')).to.equal(true);
    expect(await uvpath.ismount(scratch.path)).to.equal(false);
    expect(await uvpath.ismount(at('none'))).to.equal(false);
  });

  it('makes paths absolute without I/O', async () => {
    expect(await uvpath.abspath('a/../b')).to.equal(path.resolve('b'));
    expect(await uvpath.abspath('/x/./y/')).to.equal(path.resolve('/x/y'));
    if (path.sep === '/') expect(await uvpath.abspath('/x/./y/')).to.equal('/x/y');
  });

  it('makes byte paths absolute that are not UTF-8', async () => {
    expect(await uvpath.abspath(Buffer.from([0x2f, 0xff, 0x2f, 0x2e, 0x2e, 0x2f, 0xfe]))).to.deep.equal(
      Buffer.from([0x2f, 0xfe]),
    );
  });
});
