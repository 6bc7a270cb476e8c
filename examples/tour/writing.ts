// The tour's jobs that write, each written twice, as in reading.ts.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { open } from 'uvfiles';
import type { Job, Work } from './measure.ts';

const chunkBytes = 1 << 20;

/** The methods that the files of both libraries have. */
interface Writable {
  write(bytes: Buffer): Promise<unknown>;
  close(): Promise<unknown>;
}

/** Appends lines to a file one after another, each awaited, as a logger does. */
export function appendLines({ directory, appends }: Work): Job<string> {
  const line = Buffer.from('2026-01-01T00:00:00Z INFO  one more line of sixty-four bytes..\n');
  const append = (openFile: (path: string) => Promise<Writable>, path: string) => async () => {
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
export function rewriteLog({ log, directory }: Work): Job<string> {
  return {
    title: `rewrite ${(log.size / 1e6).toFixed(0)} MB`,
    async ours() {
      const [source, target] = [await open(log.path, 'rb'), await open(`${directory}/ours.out`, 'wb')];
      for (let chunk: Buffer; (chunk = await source.read(chunkBytes)).length > 0;)
        await target.write(raiseErrors(chunk));
      await Promise.all([source.close(), target.close()]);
      return `${directory}/ours.out`;
    },
    async theirs() {
      const [source, target] = [await fs.open(log.path), await fs.open(`${directory}/theirs.out`, 'w')];
      const buffer = Buffer.alloc(chunkBytes);
      for (let count: number; (count = (await source.read(buffer, 0, chunkBytes)).bytesRead) > 0;) {
        await target.write(raiseErrors(buffer.subarray(0, count)));
      }
      await Promise.all([source.close(), target.close()]);
      return `${directory}/theirs.out`;
    },
    check: (path) => hashOf(readFileSync(path)) === expectedRewrite(log.path),
  };
}

// In place, and the same for both. A word that is split by the end of a chunk stays unchanged.
function raiseErrors(chunk: Buffer): Buffer {
  for (let at = chunk.indexOf('ERROR'); at !== -1; at = chunk.indexOf('ERROR', at + 5))
    chunk.write('FATAL', at);
  return chunk;
}

function expectedRewrite(path: string): string {
  const bytes = readFileSync(path);
  for (let start = 0; start < bytes.length; start += chunkBytes)
    raiseErrors(bytes.subarray(start, start + chunkBytes));
  return hashOf(bytes);
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
