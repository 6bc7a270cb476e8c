// The operations of the fault sweep: what is there before, what is done, and what must be there whatever fails.
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';

import * as uvfiles from 'uvfiles';

const { open, os, path: paths, tempfile } = uvfiles;

const SIZE = 20_000;
export const OLD = Buffer.alloc(SIZE, 'old.');
const LARGE = Buffer.alloc(2_000_000, 'large');
export const NEW = Buffer.alloc(SIZE + 1, 'new!');

export interface SweepOperation {
  /** Does the work; a rejection is an outcome like any other. Answers what is wrong, or nothing. */
  run(at: (name: string) => string): Promise<string | undefined>;
  /** What is wrong with the files afterwards; `failed` says whether `run` rejected. */
  check?(at: (name: string) => string, failed: boolean): string | undefined;
  /** What it makes may stay where it rejects: its caller is told that the removal has failed. */
  mayLeave?: boolean;
}

const contentOf = (file: string): Buffer | undefined => {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
};

/** The old or the new content, whole; after success the new. */
const replaced = (
  file: string,
  failed: boolean,
  before: Buffer | null = OLD,
  after = NEW,
): string | undefined => {
  const content = contentOf(file);
  if (content?.equals(after) === true) return undefined;
  const isOld = content === undefined ? before === null : before?.equals(content) === true;
  if (!isOld) return `the file is neither old nor new, but has ${content?.length ?? 'no'} bytes`;
  return failed ? undefined : 'it succeeded, and the old content is there';
};

const prefixOf = (file: string, whole: Buffer, failed: boolean): string | undefined => {
  const content = contentOf(file) ?? Buffer.alloc(0);
  if (!failed)
    return content.equals(whole) ? undefined : `it succeeded, and ${content.length} bytes are right`;
  return whole.subarray(0, content.length).equals(content) ? undefined : 'the bytes are wrong';
};

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Makes the files that the operations work on. */
export function prepare(at: (name: string) => string): void {
  writeFileSync(at('old'), OLD);
  writeFileSync(at('lines'), 'one\ntwo\nthree\n');
  mkdirSync(at('tree/d/e'), { recursive: true });
  for (const name of ['a', 'd/b', 'd/e/c']) writeFileSync(at(`tree/${name}`), name);
}

const unless = (condition: boolean, fault: string): string | undefined => (condition ? undefined : fault);
const sameTree = (at: (name: string) => string, top: string): string | undefined =>
  ['a', 'd/b', 'd/e/c']
    .map((name) => unless(contentOf(at(`${top}/${name}`))?.toString() === name, `${top}/${name} is wrong`))
    .find(Boolean);

/** Closes the file also where the work fails. The first failure counts. */
async function using<F extends { close(): Promise<void> }, T>(
  file: F,
  work: (file: F) => Promise<T>,
): Promise<T> {
  let result: T;
  try {
    result = await work(file);
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  await file.close();
  return result;
}

export const OPERATIONS: Record<string, SweepOperation> = {
  read: {
    run: async (at) => {
      const bytes = await using(await open(at('old'), 'rb'), async (f) =>
        Buffer.concat([
          await f.read(5000),
          await f.pread(5000, 5000),
          (await f.seek(10_000), await f.read()),
        ]),
      );
      return unless(bytes.equals(OLD), 'it read other bytes');
    },
  },
  'read lines': {
    run: async (at) => {
      const lines = await using(await open(at('lines')), (f) => f.readlines());
      return unless(lines.join('') === 'one\ntwo\nthree\n', 'it read other lines');
    },
  },
  'write, flush, sync, close': {
    run: async (at) => {
      await using(await open(at('new'), 'wb', { buffering: 4096 }), async (f) => {
        for (let i = 0; i < NEW.length; i += 1000) await f.write(NEW.subarray(i, i + 1000));
        await f.flush();
        await f.sync();
      });
      return undefined;
    },
    check: (at, failed) => prefixOf(at('new'), NEW, failed),
  },
  'write again after a failure': {
    run: async (at) => {
      const f = await open(at('new'), 'wb', { buffering: 30_000 });
      await f.write(NEW);
      let failure: unknown;
      for (let i = 0; i < 2; i++) await f.flush().catch((error: unknown) => (failure ??= error));
      await f.close();
      if (failure !== undefined) throw failure as Error;
      return undefined;
    },
    // Each byte once, although a flush has failed; unless the close failed, too.
    check: (at, failed) => prefixOf(at('new'), NEW, failed),
  },
  append: {
    run: async (at) => {
      await using(await open(at('old'), 'ab'), (f) => f.write(NEW));
      return undefined;
    },
    check: (at, failed) => prefixOf(at('old'), Buffer.concat([OLD, NEW]), failed),
  },
  'pwrite and truncate': {
    run: async (at) => {
      await using(await open(at('old'), 'r+b', { buffering: 0 }), async (f) => {
        await f.pwrite(NEW, 0);
        await f.truncate(NEW.length);
        await f.datasync();
      });
      return undefined;
    },
    check: (at, failed) => (failed ? undefined : prefixOf(at('old'), NEW, false)),
  },
  writeFile: {
    run: async (at) => void (await uvfiles.writeFile(at('new'), NEW)),
    check: (at, failed) => prefixOf(at('new'), NEW, failed),
  },
  readBytes: {
    run: async (at) => unless((await uvfiles.readBytes(at('old'))).equals(OLD), 'it read other bytes'),
  },
  'writeAtomic over a file': {
    run: async (at) => void (await uvfiles.writeAtomic(at('old'), NEW)),
    check: (at, failed) => replaced(at('old'), failed),
  },
  'writeAtomic to a new path': {
    run: async (at) => void (await uvfiles.writeAtomic(at('new'), NEW)),
    check: (at, failed) => replaced(at('new'), failed, null),
  },
  openAtomic: {
    run: async (at) => {
      const f = await uvfiles.openAtomic(at('old'), 'wb');
      try {
        await f.write(NEW.subarray(0, 15_000));
        await f.flush();
        await f.write(NEW.subarray(15_000));
        await f.commit();
      } catch (error) {
        await f.abort().catch(() => undefined);
        throw error;
      }
      return undefined;
    },
    check: (at, failed) => replaced(at('old'), failed),
  },
  updateAtomic: {
    run: async (at) => {
      let seen: Buffer | null = null;
      await uvfiles.updateAtomic(at('old'), (old) => {
        seen = old;
        return NEW;
      });
      return unless(OLD.equals(seen ?? NEW), 'it gave other bytes to the callback');
    },
    check: (at, failed) => replaced(at('old'), failed),
  },
  copy: {
    run: async (at) => void (await os.copy(at('old'), at('new'), { preserve: true })),
    check: (at, failed) =>
      failed
        ? unless(contentOf(at('new')) === undefined, 'a part of the copy stays')
        : prefixOf(at('new'), OLD, false),
  },
  copytree: {
    run: async (at) => void (await os.copytree(at('tree'), at('copy'))),
    check: (at, failed) => sameTree(at, 'tree') ?? (failed ? undefined : sameTree(at, 'copy')),
  },
  move: {
    run: async (at) => void (await os.move(at('old'), at('moved'))),
    check: (at) =>
      unless(
        [at('old'), at('moved')].some((file) => contentOf(file)?.equals(OLD) === true),
        'the file is gone',
      ),
  },
  'makedirs and removedirs': {
    run: async (at) => {
      await os.makedirs(at('x/y/z'));
      await os.removedirs(at('x/y/z'));
      return undefined;
    },
  },
  rmtree: {
    run: async (at) => void (await os.rmtree(at('tree'))),
    check: (at, failed) =>
      failed ? undefined : unless(contentOf(at('tree/a')) === undefined, 'the tree is there'),
  },
  walk: {
    run: async (at) => {
      const found = await collect(
        os.walk(at('tree'), {
          onError: (error) => {
            throw error;
          },
        }),
      );
      return unless(found.length === 3, `it found ${found.length} directories`);
    },
  },
  glob: {
    run: async (at) => {
      const found = await collect(os.glob('**/*', { cwd: at('tree') }));
      return unless(found.length <= 5, `it found ${found.length} names`);
    },
  },
  'scandir and listdir': {
    run: async (at) => {
      const entries = await collect(os.scandir(at('tree')));
      const names = await os.listdir(at('tree'));
      return unless(entries.length === 2 && names.length === 2, 'it found other names');
    },
  },
  readMany: {
    run: async (at) => {
      const found = await collect(uvfiles.readMany([at('old'), at('lines'), at('none')]));
      const [first, second, third] = found.map((each) =>
        each.data === undefined ? each.error : each.data.length,
      );
      const failed = [first, second].find((each) => typeof each !== 'number');
      if (failed !== undefined) throw failed;
      return unless(first === SIZE && second === 14 && typeof third === 'object', 'it read other bytes');
    },
  },
  statMany: {
    run: async (at) => {
      const [first, second] = await uvfiles.statMany([at('old'), at('none')]);
      if (first instanceof Error) throw first;
      return unless(first!.size === SIZE && second instanceof Error, 'it answers something else');
    },
  },
  'stat, access, exists, realpath, readlink, links': {
    run: async (at) => {
      await os.symlink('old', at('link'));
      await os.link(at('old'), at('hard'));
      const facts = [
        (await os.stat(at('link'))).size === SIZE,
        (await os.lstat(at('link'))).isSymbolicLink(),
        (await os.readlink(at('link'))) === 'old',
        (await os.realpath(at('link'))).endsWith('/old'),
        (await paths.getsize(at('hard'))) === SIZE,
      ];
      await os.rename(at('link'), at('renamed'));
      await os.unlink(at('renamed'));
      return unless(!facts.includes(false), 'it answers something else');
    },
  },
  'locks of a file': {
    run: async (at) => {
      await using(await open(at('old'), 'r+b'), async (f) => {
        const lock = await f.lock();
        await lock.release();
        const second = await f.tryLock();
        await second?.release();
      });
      const lock = await uvfiles.lockFile(at('lock'));
      await lock.release();
      return undefined;
    },
  },
  'writeFile of much': {
    run: async (at) => void (await uvfiles.writeFile(at('new'), LARGE)),
    check: (at, failed) => prefixOf(at('new'), LARGE, failed),
  },
  'write of much': {
    run: async (at) => {
      await using(await open(at('new'), 'wb'), (f) => f.write(LARGE));
      return undefined;
    },
    check: (at, failed) => prefixOf(at('new'), LARGE, failed),
  },
  'writeAtomic of much': {
    run: async (at) => void (await uvfiles.writeAtomic(at('old'), LARGE)),
    check: (at, failed) => replaced(at('old'), failed, OLD, LARGE),
  },
  'reads of much': {
    run: async (at) => {
      truncateSync(at('old'), LARGE.length);
      const whole = await uvfiles.readBytes(at('old'));
      const read = await using(await open(at('old'), 'rb'), (f) => f.read());
      return unless(whole.length === LARGE.length && read.equals(whole), 'it read other bytes');
    },
  },
  namedTemporaryFile: {
    run: async (at) => {
      await using(await tempfile.namedTemporaryFile({ dir: at('') }), (f) => f.write(NEW));
      return undefined;
    },
  },
  'temporaryFile and spooledTemporaryFile': {
    run: async (at) => {
      await using(await tempfile.temporaryFile({ dir: at('') }), (f) => f.write(NEW));
      await using(await tempfile.spooledTemporaryFile({ dir: at(''), maxSize: 10 }), (f) => f.write(NEW));
      return undefined;
    },
  },
  temporaryDirectory: {
    mayLeave: true,
    run: async (at) => {
      const directory = await tempfile.temporaryDirectory({ dir: at('') });
      try {
        await uvfiles.writeFile(`${directory.name}/x`, NEW);
      } finally {
        await directory.cleanup();
      }
      return undefined;
    },
  },
};
