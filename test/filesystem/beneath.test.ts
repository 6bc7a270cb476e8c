// Real files below a root: no path leads out, even while another process replaces directories by links.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  fstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';

import { expect } from 'chai';
import { lines, open, os, readText, statMany, tempfile, updateAtomic, writeAtomic, writeFile } from 'uvfiles';
import { beneath, type FileSystem, fileSystemError, type Mount, mount, wrap } from 'uvfiles/filesystem';
import { memoryFiles } from 'uvfiles/testing';

import { rejection } from '../support/files.js';
import { scratchDirectory } from '../support/temp.js';

describe('beneath', function () {
  if (process.platform === 'win32') return;
  const scratch = scratchDirectory();
  const at = (name: string): string => `${scratch.path}/${name}`;
  let mounted: Mount;

  beforeEach(() => {
    mkdirSync(at('root/dir/deep'), { recursive: true });
    mkdirSync(at('outside'));
    writeFileSync(at('outside/secret'), 'secret');
    writeFileSync(at('root/dir/file'), 'inside');
    mounted = mount('/jail', beneath(at('root')));
  });
  afterEach(() => mounted.unmount());

  it('creates temporary files without a name', async () => {
    await using file = await tempfile.temporaryFile({ dir: '/jail/dir/deep' });
    await file.write(Buffer.from('x'));
    await file.seek(0);
    expect(String(await file.read())).to.equal('x');
    expect(readdirSync(at('root/dir/deep'))).to.deep.equal([]);
    expect((await file.stat()).mode & 0o777).to.equal(0o600);
    await file.close();
  });

  it('gives temporary files with a descriptor', async () => {
    const { fd, path } = await tempfile.mkstemp({ dir: '/jail/dir', prefix: 'a', suffix: '.x' });
    expect(path).to.match(/^\/jail\/dir\/a.{16}\.x$/);
    writeSync(fd, 'text');
    expect(fstatSync(fd).mode & 0o777).to.equal(0o600);
    closeSync(fd);
    expect(await readText(path)).to.equal('text');
    await os.unlink(path);
  });

  it('gives descriptors under any name, and no other file system does', async () => {
    using _uploads = mount('/jail', wrap(beneath(at('root')), { name: 'uploads' }));
    const { fd, path } = await tempfile.mkstemp({ dir: '/jail/dir' });
    closeSync(fd);
    await os.unlink(path);
    using files = memoryFiles({}, { at: '/memory' });
    const calls: string[] = [];
    const open: FileSystem['open'] = async (...args) => {
      calls.push(args[0].toString());
      return files.fileSystem.open(...args);
    };
    using _ = mount('/memory', wrap(files.fileSystem, { name: 'beneath', open }));
    const error = await rejection(tempfile.mkstemp({ dir: '/memory' }));
    expect(error.code).to.equal('ERR_UNSUPPORTED_OPERATION');
    expect(error.message).to.include("'beneath'").and.include("'descriptors'");
    expect(calls).to.deep.equal([]);
  });

  for (const closes of ['succeeds', 'fails']) {
    it(`leaves no file of mkstemp where a wrapper has files of its own, whose close ${closes}`, async () => {
      const files = beneath(at('root'));
      using _ = mount(
        '/jail',
        wrap(files, {
          open: async (...args) => {
            const file = await files.open(...args);
            return {
              pread: (size, position, call) => file.pread(size, position, call),
              pwrite: (data, position, call) => file.pwrite!(data, position, call),
              stat: (call) => file.stat(call),
              close: async () => {
                await file.close();
                if (closes === 'fails') throw fileSystemError('EIO', 'close');
              },
            };
          },
        }),
      );
      const { code } = await rejection(tempfile.mkstemp({ dir: '/jail/dir' }));
      expect(code).to.equal(closes === 'fails' ? 'EIO' : 'ERR_UNSUPPORTED_OPERATION');
      expect(readdirSync(at('root/dir')).sort()).to.deep.equal(['deep', 'file']);
    });
  }

  it('rejects an empty root, which would be the current directory', () => {
    for (const root of ['', new Uint8Array(0)])
      expect(() => beneath(root))
        .to.throw()
        .with.property('code', 'ERR_INVALID_ARG_VALUE');
  });

  it('names lstat in its errors', async () => {
    expect(await rejection(os.lstat('/jail/none'))).to.include({ code: 'ENOENT', syscall: 'lstat' });
    expect(await rejection(os.stat('/jail/none'))).to.include({ code: 'ENOENT', syscall: 'stat' });
  });

  it('opens, reads, writes and lists what is below the root', async () => {
    expect(await readText('/jail/dir/file')).to.equal('inside');
    await writeFile('/jail/new', 'x');
    await writeAtomic('/jail/new', 'y\nz\n');
    expect(readFileSync(at('root/new'), 'utf8')).to.equal('y\nz\n');
    for await (const line of lines('/jail/new')) expect(line).to.be.oneOf(['y', 'z']);
    await using file = await open('/jail/new', 'r+');
    expect(file.fileno()).to.be.greaterThan(2);
    expect((await os.listdir('/jail')).sort()).to.deep.equal(['dir', 'new']);
    await os.makedirs('/jail/a/b');
    await os.rename('/jail/new', '/jail/a/b/moved');
    expect((await os.stat('/jail/a/b/moved')).size).to.equal(4);
    expect((await os.stat('/jail/a/b/moved', { bigint: true })).size).to.equal(4n);
    const [found, missing] = await statMany(['/jail/dir', '/jail/none']);
    expect(found).to.not.be.instanceOf(Error);
    expect(missing).to.be.instanceOf(Error);
    const walked = [];
    for await (const [dir] of os.walk('/jail')) walked.push(dir);
    expect(walked.sort()).to.deep.equal(['/jail', '/jail/a', '/jail/a/b', '/jail/dir', '/jail/dir/deep']);
    await os.copytree('/jail/a', '/jail/copy');
    await os.rmtree('/jail/a');
    await using directory = await tempfile.temporaryDirectory({ dir: '/jail' });
    expect(await os.exists(directory.name)).to.equal(true);
    expect(readFileSync(at('root/copy/b/moved'), 'utf8')).to.equal('y\nz\n');
  });

  it('follows links that stay below the root', async () => {
    symlinkSync('dir/file', at('root/link'));
    symlinkSync('../../../root/dir', at('root/dir/deep/up'));
    expect(await readText('/jail/link')).to.equal('inside');
    expect(await os.readlink('/jail/link')).to.equal('dir/file');
    expect(await os.realpath('/jail/link')).to.equal('/jail/dir/file');
    expect((await rejection(readText('/jail/dir/deep/up/file'))).code).to.equal('ERR_OUTSIDE_ROOT');
  });

  it('rejects every path that leads out of the root', async () => {
    symlinkSync(at('outside'), at('root/absolute'));
    symlinkSync('../outside', at('root/relative'));
    symlinkSync('/proc/self/root', at('root/magic'));
    symlinkSync('/proc/self/cwd', at('root/dir/cwd'));
    symlinkSync(`${at('root')}/dir/file`, at('root/back'));
    for (const path of [
      'absolute/secret',
      'relative/secret',
      `magic${at('outside/secret')}`,
      'dir/cwd/package.json',
      'back',
    ]) {
      expect((await rejection(readText(`/jail/${path}`))).code, path).to.equal('ERR_OUTSIDE_ROOT');
      expect((await rejection(writeFile(`/jail/${path}`, 'x'))).code, path).to.equal('ERR_OUTSIDE_ROOT');
      expect((await rejection(os.stat(`/jail/${path}`))).code, path).to.equal('ERR_OUTSIDE_ROOT');
      expect((await rejection(os.chmod(`/jail/${path}`, 0o600))).code, path).to.equal('ERR_OUTSIDE_ROOT');
    }
    for (const path of ['absolute/x', 'relative/x']) {
      expect((await rejection(os.mkdir(`/jail/${path}`))).code, path).to.equal('ERR_OUTSIDE_ROOT');
      expect((await rejection(os.rename('/jail/dir', `/jail/${path}`))).code, path).to.equal(
        'ERR_OUTSIDE_ROOT',
      );
      expect((await rejection(os.symlink('a', `/jail/${path}`))).code, path).to.equal('ERR_OUTSIDE_ROOT');
    }
    const files = beneath(at('root'));
    for (const path of [
      '/../outside/secret',
      '/dir/../../outside/secret',
      '/dir/deep/../../../outside/secret',
    ]) {
      expect((await rejection(files.open(path, 0, 0, {}))).code, path).to.equal('ERR_OUTSIDE_ROOT');
      expect((await rejection(files.unlink(path, {}))).code, path).to.equal('ERR_OUTSIDE_ROOT');
    }
    expect(readFileSync(at('outside/secret'), 'utf8')).to.equal('secret');
    expect((await rejection(readText('/jail/none'))).code).to.equal('ENOENT');
  });

  it('replaces no file through a link that leads out of the root', async () => {
    // Below the root, there is a file of this path, too.
    symlinkSync('/dir/file', at('root/absolute'));
    symlinkSync('../outside/secret', at('root/relative'));
    symlinkSync('/dir/new', at('root/dangling'));
    for (const name of ['absolute', 'relative', 'dangling']) {
      expect((await rejection(writeAtomic(`/jail/${name}`, 'x'))).code, name).to.equal('ERR_OUTSIDE_ROOT');
      const { code } = await rejection(updateAtomic(`/jail/${name}`, () => 'x'));
      expect(code, name).to.equal('ERR_OUTSIDE_ROOT');
    }
    expect(readFileSync(at('root/dir/file'), 'utf8')).to.equal('inside');
    expect(readdirSync(at('root/dir'))).to.eql(['deep', 'file']);
    symlinkSync('dir/new', at('root/inside'));
    await writeAtomic('/jail/inside', 'new');
    expect(readFileSync(at('root/dir/new'), 'utf8')).to.equal('new');
  });

  it('rejects .. that leads out of the mount, even if the mount is at a directory of the disk', async () => {
    using _ = mount(at('root'), beneath(at('root')));
    for (const name of ['../outside/secret', 'dir/../../outside/secret', '../root/../outside/secret']) {
      for (const path of [`/jail/${name}`, `${at('root')}/${name}`, Buffer.from(`${at('root')}/${name}`)]) {
        expect((await rejection(readText(path))).code, String(path)).to.equal('ERR_OUTSIDE_ROOT');
        expect((await rejection(writeFile(path, 'x'))).code, String(path)).to.equal('ERR_OUTSIDE_ROOT');
      }
    }
    expect(readFileSync(at('outside/secret'), 'utf8')).to.equal('secret');
    expect(await readText(`${at('root')}/dir/../dir/file`)).to.equal('inside');
  });

  it('rejects an escape with the paths and the line of the caller', async () => {
    symlinkSync(at('outside'), at('root/out'));
    const waits = async (): Promise<void> => void (await readText('/jail/./out/secret'));
    const read = await rejection(waits());
    expect(read).to.include({ code: 'ERR_OUTSIDE_ROOT', path: '/jail/./out/secret' });
    expect(read.message).to.equal("The path leads outside of the root directory: '/jail/./out/secret'");
    expect(read.stack)
      .to.include(read.message)
      .and.match(/at (async )?waits .*beneath\.test\.ts/);
    const moved = await rejection(os.rename('/jail/dir', '/jail/out/dir'));
    expect(moved).to.include({ code: 'ERR_OUTSIDE_ROOT', path: '/jail/dir', dest: '/jail/out/dir' });
    expect(moved.message).to.match(/: '\/jail\/dir' -> '\/jail\/out\/dir'$/);
    const [, described] = await statMany(['/jail/dir', '/jail/out/secret']);
    expect(described).to.include({ code: 'ERR_OUTSIDE_ROOT', path: '/jail/out/secret' });
  });

  it('walks and globs past links that lead out of the root', async () => {
    symlinkSync(at('outside'), at('root/dir/out'));
    for (const followSymlinks of [false, true]) {
      const walked = [];
      const onError = (error: Error): never => expect.fail(String(error));
      for await (const [dir, , names] of os.walk('/jail', { followSymlinks, onError }))
        walked.push([dir, names]);
      expect(walked).to.deep.include(['/jail/dir', ['file', 'out']]);
      const found: string[] = [];
      for (const pattern of ['**/file', '*/out', 'dir/*/secret'])
        for await (const path of os.glob(pattern, { cwd: '/jail', followSymlinks })) found.push(path);
      expect(found).to.deep.equal(['dir/file', 'dir/out']);
    }
  });

  // With fewer, the other process may not have had its turn yet.
  it('opens no file outside in 10,000 attempts, while another process replaces a directory by a link', async function () {
    this.timeout(240_000);
    writeFileSync(at('outside/file'), 'secret');
    const swap = 'cd "$1"; while :; do mv dir real; ln -s ../outside dir; rm dir; mv real dir; done';
    // The pipe closes when the last of its programs has ended, which a shell that is killed does not wait for.
    const swapper = spawn('sh', ['-c', swap, 'sh', at('root')], { stdio: ['ignore', 'pipe', 'ignore'] });
    const codeOf = (error: { code: string }): string => error.code;
    const seen = new Set<string>();
    try {
      for (let opens = 0; opens < 10_000 || !seen.has('inside') || !seen.has('ERR_OUTSIDE_ROOT');) {
        const results = await Promise.all(
          Array.from({ length: 50 }, (_, i) => [
            readText('/jail/dir/file').catch(codeOf),
            writeFile(`/jail/dir/new-${i}`, 'x').then(() => 'inside', codeOf),
          ]).flat(),
        );
        for (const each of results) seen.add(each);
        opens += results.length;
      }
    } finally {
      const ended = once(swapper, 'close');
      swapper.stdout.resume();
      swapper.kill('SIGKILL');
      await ended;
    }
    for (const each of seen) expect(each).to.be.oneOf(['inside', 'ENOENT', 'ERR_OUTSIDE_ROOT', 'EAGAIN']);
    expect(readdirSync(at('outside')).sort()).to.deep.equal(['file', 'secret']);
  });
});
