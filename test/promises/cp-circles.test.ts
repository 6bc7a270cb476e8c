// cp with `dereference` where links lead in a circle, on the disk and in memory.
import { expect } from 'chai';
import fs from 'uvfiles/promises';
import { memoryFiles } from 'uvfiles/testing';

import { rejection, scratchDirectory } from '../support/temp.js';

const options = { recursive: true, dereference: true };

describe('promises.cp with dereference', () => {
  const scratch = scratchDirectory();
  const mounted: Disposable[] = [];
  afterEach(() => {
    for (const each of mounted.splice(0)) each[Symbol.dispose]();
  });
  const at = (name: string): string => `${scratch.path}/top/${name}`;

  for (const where of ['on the disk', 'in memory']) {
    describe(where, () => {
      beforeEach(async () => {
        if (where === 'in memory') mounted.push(memoryFiles({}, { at: scratch.path }));
        await fs.mkdir(at('d/x'), { recursive: true });
        await fs.mkdir(at('d/y'));
        await fs.writeFile(at('d/x/file'), 'text');
      });

      for (const [title, target, link, expected = link] of [
        ['to its own directory', '.', 'd/self'],
        ['to a directory further above', '..', 'd/x/up'],
        ['to a directory above the source', '..', 'd/l', 'd/l/d/l'],
        ['to the directory that is copied to', '../e', 'd/l'],
      ] as const) {
        it(`names both paths of a link ${title}`, async () => {
          await fs.symlink(target, at(link));
          if (target === '../e') await fs.mkdir(at('e'));
          // That the target is in the source is another error, so another place.
          const copy = target === '..' && link === 'd/l' ? `${scratch.path}/copy` : at('e');
          const error = await rejection(fs.cp(at('d'), copy, options));
          const dest = copy + expected.slice(1);
          expect(error).to.include({ code: 'ELOOP', syscall: 'cp', path: at(expected), dest });
          expect(error.message).to.contain(`cp '${at(expected)}' -> '${dest}'`);
        });
      }

      it('names both paths where two directories lead to each other', async () => {
        await fs.symlink('../y', at('d/x/l'));
        await fs.symlink('../x', at('d/y/l'));
        const error = await rejection(fs.cp(at('d'), at('e'), options));
        expect(error.code).to.equal('ELOOP');
        expect([at('d/x/l/l'), at('d/y/l/l')]).to.include(error.path);
      });

      it('copies a directory that several links lead to once for each of them', async () => {
        await fs.symlink('../x', at('d/y/one'));
        await fs.symlink('../x', at('d/y/two'));
        await fs.symlink('d', at('source'));
        await fs.cp(at('source'), at('e'), options);
        for (const name of ['x', 'y/one', 'y/two']) {
          expect((await fs.lstat(at(`e/${name}`))).isDirectory(), name).to.equal(true);
          expect(await fs.readFile(at(`e/${name}/file`), 'utf8')).to.equal('text');
        }
      });

      it('lets a filter end a circle', async () => {
        await fs.symlink('.', at('d/self'));
        const filter = (source: string): boolean => !source.endsWith('self/self');
        await fs.cp(at('d'), at('e'), { ...options, filter });
        expect(await fs.readFile(at('e/self/x/file'), 'utf8')).to.equal('text');
        expect((await fs.readdir(at('e/self'))).sort()).to.deep.equal(['x', 'y']);
      });
    });
  }
});
