// node:fs/promises at its best: one open FileHandle, and buffers that are kept rather than allocated for each read.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cycle, slotBuffers } from '../harness/subjects.js';
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'fs-promises',
  title: 'fs.promises',
  kind: 'peer',
  order: 10,

  async randomReader({ path, size, positions, slots }) {
    const handle = await fs.open(path, 'r');
    const buffers = slotBuffers(slots, size);
    const at = cycle(positions);
    return {
      style: 'promise',
      run: (index, slot) => handle.read(buffers[slot]!, 0, size, at(index)),
      bytesOf: ({ bytesRead, buffer }: { bytesRead: number; buffer: Buffer }) =>
        buffer.subarray(0, bytesRead),
      close: () => handle.close(),
    };
  },

  wholeReader: ({ paths }) => ({
    style: 'promise',
    run: (index) => fs.readFile(paths[index % paths.length]!),
    bytesOf: (result: Uint8Array) => result,
  }),

  smallWriter({ chunk }) {
    let handle: fs.FileHandle;
    return {
      style: 'promise',
      begin: async (path) => (handle = await fs.open(path, 'w')),
      run: () => handle.write(chunk),
      finish: () => handle.close(),
    };
  },

  durableAppender({ chunk }) {
    let handle: fs.FileHandle;
    return {
      style: 'promise',
      begin: async (path) => (handle = await fs.open(path, 'a')),
      async run() {
        await handle.write(chunk);
        await handle.datasync();
      },
      finish: () => handle.close(),
    };
  },

  importable: () => ({ specifier: 'node:fs/promises' }),

  stater: ({ paths }) => ({
    style: 'promise',
    run: (index) => fs.stat(paths[index % paths.length]!),
    sizeOf: (stats: { size: number }) => stats.size,
  }),

  async bigWriter({ path }) {
    const handle = await fs.open(path, 'w');
    return {
      path,
      write: (bytes) => handle.write(bytes, 0, bytes.length, 0),
      rewind: () => handle.truncate(0),
      close: () => handle.close(),
    };
  },

  // It has no batches.
  lineCounter: ({ path }) => ({ style: 'promise', run: () => countLines(path) }),

  smallCalls: ({ what, path, size, count }) => ({
    style: 'promise',
    run: () => (what === 'read' ? readSmall(path, size) : writeSmall(path, size, count)),
  }),

  textReader: ({ path }) => ({ style: 'promise', run: () => fs.readFile(path, 'utf8') }),

  tempFiles: ({ content }) => ({
    style: 'promise',
    async run() {
      const path = join(tmpdir(), `bench-${randomBytes(8).toString('hex')}`);
      const handle = await fs.open(path, 'wx+', 0o600);
      try {
        await handle.write(content);
      } finally {
        await handle.close();
        await fs.unlink(path);
      }
      return path;
    },
  }),

  treeRemover: () => ({ remove: (path) => fs.rm(path, { recursive: true }) }),

  manyStats: ({ paths }) => ({
    style: 'promise',
    async run() {
      let total = 0;
      for (const { size } of await Promise.all(paths.map((path) => fs.stat(path)))) total += size;
      return total;
    },
  }),

  directoryLister: ({ top }) => ({ style: 'promise', run: async () => (await fs.readdir(top)).length }),

  treeWalker: ({ top }) => ({
    style: 'promise',
    run: async () => (await fs.readdir(top, { recursive: true })).length,
  }),

  // A few files at a time for each thread of the pool. Reading all at once would hold 10,000 descriptors and be slower.
  manyReads: ({ paths }) => ({
    style: 'promise',
    async run() {
      let next = 0;
      let bytes = 0;
      const oneReader = async (): Promise<void> => {
        while (next < paths.length) {
          const { length } = await fs.readFile(paths[next++]!);
          bytes += length;
        }
      };
      await Promise.all(Array.from({ length: 32 }, oneReader));
      return bytes;
    },
  }),

  bulkLoad: ({ source, copy, top }) => ({
    copy: () => fs.copyFile(source, copy),
    walk: () => fs.readdir(top, { recursive: true }),
  }),

  promiseFunctions: () => fs,

  copier: () => ({ copy: (source, destination) => fs.copyFile(source, destination) }),
  treeCopier: () => ({ copy: (source, destination) => fs.cp(source, destination, { recursive: true }) }),

  globber: ({ top, pattern }) => {
    const { glob } = fs as { glob?: (of: string, o: { cwd: string }) => AsyncIterable<string> };
    // From Node 22 on.
    if (glob === undefined) return undefined;
    return {
      style: 'promise',
      async run() {
        let found = 0;
        for await (const _ of glob(pattern, { cwd: top })) found++;
        return found;
      },
    };
  },
};

export default contender;

async function countLines(path: string): Promise<number> {
  const handle = await fs.open(path);
  let lines = 0;
  for await (const line of handle.readLines()) lines += line.length > 0 ? 1 : 0;
  return lines;
}

async function readSmall(path: string, size: number): Promise<number> {
  const handle = await fs.open(path);
  const buffer = Buffer.allocUnsafeSlow(size);
  let bytes = 0;
  for (let read = size; read > 0; bytes += read) read = (await handle.read(buffer, 0, size)).bytesRead;
  await handle.close();
  return bytes;
}

async function writeSmall(path: string, size: number, count: number): Promise<number> {
  const handle = await fs.open(path, 'w');
  const text = 'x'.repeat(size);
  let characters = 0;
  for (let i = 0; i < count; i++) characters += (await handle.write(text)).bytesWritten;
  await handle.close();
  return characters;
}
