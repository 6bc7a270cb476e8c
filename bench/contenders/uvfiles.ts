// The library itself, used as its documentation says: `open` in binary mode, positional reads, whole-file functions.
import type * as Library from 'uvfiles';
import type { BinaryFile } from 'uvfiles';
import { type Build, ownBuild } from '../harness/library.js';
import { cycle, slotBuffers } from '../harness/subjects.js';
import type { Contender, FileTreeParams } from '../harness/types.js';

type Uvfiles = typeof Library;

/** The contender for one build of the library. */
export function contenderOver(build: Build): Contender {
  const uvfiles = (): Uvfiles => build.main();
  return {
    name: 'uvfiles',
    title: 'uvfiles',
    kind: 'ours',
    order: 0,
    package: 'uvfiles',

    async randomReader({ path, size, positions, slots }) {
      const file = await uvfiles().open(path, 'rb');
      const buffers = slotBuffers(slots, size);
      const at = cycle(positions);
      return {
        style: 'promise',
        // Into the caller's memory, as FileHandle.read and fs.read do; uvfiles-fresh uses new memory each time.
        run: (index, slot) => file.preadinto(buffers[slot]!, at(index)),
        bytesOf: (count: number, slot) => buffers[slot]!.subarray(0, count),
        close: () => file.close(),
      };
    },

    wholeReader({ paths }) {
      const { readBytes } = uvfiles();
      return {
        style: 'promise',
        run: (index) => readBytes(paths[index % paths.length]!),
        bytesOf: (result: Uint8Array) => result,
      };
    },

    smallWriter({ chunk }) {
      let file: BinaryFile;
      return {
        style: 'promise',
        begin: async (path) => (file = await uvfiles().open(path, 'wb')),
        run: () => file.write(chunk),
        finish: () => file.close(),
      };
    },

    durableAppender({ chunk }) {
      let file: BinaryFile;
      return {
        style: 'promise',
        begin: async (path) => (file = await uvfiles().open(path, 'ab')),
        async run() {
          await file.write(chunk);
          await file.datasync();
        },
        finish: () => file.close(),
      };
    },

    importable: () => ({ specifier: 'uvfiles' }),

    stater({ paths }) {
      const { os } = uvfiles();
      return {
        style: 'promise',
        run: (index) => os.stat(paths[index % paths.length]!),
        sizeOf: (stats: { size: number }) => stats.size,
      };
    },

    async bigWriter({ path }) {
      const file = await uvfiles().open(path, 'wb');
      return {
        path,
        async write(bytes) {
          await file.write(bytes, { transfer: true });
          await file.flush();
        },
        async rewind() {
          await file.seek(0);
          await file.truncate(0);
        },
        close: () => file.close(),
      };
    },

    byteStreamer: ({ path }) => ({
      style: 'promise',
      async run() {
        const file = await uvfiles().open(path, 'rb');
        let bytes = 0;
        for await (const chunk of file.readableStream()) bytes += chunk.length;
        await file.close();
        return bytes;
      },
    }),

    lineCounter: ({ path, batch }) => ({
      style: 'promise',
      run: () => (batch ? countBatches(uvfiles(), path) : countLines(uvfiles(), path)),
    }),

    smallCalls: ({ what, path, size, count }) => ({
      style: 'promise',
      run: () =>
        what === 'read' ? readSmall(uvfiles(), path, size) : writeSmall(uvfiles(), path, size, count),
    }),

    textReader: ({ path }) => ({ style: 'promise', run: () => uvfiles().readText(path) }),

    tempFiles: ({ content }) => ({
      style: 'promise',
      async run() {
        const file = await uvfiles().tempfile.namedTemporaryFile();
        await file.write(content);
        await file.close();
        return file.name;
      },
    }),

    treeRemover: () => ({ remove: (path) => uvfiles().os.rmtree(path) }),

    manyStats: ({ paths }) => ({
      style: 'promise',
      run: async () => sum(await uvfiles().statMany(paths), (stats) => ('size' in stats ? stats.size : 0)),
    }),

    directoryLister: ({ top }) => ({
      style: 'promise',
      run: async () => (await uvfiles().os.listdir(top)).length,
    }),

    ...(build.testing !== undefined && {
      async fileTree({ tree }: FileTreeParams) {
        const { memoryFiles } = await build.testing!();
        const { readBytes } = uvfiles();
        let files: ReturnType<typeof memoryFiles> | undefined;
        return {
          make: () => Promise.resolve(void (files = memoryFiles(tree, { at: '/in-memory' }))),
          read: (name: string) => readBytes(`/in-memory/${name}`),
          snapshot: () => Promise.resolve(files!.tree()),
          drop: () => Promise.resolve(files?.unmount()),
        };
      },
    }),

    treeWalker: ({ top }) => ({
      style: 'promise',
      async run() {
        let entries = 0;
        for await (const [, directories, files] of uvfiles().os.walk(top))
          entries += directories.length + files.length;
        return entries;
      },
    }),

    manyReads: ({ paths }) => ({
      style: 'promise',
      async run() {
        let bytes = 0;
        for await (const { data } of uvfiles().readMany(paths)) bytes += data?.length ?? 0;
        return bytes;
      },
    }),

    bulkLoad: ({ source, copy, top }) => ({
      copy: () => uvfiles().os.copy(source, copy),
      async walk() {
        for await (const _ of uvfiles().os.walk(top));
      },
    }),

    fileHandler:
      ({ top }) =>
      (request, response, name) =>
        uvfiles().serveFile(request, response, name, { root: top }),

    copier: () => ({ copy: (source, destination) => uvfiles().os.copy(source, destination) }),
    treeCopier: () => ({ copy: (source, destination) => uvfiles().os.copytree(source, destination) }),

    globber: ({ top, pattern }) => ({
      style: 'promise',
      async run() {
        let found = 0;
        for await (const _ of uvfiles().os.glob(pattern, { cwd: top })) found++;
        return found;
      },
    }),

    ...(build.promises !== undefined && { promiseFunctions: () => build.promises!() }),

    atomicWriter: ({ data, durable }) => ({
      write: (path) => uvfiles().writeAtomic(path, data, { durable }),
    }),
  };
}

export default contenderOver(ownBuild);

async function countLines({ open }: Uvfiles, path: string): Promise<number> {
  const file = await open(path);
  let lines = 0;
  for await (const line of file) lines += line.length > 0 ? 1 : 0;
  await file.close();
  return lines;
}

async function countBatches({ open }: Uvfiles, path: string): Promise<number> {
  const file = await open(path);
  let lines = 0;
  for await (const batch of file.lines({ batch: 1024 })) lines += batch.length;
  await file.close();
  return lines;
}

async function readSmall({ open }: Uvfiles, path: string, size: number): Promise<number> {
  const file = await open(path, 'rb');
  let bytes = 0;
  for (let read = size; read > 0; bytes += read) read = (await file.read(size)).length;
  await file.close();
  return bytes;
}

async function writeSmall({ open }: Uvfiles, path: string, size: number, count: number): Promise<number> {
  const file = await open(path, 'w');
  const text = 'x'.repeat(size);
  let characters = 0;
  for (let i = 0; i < count; i++) characters += await file.write(text);
  await file.close();
  return characters;
}

function sum<T>(items: Iterable<T>, of: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
}
