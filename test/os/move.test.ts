// Impossible moves lose nothing and leave nothing behind.
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { os } from 'uvfiles';
import { dir, link, memoryFiles } from 'uvfiles/testing';

import { skip } from '../support/skip.js';
import { needsRoot, rejection, scratchDirectory } from '../support/temp.js';

describe('move', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => path.join(scratch.path, name);

  it('rejects with ENOENT below a missing directory and loses nothing', async () => {
    writeFileSync(at('f'), 'content');
    mkdirSync(at('d'));
    for (const [from, to] of [
      ['f', 'none/x'],
      ['f', 'none/'],
      ['d', 'none/x'],
    ] as const) {
      const error = await rejection(os.move(at(from), at(to)));
      expect([error.code, error.path, (error as { dest?: string }).dest]).to.eql([
        'ENOENT',
        at(from),
        at(to),
      ]);
    }
    expect(readdirSync(scratch.path).sort()).to.eql(['d', 'f']);
    expect(readFileSync(at('f'), 'utf8')).to.equal('content');
  });

  it('leaves a link to a directory in place if it is moved to its own name', async () => {
    mkdirSync(at('d'));
    symlinkSync('d', at('link'));
    expect(await os.move(at('link'), at('link'))).to.equal(at('link'));
    expect(await os.move(at('link'), at('d/../link'))).to.equal(at('d/../link'));
    expect(readlinkSync(at('link'))).to.equal('d');
    expect(readdirSync(at('d'))).to.eql([]);
  });

  it('leaves a link in files in memory in place if it is moved to its own name', async () => {
    const files = memoryFiles({ d: dir({}), link: link('d') }, { at: '/of-links' });
    try {
      expect(await os.move('/of-links/link', '/of-links/link')).to.equal('/of-links/link');
      expect(files.tree()).to.eql({ d: dir({}), link: link('d') });
    } finally {
      files[Symbol.dispose]();
    }
  });

  it('removes its copy if another mount leads from the source into it', async function () {
    needsRoot(this);
    mkdirSync(at('source/mounted'), { recursive: true });
    mkdirSync(at('elsewhere'));
    writeFileSync(at('source/file'), 'content');
    try {
      execFileSync('mount', ['--bind', at('elsewhere'), at('source/mounted')], { stdio: 'pipe' });
    } catch (error) {
      skip(this, `nothing can be mounted: ${String(error).split('\n', 1)[0]}`);
    }
    try {
      // Another mount of the same directory: rename fails with EXDEV, and the copy contains itself.
      const error = await rejection(os.move(at('source'), at('source/mounted/inside')));
      expect(error.code).to.equal('EINVAL');
      expect(readdirSync(at('elsewhere'))).to.eql([]);
      execFileSync('mount', ['--bind', at('elsewhere'), at('elsewhere')]);
      const other = await rejection(os.move(at('source'), at('elsewhere/inside')));
      expect(other.code).to.equal('EINVAL');
      expect(readdirSync(at('elsewhere'))).to.eql([]);
      expect(readFileSync(at('source/file'), 'utf8')).to.equal('content');
    } finally {
      execFileSync('sh', ['-c', 'umount "$1"; umount "$2"', 'sh', at('elsewhere'), at('source/mounted')], {
        stdio: 'ignore',
      });
    }
  });
});
