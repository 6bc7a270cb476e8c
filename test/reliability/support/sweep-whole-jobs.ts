// More operations of the fault sweep: trees, copies that report, data from iterables, locks, lines, temporary files, and the functions of
// uvfiles/promises.
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import * as uvfiles from 'uvfiles';
import * as promises from 'uvfiles/promises';

import {
  collect,
  contentOf,
  NEW,
  OLD,
  prefixOf,
  replaced,
  sameTree,
  SIZE,
  type SweepOperation,
  unless,
  using,
} from './sweep-checks.js';

const { open, os, tempfile } = uvfiles;

const PIECES = Array.from({ length: Math.ceil(NEW.length / 3000) }, (_, i) =>
  NEW.subarray(i * 3000, (i + 1) * 3000),
);
async function* pieces(): AsyncGenerator<Buffer> {
  for (const each of PIECES) yield await Promise.resolve(each);
}

/** A directory of another file system than the sweep's own, where there is one. */
const elsewhere = mkdtempSync(path.join(tmpdir(), 'uvfiles-sweep-'));
process.on('exit', () => rmSync(elsewhere, { recursive: true, force: true }));
const there = (name: string): string => path.join(elsewhere, name);
const clear = (): void => {
  for (const each of readdirSync(elsewhere)) rmSync(there(each), { recursive: true });
};

export const WHOLE_JOBS: Record<string, SweepOperation> = {
  'writeFile from an iterable': {
    run: async (at) => void (await uvfiles.writeFile(at('new'), pieces())),
    check: (at, failed) => prefixOf(at('new'), NEW, failed),
  },
  'appendFile from an iterable': {
    run: async (at) => void (await uvfiles.appendFile(at('old'), pieces())),
    check: (at, failed) => prefixOf(at('old'), Buffer.concat([OLD, NEW]), failed),
  },
  'writeAtomic from an iterable': {
    run: async (at) => void (await uvfiles.writeAtomic(at('old'), pieces())),
    check: (at, failed) => replaced(at('old'), failed),
  },
  'writeAtomic through a link': {
    run: async (at) => {
      symlinkSync('old', at('link'));
      await uvfiles.writeAtomic(at('link'), NEW);
      return undefined;
    },
    check: (at, failed) => replaced(at('old'), failed),
  },
  'writeAtomic, not durable': {
    run: async (at) => void (await uvfiles.writeAtomic(at('old'), NEW, { durable: false })),
    check: (at, failed) => replaced(at('old'), failed),
  },
  'openAtomic of a text': {
    run: async (at) => {
      const f = await uvfiles.openAtomic(at('old'), 'w');
      try {
        await f.writelines(PIECES.map(String));
        await f.commit();
      } catch (error) {
        await f.abort().catch(() => undefined);
        throw error;
      }
      return undefined;
    },
    check: (at, failed) => replaced(at('old'), failed),
  },
  'updateAtomic of a new path, twice at once': {
    run: async (at) => {
      const add = (old: string | null): string => `${old ?? ''}line\n`;
      const both = [1, 2].map(() => uvfiles.updateAtomic(at('new'), add, { encoding: 'utf-8' }));
      const [failure] = (await Promise.allSettled(both)).flatMap((each) =>
        each.status === 'rejected' ? [each.reason as Error] : [],
      );
      if (failure !== undefined) throw failure;
      return undefined;
    },
    check: (at, failed) => {
      const content = contentOf(at('new'))?.toString() ?? '';
      const whole = ['', 'line\n', 'line\nline\n'].slice(failed ? 0 : 2).includes(content);
      return unless(whole, `an update is lost: ${content}`);
    },
  },
  'copy with progress': {
    run: async (at) => {
      let done = 0;
      await os.copy(at('old'), at('new'), { onProgress: (progress) => void (done = progress.bytes) });
      return unless(done === SIZE, `it reported ${done} bytes`);
    },
    check: (at, failed) =>
      failed
        ? // An open that fails after it has made the file leaves it empty.
          unless((contentOf(at('new'))?.length ?? 0) === 0, 'a part of the copy stays')
        : prefixOf(at('new'), OLD, false),
  },
  'copytree with a filter and progress': {
    run: async (at) => {
      let files = 0;
      await os.copytree(at('tree'), at('copy'), {
        filter: () => true,
        onProgress: (progress) => void (files = progress.files),
      });
      return unless(files === 3, `it reported ${files} files`);
    },
    check: (at, failed) => sameTree(at, 'tree') ?? (failed ? undefined : sameTree(at, 'copy')),
  },
  'copytree through links': {
    run: async (at) => {
      symlinkSync('d', at('tree/linked'));
      await os.copytree(at('tree'), at('copy'), { symlinks: false });
      return undefined;
    },
    check: (at, failed) =>
      failed ? undefined : (sameTree(at, 'copy') ?? prefixOf(at('copy/linked/b'), Buffer.from('d/b'), false)),
  },
  'move to another file system': {
    run: async (at) => {
      clear();
      await os.move(at('old'), there('moved'));
      return undefined;
    },
    check: (at, failed) => {
      const moved = contentOf(there('moved'));
      if (moved !== undefined && !moved.equals(OLD)) return 'the new file is not whole';
      if (!failed && contentOf(at('old')) !== undefined) return 'it succeeded, and the file is there twice';
      return unless(moved !== undefined || contentOf(at('old'))?.equals(OLD) === true, 'the file is gone');
    },
  },
  'move of a tree to another file system': {
    run: async (at) => {
      clear();
      await os.move(at('tree'), there('tree'));
      return undefined;
    },
    check: (at, failed) => {
      if (!failed)
        return sameTree(there, 'tree') ?? unless(contentOf(at('tree/a')) === undefined, 'both stay');
      const lost = ['a', 'd/b', 'd/e/c'].find((each) =>
        [at(`tree/${each}`), there(`tree/${each}`)].every((file) => contentOf(file)?.toString() !== each),
      );
      return unless(lost === undefined, `${lost} is gone`);
    },
  },
  emptyDir: {
    run: async (at) => {
      await os.emptyDir(at('tree'));
      await os.emptyDir(at('x'));
      return unless(
        readdirSync(at('tree')).length === 0 && readdirSync(at('x')).length === 0,
        'something is left',
      );
    },
    check: (at) => unless(contentOf(at('old'))?.equals(OLD) === true, 'another file is gone'),
  },
  'renames and replace': {
    run: async (at) => {
      await os.renames(at('tree/d/e/c'), at('x/y/c'));
      await os.replace(at('x/y/c'), at('lines'));
      return undefined;
    },
    check: (at, failed) => {
      const c = ['tree/d/e/c', 'x/y/c', 'lines'].filter(
        (each) => contentOf(at(each))?.toString() === 'd/e/c',
      );
      if (!failed) return unless(c[0] === 'lines', 'it is not where it should be');
      return unless(c.length === 1, 'the file is gone');
    },
  },
  'walk and scandir with stats, diskUsage, statvfs': {
    run: async (at) => {
      let size = 0;
      const onError = (error: Error): never => {
        throw error;
      };
      const [first] = await collect(os.walk(at('tree'), { stat: true, onError }));
      for await (const each of os.scandir(at('tree'))) size += (await each.stat()).isFile() ? 1 : 0;
      await os.diskUsage(at(''));
      const { bsize } = await os.statvfs(at(''));
      return unless(first?.[0] === at('tree') && size === 1 && bsize > 0, 'it answers something else');
    },
  },
  'readText, lines and the last lines': {
    run: async (at) => {
      const text = await uvfiles.readText(at('lines'));
      const all = await collect(uvfiles.lines(at('lines')));
      const last = await collect(uvfiles.lines(at('lines'), { last: 2 }));
      return unless(
        `${text} ${all.join()} ${last.join()}` === 'one\ntwo\nthree\n one,two,three two,three',
        'it read other lines',
      );
    },
  },
  'readMany of a file': {
    run: async (at) => {
      const ranges = [0, 5000, 12_000].map((position) => ({ position, size: 3000 }));
      const found = await using(await open(at('old'), 'rb'), (f) => f.readMany(ranges));
      const right = found.every((each, i) =>
        each.equals(OLD.subarray(ranges[i]!.position).subarray(0, 3000)),
      );
      return unless(right, 'it read other bytes');
    },
  },
  'locks that wait for each other': {
    run: async (at) => {
      const work = async (): Promise<void> => {
        const lock = await uvfiles.lockFile(at('lock'));
        await lock.release();
      };
      const failures = (await Promise.allSettled([work(), work(), work()])).filter(
        (each) => each.status === 'rejected',
      );
      if (failures.length > 0) throw failures[0]!.reason as Error;
      return undefined;
    },
  },
  'a temporary file that outlives its handle': {
    mayLeave: true,
    run: async (at) => {
      const f = await tempfile.namedTemporaryFile({ dir: at(''), deleteOnClose: false });
      try {
        await using(f, (file) => file.write(NEW));
        const content = await uvfiles.readBytes(f.name);
        return unless(content.equals(NEW), 'it has other bytes');
      } finally {
        await f[Symbol.asyncDispose]();
      }
    },
  },
  'spooledTemporaryFile that rolls over': {
    run: async (at) => {
      const content = await using(
        await tempfile.spooledTemporaryFile({ dir: at(''), maxSize: 1 << 20 }),
        async (f) => {
          await f.write(NEW);
          await f.seek(5);
          await f.rollover();
          await f.seek(0);
          return f.read();
        },
      );
      return unless(content.equals(NEW), 'it has other bytes');
    },
  },
  'readFile, writeFile and copyFile of promises': {
    run: async (at) => {
      await promises.writeFile(at('new'), NEW);
      await promises.appendFile(at('lines'), 'four\n');
      await promises.copyFile(at('old'), at('moved'));
      const bytes = await promises.readFile(at('new'));
      return unless(bytes.equals(NEW) && contentOf(at('moved'))?.equals(OLD) === true, 'it has other bytes');
    },
    check: (at, failed) => prefixOf(at('new'), NEW, failed),
  },
  'cp, readdir and rm of promises': {
    run: async (at) => {
      await promises.cp(at('tree'), at('copy'), { recursive: true });
      const names = await promises.readdir(at('copy'), { recursive: true });
      await promises.rm(at('tree'), { recursive: true });
      return unless(names.length === 5 && contentOf(at('tree/a')) === undefined, 'it answers something else');
    },
    check: (at, failed) => (failed ? undefined : sameTree(at, 'copy')),
  },
  'a FileHandle of promises': {
    run: async (at) => {
      const content = await using(await promises.open(at('new'), 'w+'), async (handle) => {
        await handle.writev([NEW.subarray(0, 5), NEW.subarray(5)]);
        await handle.sync();
        const { size } = await handle.stat();
        const view = Buffer.alloc(size);
        const { bytesRead } = await handle.read(view, 0, size, 0);
        return view.subarray(0, bytesRead);
      });
      return unless(NEW.subarray(0, content.length).equals(content), 'it has other bytes');
    },
    check: (at) => prefixOf(at('new'), NEW, true),
  },
};
