// glob on mounted file systems, where it differs from Node's or Node's cannot be compared.
import { expect } from 'chai';
import { type Dirent, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';

import fs from 'uvfiles/promises';
import { memoryFiles } from 'uvfiles/testing';

import { skip } from '../support/skip.js';

type Glob = (pattern: string, options: object) => AsyncIterable<Dirent>;

describe('promises.glob on mounted file systems', () => {
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

  it('finds what patterns that lead to mounts match, whatever the current directory', async () => {
    const real = mkdtempSync(`${tmpdir()}/uvfiles-promises-glob-`);
    writeFileSync(`${real}/real.txt`, '');
    const names = glob as unknown as (
      patterns: string | readonly string[],
      options?: object,
    ) => AsyncIterable<string>;
    const matches = async (patterns: string | readonly string[], options?: object): Promise<string[]> => {
      const paths: string[] = [];
      for await (const path of names(patterns, options)) paths.push(path);
      return paths.sort();
    };
    try {
      using inside = memoryFiles({ 'c.txt': '' }, { at: `${real}/inside` });
      using files = memoryFiles({ 'a.txt': '', 'd/b.txt': '' }, { at: top });
      using url = memoryFiles({ 'a.txt': '' }, { at: 'promises-glob://y' });
      void [inside, files, url];
      expect(await matches(`${top}/**/*.txt`)).to.deep.equal([`${top}/a.txt`, `${top}/d/b.txt`]);
      expect(await matches([`${top}/*.txt`, '*.txt'], { cwd: real })).to.deep.equal([
        `${top}/a.txt`,
        'real.txt',
      ]);
      expect(await matches('inside/*', { cwd: real })).to.deep.equal(['inside/c.txt']);
      expect(await matches('promises-glob://y/*')).to.deep.equal(['promises-glob://y/a.txt']);
      const entries: string[] = [];
      for await (const { parentPath, name } of glob(`${top}/d/*`, { withFileTypes: true }))
        entries.push(`${parentPath} ${name}`);
      expect(entries).to.deep.equal([`${top}/d b.txt`]);
      // Real files alone are for Node.
      expect(await matches('*.txt', { cwd: real })).to.deep.equal(['real.txt']);
    } finally {
      rmSync(real, { recursive: true });
    }
  });

  for (const at of ['/', 'promises-glob://'])
    it(`asks the function about what is in ${at}, not about ${at} itself`, async () => {
      using files = memoryFiles({ 'd/f.txt': '', 'e/c.txt': '' }, { at });
      void files;
      const asked: string[] = [];
      const exclude = ({ name }: Dirent): boolean => asked.push(name) > 0 && name === 'e';
      const paths: string[] = [];
      for await (const { parentPath, name } of glob('[de]/*.txt', { cwd: at, withFileTypes: true, exclude }))
        paths.push(`${parentPath} ${name}`);
      expect(paths).to.deep.equal([`${at}d f.txt`]);
      expect(asked.sort()).to.deep.equal(['d', 'e', 'f.txt']);
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
