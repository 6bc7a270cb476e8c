// The tour's jobs that read. Each is written twice, through uvfiles and through fs.promises, and `check` compares both
// results with those of synchronous node:fs.
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import fs from 'node:fs/promises';
import { open, os, readBytes } from 'uvfiles';
import { keepInFlight } from './in-flight.ts';
import type { Job, Work } from './measure.ts';

/** Counts the lines of the log, as text. */
export function countLines({ log }: Work): Job<number> {
  return {
    title: `count ${log.lines.toLocaleString('en-US')} lines`,
    async ours() {
      let lines = 0;
      const file = await open(log.path);
      for await (const line of file) lines += line.length > 0 ? 1 : 0;
      await file.close();
      return lines;
    },
    async theirs() {
      let lines = 0;
      const handle = await fs.open(log.path);
      for await (const line of handle.readLines()) lines += line.length > 0 ? 1 : 0;
      return lines;
    },
    check: (lines) => lines === log.lines && lines === newlinesOf(readFileSync(log.path)),
  };
}

/** Reads blocks of 4 KiB at positions all over the log, 256 at a time, and sums one word of each. */
export function randomReads({ log, reads }: Work): Job<number> {
  const size = 4096;
  const positions = Array.from({ length: reads }, (_, index) => (index * 7919 * size) % (log.size - size));
  const word = (buffer: Buffer, index: number) => buffer.readUInt32LE((index * 4) % size);
  const buffers = Array.from({ length: 256 }, () => Buffer.alloc(size));
  return {
    title: `${reads.toLocaleString('en-US')} random reads, 256 in flight`,
    async ours() {
      const file = await open(log.path, 'rb');
      let sum = 0;
      await keepInFlight(256, reads, async (index) => {
        const block = await file.pread(size, positions[index]!);
        sum += word(block, index);
      });
      await file.close();
      return sum;
    },
    async theirs() {
      const handle = await fs.open(log.path);
      let sum = 0;
      await keepInFlight(256, reads, async (index, slot) => {
        await handle.read(buffers[slot]!, 0, size, positions[index]);
        sum += word(buffers[slot]!, index);
      });
      await handle.close();
      return sum;
    },
    check(sum) {
      const fd = openSync(log.path, 'r');
      const buffer = Buffer.alloc(size);
      let expected = 0;
      for (const [index, position] of positions.entries()) {
        readSync(fd, buffer, 0, size, position);
        expected += word(buffer, index);
      }
      closeSync(fd);
      return sum === expected;
    },
  };
}

/** Reads every small file whole, 64 at a time. */
export function readSmallFiles({ paths }: Work): Job<number> {
  const total = (read: (path: string) => Promise<Buffer>) => async () => {
    let bytes = 0;
    await keepInFlight(64, paths.length, async (index) => {
      const { length } = await read(paths[index]!);
      bytes += length;
    });
    return bytes;
  };
  return {
    title: `read ${paths.length.toLocaleString('en-US')} small files`,
    ours: total((path) => readBytes(path)),
    theirs: total((path) => fs.readFile(path)),
    check: (bytes) => bytes === paths.reduce((sum, path) => sum + readFileSync(path).length, 0),
  };
}

/** Stats the whole tree, with all calls in flight at once. */
export function statTree({ paths }: Work): Job<number> {
  const total = (stat: (path: string) => Promise<{ size: number }>) => async () => {
    let bytes = 0;
    for (const { size } of await Promise.all(paths.map((path) => stat(path)))) bytes += size;
    return bytes;
  };
  return {
    title: `stat ${paths.length.toLocaleString('en-US')} files`,
    ours: total((path) => os.stat(path)),
    theirs: total((path) => fs.stat(path)),
    check: (bytes) => bytes === paths.reduce((sum, path) => sum + statSync(path).size, 0),
  };
}

function newlinesOf(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf('\n'); at !== -1; at = bytes.indexOf('\n', at + 1)) lines++;
  return lines;
}
