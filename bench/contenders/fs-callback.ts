// node:fs with callbacks: no promise and no object per operation, the leanest asynchronous API of Node.
import fs from 'node:fs';
import { promisify } from 'node:util';
import { cycle, slotBuffers } from '../harness/subjects.js';
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'fs-callback',
  title: 'fs (callbacks)',
  kind: 'peer',
  order: 20,

  async randomReader({ path, size, positions, slots }) {
    const fd = fs.openSync(path, 'r');
    const buffers = slotBuffers(slots, size);
    const at = cycle(positions);
    return {
      style: 'callback',
      run: (index, slot, done) => fs.read(fd, buffers[slot]!, 0, size, at(index), done),
      bytesOf: (bytesRead: number, slot) => buffers[slot]!.subarray(0, bytesRead),
      close: () => fs.closeSync(fd),
    };
  },

  wholeReader: ({ paths }) => ({
    style: 'callback',
    run: (index, _slot, done) => fs.readFile(paths[index % paths.length]!, done),
    bytesOf: (result: Uint8Array) => result,
  }),

  smallWriter({ chunk }) {
    let fd: number;
    return {
      style: 'callback',
      begin: (path) => (fd = fs.openSync(path, 'w')),
      run: (_index, _slot, done) => fs.write(fd, chunk, done),
      finish: () => fs.closeSync(fd),
    };
  },

  stater: ({ paths }) => ({
    style: 'callback',
    run: (index, _slot, done) => fs.stat(paths[index % paths.length]!, done),
    sizeOf: (stats: { size: number }) => stats.size,
  }),

  async bigWriter({ path }) {
    const fd = fs.openSync(path, 'w');
    const write = promisify(fs.write);
    return {
      path,
      write: (bytes) => write(fd, bytes, 0, bytes.length, 0),
      rewind: () => promisify(fs.ftruncate)(fd, 0),
      close: () => fs.closeSync(fd),
    };
  },

  textReader: ({ path }) => ({
    style: 'callback',
    run: (_index, _slot, done) => fs.readFile(path, 'utf8', done),
  }),

  manyReads: ({ paths }) => ({ style: 'promise', run: () => readAll(paths) }),
};

export default contender;

function readAll(paths: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    let next = 0;
    let done = 0;
    let bytes = 0;
    const begin = (): void => fs.readFile(paths[next++]!, finished);
    const finished = (error: Error | null, data: Buffer): void => {
      if (error) return void reject(error);
      bytes += data.length;
      if (++done === paths.length) resolve(bytes);
      else if (next < paths.length) begin();
    };
    for (let slot = 0; slot < 32 && next < paths.length; slot++) begin();
  });
}
