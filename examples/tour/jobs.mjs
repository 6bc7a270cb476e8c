// The tour's jobs. Each is written twice, through uvfiles and through fs.promises, and `check` compares what both found
// with what plain synchronous node:fs says.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import fs from 'node:fs/promises';
import { TextFile, open, os, readBytes } from 'uvfiles';
import { keepInFlight } from './in-flight.mjs';

const chunkBytes = 1 << 20;
const newline = 0x0a;

/** Counts the lines of the log: with `for await` where the library iterates over text, else in chunks. */
export function countLines({ log }) {
  const iterates = Symbol.asyncIterator in TextFile.prototype;
  return {
    title: `count ${log.lines.toLocaleString('en-US')} lines`,
    ours: () => (iterates ? linesByIteration(log.path) : newlines(() => open(log.path, 'rb'), readOurs)),
    theirs: () => (iterates ? linesByReadLines(log.path) : newlines(() => fs.open(log.path), readTheirs)),
    check: (lines) => lines === log.lines && lines === countIn(readFileSync(log.path)),
  };
}

/** Reads blocks of 4 KiB all over the log, 256 at a time, and adds up a word of each. */
export function randomReads({ log, reads }) {
  const size = 4096;
  const positions = Array.from({ length: reads }, (_, index) => (index * 7919 * size) % (log.size - size));
  const word = (buffer, index) => buffer.readUInt32LE((index * 4) % size);
  const buffers = Array.from({ length: 256 }, () => Buffer.alloc(size));
  return {
    title: `${reads.toLocaleString('en-US')} random reads, 256 in flight`,
    async ours() {
      const file = await open(log.path, 'rb');
      let sum = 0;
      await keepInFlight(256, reads, async (index) => {
        const block = await file.pread(size, positions[index]);
        sum += word(block, index);
      });
      await file.close();
      return sum;
    },
    async theirs() {
      const handle = await fs.open(log.path);
      let sum = 0;
      await keepInFlight(256, reads, async (index, slot) => {
        await handle.read(buffers[slot], 0, size, positions[index]);
        sum += word(buffers[slot], index);
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
export function readSmallFiles({ paths }) {
  const total = (read) => async () => {
    let bytes = 0;
    await keepInFlight(64, paths.length, async (index) => {
      const { length } = await read(paths[index]);
      bytes += length;
    });
    return bytes;
  };
  return {
    title: `read ${paths.length.toLocaleString('en-US')} small files`,
    ours: total(readBytes),
    theirs: total(fs.readFile),
    check: (bytes) => bytes === paths.reduce((sum, path) => sum + readFileSync(path).length, 0),
  };
}

/** Stats the whole tree, everything in flight at once. */
export function statTree({ paths }) {
  const total = (stat) => async () => {
    let bytes = 0;
    for (const { size } of await Promise.all(paths.map((path) => stat(path)))) bytes += size;
    return bytes;
  };
  return {
    title: `stat ${paths.length.toLocaleString('en-US')} files`,
    ours: total(os.stat),
    theirs: total(fs.stat),
    check: (bytes) => bytes === paths.reduce((sum, path) => sum + statSync(path).size, 0),
  };
}

/** Appends lines to a file one after another, each awaited, as a logger does. */
export function appendLines({ directory, appends }) {
  const line = Buffer.from('2026-01-01T00:00:00Z INFO  one more line of sixty-four bytes..\n');
  const append = (openFile, path) => async () => {
    const file = await openFile(path);
    for (let count = 0; count < appends; count++) await file.write(line);
    await file.close();
    return path;
  };
  return {
    title: `${appends.toLocaleString('en-US')} awaited appends`,
    ours: append((path) => open(path, 'wb'), `${directory}/ours.log`),
    theirs: append((path) => fs.open(path, 'w'), `${directory}/theirs.log`),
    check: (path) => readFileSync(path).equals(Buffer.alloc(line.length * appends, line)),
  };
}

/** Copies the log with every ERROR turned into FATAL: reading, changing and writing in chunks. */
export function rewriteLog({ log, directory }) {
  return {
    title: `rewrite ${(log.size / 1e6).toFixed(0)} MB`,
    async ours() {
      const [source, target] = [await open(log.path, 'rb'), await open(`${directory}/ours.out`, 'wb')];
      for (let chunk; (chunk = await source.read(chunkBytes)).length > 0;)
        await target.write(raiseErrors(chunk));
      await Promise.all([source.close(), target.close()]);
      return `${directory}/ours.out`;
    },
    async theirs() {
      const [source, target] = [await fs.open(log.path), await fs.open(`${directory}/theirs.out`, 'w')];
      const buffer = Buffer.alloc(chunkBytes);
      for (let count; (count = (await source.read(buffer, 0, chunkBytes)).bytesRead) > 0;) {
        await target.write(raiseErrors(buffer.subarray(0, count)));
      }
      await Promise.all([source.close(), target.close()]);
      return `${directory}/theirs.out`;
    },
    check: (path) => hashOf(readFileSync(path)) === expectedRewrite(log.path),
  };
}

// In place, and the same for both: a word cut by the end of a chunk stays as it is.
function raiseErrors(chunk) {
  for (let at = chunk.indexOf('ERROR'); at !== -1; at = chunk.indexOf('ERROR', at + 5))
    chunk.write('FATAL', at);
  return chunk;
}

function expectedRewrite(path) {
  const bytes = readFileSync(path);
  for (let start = 0; start < bytes.length; start += chunkBytes)
    raiseErrors(bytes.subarray(start, start + chunkBytes));
  return hashOf(bytes);
}

function hashOf(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

async function linesByIteration(path) {
  let lines = 0;
  const file = await open(path);
  for await (const line of file) lines += line.length > 0 ? 1 : 0;
  await file.close();
  return lines;
}

async function linesByReadLines(path) {
  let lines = 0;
  const handle = await fs.open(path);
  for await (const line of handle.readLines()) lines += line.length > 0 ? 1 : 0;
  return lines;
}

async function newlines(openFile, read) {
  const file = await openFile();
  const buffer = Buffer.alloc(chunkBytes);
  let lines = 0;
  for (let chunk; (chunk = await read(file, buffer)).length > 0;) lines += countIn(chunk);
  await file.close();
  return lines;
}

const readOurs = (file) => file.read(chunkBytes);

async function readTheirs(handle, buffer) {
  const { bytesRead } = await handle.read(buffer, 0, chunkBytes);
  return buffer.subarray(0, bytesRead);
}

function countIn(chunk) {
  let lines = 0;
  for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, at + 1)) lines++;
  return lines;
}
