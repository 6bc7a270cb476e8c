// copyFile on a mounted file system: onto a directory with the errors of Node on the disk, and of names that are bytes.
import { expect } from 'chai';
import nodeFs from 'node:fs/promises';
import fs from 'uvfiles/promises';
import { memoryFiles } from 'uvfiles/testing';

import { rejection, scratchDirectory } from '../support/temp.js';

describe('promises.copyFile on a mounted file system', () => {
  const scratch = scratchDirectory();

  const outcomes = async ({ copyFile, mkdir, writeFile }: typeof nodeFs): Promise<string[]> => {
    const at = (name: string): string => `${scratch.path}/${name}`;
    await writeFile(at('file'), '');
    await mkdir(at('one'));
    await mkdir(at('two'));
    const errors: string[] = [];
    for (const source of ['file', 'one', 'two', 'missing', 'file/x'])
      for (const target of ['two', 'two/'])
        for (const mode of [0, fs.constants.COPYFILE_EXCL])
          errors.push(String(await rejection(copyFile(at(source), at(target), mode))));
    return errors;
  };

  it('rejects onto a directory as on the disk', async () => {
    const expected = await outcomes(nodeFs);
    using _files = memoryFiles({}, { at: scratch.path });
    expect(await outcomes(fs)).to.deep.equal(expected);
  });

  it('copies names that are not UTF-8', async () => {
    using files = memoryFiles({}, { at: scratch.path });
    const odd = Buffer.concat([Buffer.from(`${scratch.path}/`), Buffer.from([0xff])]);
    await fs.writeFile(odd, 'odd');
    await fs.copyFile(odd, `${scratch.path}/plain`);
    await fs.copyFile(`${scratch.path}/plain`, Buffer.concat([odd, odd.subarray(-1)]));
    expect(Object.values(files.tree())).to.deep.equal(['odd', 'odd', 'odd']);
  });
});
