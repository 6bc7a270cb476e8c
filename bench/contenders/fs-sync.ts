// Synchronous node:fs: what one thread can do if nothing else runs. A limit, not a peer.
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { cycle } from '../harness/subjects.js';
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'fs-sync',
  title: 'fs (sync, a limit)',
  kind: 'limit',
  order: 60,

  async randomReader({ path, size, positions }) {
    const fd = fs.openSync(path, 'r');
    const buffer = Buffer.allocUnsafeSlow(size);
    const at = cycle(positions);
    return {
      style: 'sync',
      run: (index) => fs.readSync(fd, buffer, 0, size, at(index)),
      bytesOf: (bytesRead: number) => buffer.subarray(0, bytesRead),
      close: () => fs.closeSync(fd),
    };
  },

  wholeReader: ({ paths }) => ({
    style: 'sync',
    run: (index) => fs.readFileSync(paths[index % paths.length]!),
    bytesOf: (result: Uint8Array) => result,
  }),

  stater: ({ paths }) => ({
    style: 'sync',
    run: (index) => fs.statSync(paths[index % paths.length]!),
    sizeOf: (stats: { size: number }) => stats.size,
  }),

  smallWriter({ chunk }) {
    let fd: number;
    return {
      style: 'sync',
      begin: (path) => (fd = fs.openSync(path, 'w')),
      run: () => fs.writeSync(fd, chunk),
      finish: () => fs.closeSync(fd),
    };
  },

  manyReads: ({ paths }) => ({
    style: 'sync',
    run: () => paths.reduce((bytes, path) => bytes + fs.readFileSync(path).length, 0),
  }),

  fileTree({ tree, top }) {
    const snapshot = (): Record<string, string> => {
      const found: Record<string, string> = {};
      for (const directory of fs.readdirSync(top))
        for (const name of fs.readdirSync(join(top, directory)))
          found[`${directory}/${name}`] = fs.readFileSync(join(top, directory, name), 'utf8');
      return found;
    };
    return {
      make() {
        for (const [name, text] of Object.entries(tree)) {
          fs.mkdirSync(dirname(join(top, name)), { recursive: true });
          fs.writeFileSync(join(top, name), text);
        }
        return Promise.resolve();
      },
      read: (name) => Promise.resolve(fs.readFileSync(join(top, name))),
      snapshot: () => Promise.resolve(snapshot()),
      drop() {
        for (const name of fs.readdirSync(top)) fs.rmSync(join(top, name), { recursive: true });
        return Promise.resolve();
      },
    };
  },

  treeWalker: ({ top }) => ({
    style: 'sync',
    run: () => countEntries(top),
  }),
};

export default contender;

function countEntries(directory: string): number {
  let entries = 0;
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    entries += 1 + (entry.isDirectory() ? countEntries(join(directory, entry.name)) : 0);
  }
  return entries;
}
