// Short ways to say what tests do with a FileSystem directly.
import { constants } from 'node:fs';

import { expect } from 'chai';

export const READ = constants.O_RDONLY;
export const WRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;
export const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
export const STAT = { followSymlinks: true, bigint: false } as const;
export const MIB = 1 << 20;

/** The error that `work` rejects with. Fails if it resolves. */
export async function rejection(work: Promise<unknown> | (() => Promise<unknown>)): Promise<any> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    return error;
  }
  throw new Error('resolved, and should have rejected');
}

/** Asserts that `work` rejects with this code; returns the error. */
export async function rejects(work: Promise<unknown> | (() => Promise<unknown>), code: string): Promise<any> {
  const error = await rejection(work);
  expect(error.code, String(error.stack)).to.equal(code);
  return error;
}

/** Bytes of which every four are a different number, so that a misplaced piece is detected. */
export function pattern(size: number, seed = 0): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32LE((at / 4 + seed * 0x9e3779b1) >>> 0, at);
  return bytes;
}

/** All names of a listing, in order. */
export async function names(
  listing: AsyncIterable<readonly { name: string | Uint8Array }[]>,
): Promise<string[]> {
  const all: string[] = [];
  for await (const batch of listing) all.push(...batch.map(({ name }) => String(name)));
  return all;
}

/** The whole content through one open file, read in pieces. */
export async function readAll(
  files: { open: (...args: any[]) => Promise<any> },
  path: string,
  piece = 64 << 10,
): Promise<Buffer> {
  const file = await files.open(path, READ, 0, {});
  try {
    const pieces: Uint8Array[] = [];
    for (let at = 0; ;) {
      const bytes = (await file.pread(piece, at, {})) as Uint8Array;
      if (bytes.length === 0) return Buffer.concat(pieces);
      pieces.push(bytes);
      at += bytes.length;
    }
  } finally {
    await file.close();
  }
}

/** Writes through one open file, in pieces. */
export async function writeAll(
  files: { open: (...args: any[]) => Promise<any> },
  path: string,
  data: Uint8Array,
  { flags = WRITE, piece = 256 << 10 } = {},
): Promise<void> {
  const file = await files.open(path, flags, 0o666, {});
  try {
    for (let at = 0; at < data.length; at += piece) await file.pwrite(data.subarray(at, at + piece), at, {});
  } catch (error) {
    await file.abort(error);
    throw error;
  }
  await file.close();
}

/** Lets the event loop turn often enough for everything that waits for nothing else. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
}
