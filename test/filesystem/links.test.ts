// Links of mounted file systems: the paths in them are those of the program, which begin with the prefix of the mount.
import { expect } from 'chai';
import { os, readText, writeAtomic } from 'uvfiles';
import fs from 'uvfiles/promises';
import { link, memoryFiles, type MemoryFiles } from 'uvfiles/testing';

for (const top of ['/uvfiles-links', 'links://box', 'links://'])
  describe(`links of a file system at ${top}`, () => {
    const at = (name: string): string => (top.endsWith('/') ? top : `${top}/`) + name;
    let files: MemoryFiles;

    beforeEach(() => {
      files = memoryFiles({ 'd/f': 'text', old: link('/d/f') }, { at: top });
    });
    afterEach(() => files.unmount());

    it('have the target that they were made with', async () => {
      const targets = [
        at('d/f'),
        at('none'),
        at('d/../d/f'),
        at('d/'),
        top,
        'd/f',
        '../elsewhere',
        'none://x',
      ];
      for (const [i, target] of targets.entries()) {
        await os.symlink(target, at(`${i}`));
        expect(await os.readlink(at(`${i}`))).to.equal(target);
        expect(await fs.readlink(at(`${i}`))).to.equal(target);
      }
      expect(await readText(at('0'))).to.equal('text');
      expect(await os.listdir(at(`${targets.indexOf(top)}`))).to.include('old');
    });

    it('keep bytes that are not UTF-8', async () => {
      const target = Buffer.concat([Buffer.from(at('d/')), Buffer.from([0xff, 0xfe])]);
      await os.symlink(target, at('odd'));
      expect(await os.readlink(at('odd'), { encoding: 'buffer' })).to.deep.equal(target);
      await writeAtomic(at('odd'), 'odd');
      expect(await readText(target)).to.equal('odd');
    });

    it('lead to a path of the program if they are absolute', async () => {
      const target = await os.readlink(at('old'));
      expect(target).to.equal(at('d/f'));
      expect(await readText(target)).to.equal('text');
      expect(await os.realpath(at('old'))).to.equal(at('d/f'));
      expect(await os.realpath(at('d/..'))).to.equal(top);
    });

    it('are copied as they are', async () => {
      await os.copytree(at('d'), at('d2'));
      await os.copy(at('old'), at('new'), { followSymlinks: false });
      await os.rename(at('old'), at('moved'));
      expect(files.tree()).to.deep.include({ new: link('/d/f'), moved: link('/d/f') });
    });
  });
