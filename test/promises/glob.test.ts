// glob with types on mounted file systems, where it differs from Node's or Node's cannot be compared.
import { expect } from 'chai';
import type { Dirent } from 'node:fs';

import fs from 'uvfiles/promises';
import { memoryFiles } from 'uvfiles/testing';

import { skip } from '../support/skip.js';

type Glob = (pattern: string, options: object) => AsyncIterable<Dirent>;

describe('promises.glob with types on a mounted file system', () => {
  const top = '/uvfiles-promises-glob';
  let glob: Glob;

  before(function () {
    const own = (fs as unknown as { glob?: Glob }).glob;
    if (own === undefined) return skip(this, 'this version of Node has no glob');
    glob = own;
  });

  async function found(pattern: string, options: object): Promise<string[]> {
    using files = memoryFiles({ 'a/b/c.txt': 'c', 'a/d.txt': 'd', 'e.txt': 'e' }, { at: top });
    void files;
    const paths: string[] = [];
    for await (const entry of glob(pattern, { cwd: top, withFileTypes: true, ...options }))
      paths.push(`${entry.parentPath}/${entry.name}`.slice(top.length));
    return paths.sort();
  }

  it('calls the function once for each entry, and omits entries of excluded directories', async () => {
    const asked: string[] = [];
    const exclude = (entry: Dirent): boolean => {
      asked.push(`${entry.name}${entry.isDirectory() ? '/' : ''}`);
      return entry.name === 'b';
    };
    expect(await found('**/*.txt', { exclude })).to.deep.equal(['/a/d.txt', '/e.txt']);
    expect(asked.sort()).to.deep.equal(['a/', 'b/', 'd.txt', 'e.txt']);
  });

  for (const at of ['/uvfiles-promises-glob', 'promises-glob://x'])
    it(`treats ${at}/ as the same directory as ${at}`, async () => {
      using files = memoryFiles({ 'd/f.txt': '', 'e/b/c.txt': '' }, { at });
      void files;
      const exclude = (entry: Dirent): boolean => entry.name === 'e';
      const paths: string[] = [];
      for await (const { parentPath, name } of glob('**/*.txt', {
        cwd: `${at}/`,
        withFileTypes: true,
        exclude,
      }))
        paths.push(`${parentPath} ${name}`);
      expect(paths).to.deep.equal([`${at}/d f.txt`]);
    });

  it('rejects with what the function throws', async () => {
    const refused = new Error('refused');
    const exclude = (): boolean => {
      throw refused;
    };
    const error = await found('*', { exclude }).catch((caught: unknown) => caught);
    expect(error).to.equal(refused);
  });
});
