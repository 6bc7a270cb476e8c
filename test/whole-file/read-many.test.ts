// readMany: lists of paths that come from elsewhere.
import { expect } from 'chai';
import { EventEmitter, once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { readMany, statMany } from 'uvfiles';
import { type FileSystem, mount, wrap } from 'uvfiles/filesystem';
import { memoryFiles } from 'uvfiles/testing';

import { codeOf, outcome, rejection } from '../support/files.js';
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

  it('names the right path where a file system answers in another order', async () => {
    const memory = memoryFiles({}, { at: '/uvfiles-read-many' });
    memory.unmount();
    const answers: Partial<FileSystem> = {
      async *readMany(paths) {
        const all = paths.map((of, index) => ({ index, data: Buffer.from(String(of)) }));
        yield [all[3]!, all[1]!];
        yield [all[4]!];
        yield await Promise.resolve([all[2]!, all[0]!]);
      },
    };
    using mounted = mount('/uvfiles-read-many/below', wrap(memory.fileSystem, answers));
    const names = ['/a', '/b', '/c', '/d', '/e'];
    const seen: string[] = [];
    for await (const { path: of, data } of readMany(names.map((name) => mounted.prefix + name)))
      seen.push(`${of}: ${String(data)}`);
    expect(seen).to.deep.equal(names.map((name) => `${mounted.prefix}${name}: ${name}`));
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

  it('reads the paths that have come while the next one is awaited', async () => {
    const file = path.join(scratch.path, 'live');
    writeFileSync(file, 'x');
    const asked = new EventEmitter();
    const reading = readMany(
      (async function* () {
        yield file;
        await once(asked, 'next');
        yield file;
        yield file;
        await once(asked, 'next');
      })(),
    );
    for (const count of [1, 2]) {
      for (let i = 0; i < count; i++) expect(String((await reading.next()).value?.data)).to.equal('x');
      asked.emit('next');
    }
    expect((await reading.next()).done).to.equal(true);
  });

  it('waits for the clean-up of a source that is not busy, and passes on its error', async () => {
    const file = path.join(scratch.path, 'cleaned');
    writeFileSync(file, 'x');
    let cleaned = false;
    const source = async function* (): AsyncGenerator<string> {
      try {
        for (;;) {
          yield file;
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      } finally {
        await new Promise((resolve) => setTimeout(resolve, 5));
        cleaned = true;
      }
    };
    const reading = readMany(source());
    await reading.next();
    await new Promise((resolve) => setTimeout(resolve, 50)); // now the source has the next path
    await reading.return?.();
    expect(cleaned).to.equal(true);
  });

  it('stops waiting for a path at its signal, its timeout and a break, and tells the source', async () => {
    const file = path.join(scratch.path, 'ended');
    writeFileSync(file, 'x');
    const stopping = new AbortController();
    for (const [end, code] of [
      [{ timeout: 3000 }, 'ERR_TIMEOUT'],
      [{ signal: stopping.signal }, 'ABORT_ERR'],
      [{}, undefined],
    ] as const) {
      let returned = 0;
      const hanging = {
        [Symbol.asyncIterator]: () => {
          let next = { done: false, value: file };
          return {
            next: () => {
              const step = next;
              next = new Promise(() => undefined) as never;
              return step instanceof Promise ? step : Promise.resolve(step);
            },
            return: () => {
              returned++;
              return new Promise(() => undefined);
            },
          };
        },
      } as AsyncIterable<string>;
      const reading = readMany(hanging, end);
      expect((await reading.next()).done).to.equal(false);
      const next = code === undefined ? reading.return() : reading.next();
      if (code === 'ABORT_ERR') stopping.abort();
      expect(await outcome(next.then(() => undefined))).to.equal(code);
      expect(returned).to.equal(1);
    }
  });

  it('rejects only with a TimeoutError when a step takes too long', async () => {
    const file = path.join(scratch.path, 'large');
    writeFileSync(file, Buffer.alloc(1 << 20));
    const codes = new Set<unknown>();
    for (let round = 0; round < 100; round++) {
      const reading = async (): Promise<void> => {
        for await (const { data } of readMany([file, file, file, file], { timeout: round % 4 }))
          expect(data).to.have.length(1 << 20);
      };
      codes.add(await outcome(reading()));
    }
    codes.delete(undefined);
    expect([...codes]).to.deep.equal(['ERR_TIMEOUT']);
  });

  it('returns the files before an iterable fails', async () => {
    const file = path.join(scratch.path, 'before');
    writeFileSync(file, 'x');
    const failure = new Error('of the source');
    const paths = function* (): Generator<string> {
      for (let i = 0; i < 130; i++) yield file;
      throw failure;
    };
    const later = async function* (): AsyncGenerator<string> {
      await Promise.resolve();
      yield* paths();
    };
    for (const source of [paths(), later()]) {
      let count = 0;
      const reading = async (): Promise<void> => {
        for await (const { data } of readMany(source)) count += data?.length ?? 0;
      };
      expect(await rejection(reading())).to.equal(failure);
      expect(count).to.equal(130);
    }
  });

  it('rejects if a step of the iterator is not an object', async () => {
    const wrong = { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(5) }) };
    expect(await codeOf(contents(wrong as never))).to.equal('ERR_INVALID_ARG_VALUE');
  });
});
