// node:fs with callbacks: no promise, no object an operation; the leanest asynchronous way that Node itself offers.
import fs from 'node:fs';
import { promisify } from 'node:util';
import { cycle, slotBuffers } from '../harness/subjects.mjs';

export default {
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
      run: (index, slot, done) => fs.read(fd, buffers[slot], 0, size, at(index), done),
      bytesOf: (bytesRead, slot) => buffers[slot].subarray(0, bytesRead),
      close: () => fs.closeSync(fd),
    };
  },

  wholeReader: ({ paths }) => ({
    style: 'callback',
    run: (index, slot, done) => fs.readFile(paths[index % paths.length], done),
    bytesOf: (result) => result,
  }),

  smallWriter({ chunk }) {
    let fd;
    return {
      style: 'callback',
      begin: (path) => (fd = fs.openSync(path, 'w')),
      run: (index, slot, done) => fs.write(fd, chunk, done),
      finish: () => fs.closeSync(fd),
    };
  },

  stater: ({ paths }) => ({
    style: 'callback',
    run: (index, slot, done) => fs.stat(paths[index % paths.length], done),
    sizeOf: (stats) => stats.size,
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
    run: (index, slot, done) => fs.readFile(path, 'utf8', done),
  }),

  manyReads: ({ paths }) => ({ style: 'promise', run: () => readAll(paths) }),
};

function readAll(paths) {
  return new Promise((resolve, reject) => {
    let next = 0;
    let done = 0;
    let bytes = 0;
    const begin = () => fs.readFile(paths[next++], finished);
    const finished = (error, data) => {
      if (error) return reject(error);
      bytes += data.length;
      if (++done === paths.length) resolve(bytes);
      else if (next < paths.length) begin();
    };
    for (let slot = 0; slot < 32 && next < paths.length; slot++) begin();
  });
}
