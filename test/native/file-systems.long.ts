// Atomic writes, copies and moves on file systems that lack what others have: nameless files, links, attributes.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openAtomic, os, writeAtomic } from 'uvfiles';

import { type Mounted, mountFuse, mountOverlay, mountTmpfs } from '../support/file-systems.js';
import { isRoot, needsRoot, rejection, scratchDirectory } from '../support/temp.js';

type Mount = (context: Mocha.Context, top: string) => Promise<Mounted> | Mounted;

const KINDS: [name: string, mount: Mount][] = [
  ['tmpfs', mountTmpfs],
  [
    'overlayfs, of a file of the lower layer',
    (context, top) => {
      const mounted = mountOverlay(context, top);
      writeFileSync(path.join(mounted.lower, 'a'), 'below');
      return mounted;
    },
  ],
  ['FUSE', mountFuse],
];

for (const [name, mount] of KINDS) {
  describe(`atomic writes, copies and moves on ${name}`, () => {
    let mounted: Mounted | undefined;
    // Unmounted before the directory that it is mounted in is removed.
    afterEach(async () => {
      await mounted?.unmount();
      mounted = undefined;
    });
    const scratch = scratchDirectory();
    const at = (file: string): string => path.join(mounted!.mountpoint, file);
    const text = (file: string): string => readFileSync(at(file), 'utf8');

    it('replace files, durably or not, and leave no other file', async function () {
      needsRoot(this);
      mounted = await mount(this, scratch.path);
      for (const durable of [true, false]) {
        await writeAtomic(at('a'), `durable ${durable}`, { durable });
        expect(text('a')).to.equal(`durable ${durable}`);
        const f = await openAtomic(at('a'), 'w', { durable });
        await f.write(`streamed ${durable}`);
        expect(text('a')).to.equal(`durable ${durable}`);
        await f.commit();
        expect(text('a')).to.equal(`streamed ${durable}`);
      }
      const x = await openAtomic(at('x'), 'x');
      await x.write('new');
      await x.commit();
      expect((await rejection(openAtomic(at('x'), 'x'))).code).to.equal('EEXIST');
      const dropped = await openAtomic(at('a'));
      await dropped.write('never');
      await dropped.abort();
      expect(text('a')).to.equal('streamed false');
      expect(readdirSync(mounted.mountpoint).sort()).to.deep.equal(['a', 'x']);
    });

    it('keep mode and owner, and extended attributes if the file system has them', async function () {
      needsRoot(this);
      mounted = await mount(this, scratch.path);
      await writeAtomic(at('a'), 'x');
      chmodSync(at('a'), 0o641);
      if (isRoot) chownSync(at('a'), 1234, 4321);
      const before = statSync(at('a'));
      const attributes = spawnSync('setfattr', ['-n', 'user.kept', '-v', 'v', at('a')]).status === 0;
      await writeAtomic(at('a'), 'y');
      const { mode, uid, gid } = statSync(at('a'));
      expect({ mode, uid, gid }).to.deep.equal({ mode: before.mode, uid: before.uid, gid: before.gid });
      if (attributes) expect(spawnSync('getfattr', ['-n', 'user.kept', at('a')]).status).to.equal(0);
    });

    it('work into and out of it', async function () {
      needsRoot(this);
      mounted = await mount(this, scratch.path);
      const content = 'content '.repeat(50_000);
      const outside = path.join(scratch.path, 'outside');
      writeFileSync(outside, content);
      await os.copy(outside, at('copy'));
      await os.copy(at('copy'), at('again'));
      expect(text('again')).to.equal(content);
      await os.move(at('again'), `${outside}-moved`);
      expect(readFileSync(`${outside}-moved`, 'utf8')).to.equal(content);
      await os.move(outside, at('copy'));
      expect(text('copy')).to.equal(content);
      expect(readdirSync(mounted.mountpoint)).not.to.include('again');
    });
  });
}
