// readMany: lists of paths that come from elsewhere.
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { readMany, statMany } from 'uvfiles';
import { type FileSystem, mount, wrap } from 'uvfiles/filesystem';
import { memoryFiles } from 'uvfiles/testing';

import { codeOf } from '../support/files.js';
import { scratchDirectory } from '../support/temp.js';

describe('readMany', () => {
  const scratch = scratchDirectory();

  /** What it gives for `paths`, as text. */
  async function contents(paths: AsyncIterable<string>): Promise<string[]> {
    const found: string[] = [];
    for await (const { data } of readMany(paths)) found.push(String(data));
    return found;
  }

  it('accepts an async iterable whose promises come from another realm, or are only thenables', async () => {
    const names = ['a', 'b'].map((name) => path.join(scratch.path, name));
    for (const name of names) writeFileSync(name, path.basename(name));
    const ofAnotherRealm = runInContext(
      `(names) => ({ [Symbol.asyncIterator]: () => {
        const all = names[Symbol.iterator]();
        return { next: async () => all.next() };
      } })`,
      createContext(),
    ) as (names: string[]) => AsyncIterable<string>;
    expect(await contents(ofAnotherRealm(names))).to.deep.equal(['a', 'b']);
    const all = names[Symbol.iterator]();
    const thenables = {
      [Symbol.asyncIterator]: () => ({
        next: () => ({ then: (resolve: (step: unknown) => void) => resolve(all.next()) }),
      }),
    };
    expect(await contents(thenables as unknown as AsyncIterable<string>)).to.deep.equal(['a', 'b']);
  });

  it('and statMany return a result for each path, even for empty paths', async () => {
    const there = path.join(scratch.path, 'there');
    writeFileSync(there, 'x');
    const check = async (file: string): Promise<void> => {
      const list = ['', file, '', ''];
      const found = [];
      for await (const { path: of, data, error } of readMany(list))
        found.push([of, data?.toString() ?? (error as NodeJS.ErrnoException).code]);
      const missing = ['', 'ENOENT'];
      expect(found).to.deep.equal([missing, [file, 'x'], missing, missing]);
      const stats = await statMany(list);
      expect(stats.map((each) => (each instanceof Error ? each.message : each.size))).to.deep.equal([
        "ENOENT: no such file or directory, stat ''",
        1,
        "ENOENT: no such file or directory, stat ''",
        "ENOENT: no such file or directory, stat ''",
      ]);
    };
    await check(there);
    const memory = memoryFiles({ there: 'x' }, { at: process.cwd() });
    memory[Symbol.dispose]();
    await memory.run(() => check('there'));
  });

  it('and statMany pass no impossible path to a mounted file system', async () => {
    const memory = memoryFiles({}, { at: '/uvfiles-read-many' });
    memory.unmount();
    const { fileSystem } = memory;
    const asked: unknown[] = [];
    const answers: Partial<FileSystem> = {
      capabilities: { ...fileSystem.capabilities, byteNames: false },
      async *readMany(paths) {
        asked.push(paths);
        yield await Promise.resolve(paths.map((_, index) => ({ index, data: Buffer.from('x') })));
      },
      statMany(paths) {
        asked.push(paths);
        return Promise.resolve(paths.map(() => new Error('not there')));
      },
    };
    using mounted = mount('/uvfiles-read-many/below', wrap(fileSystem, answers));
    void mounted;
    const refused = Buffer.from('/uvfiles-read-many/below/\xff', 'latin1');
    const codes: unknown[] = [];
    const read = async (paths: (string | Buffer)[]): Promise<void> => {
      for await (const { error } of readMany(paths))
        codes.push((error as NodeJS.ErrnoException | undefined)?.code);
    };
    await read([refused, refused]);
    await statMany([refused]);
    expect(asked).to.deep.equal([]);
    await read(['/uvfiles-read-many/below/a', refused, '/uvfiles-read-many/below/b']);
    expect(asked).to.deep.equal([['/a', '/b']]);
    const wrong = 'ERR_INVALID_ARG_VALUE';
    expect(codes).to.deep.equal([wrong, wrong, undefined, wrong, undefined]);
  });

  it('rejects if a step of the iterator is not an object', async () => {
    const wrong = { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(5) }) };
    expect(await codeOf(contents(wrong as never))).to.equal('ERR_INVALID_ARG_VALUE');
  });
});
