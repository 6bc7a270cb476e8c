// Files for the tests of text: a new directory per test, contents as bytes.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const directories: string[] = [];

/** The path of a new file with `content`, or of a missing file if that is null. */
export function fileOf(content: string | Uint8Array | null): string {
  const directory = mkdtempSync(join(tmpdir(), 'uvfiles-text-'));
  directories.push(directory);
  const path = join(directory, 'file.txt');
  if (content !== null) writeFileSync(path, content);
  return path;
}

/** Bytes given as `e9 0a`. */
export function hex(bytes: string): Buffer {
  return Buffer.from(bytes.replace(/\s/g, ''), 'hex');
}

/** The bytes of a file. */
export function bytesOf(path: string): string {
  return readFileSync(path, 'hex');
}

/** Removes every directory that was made. */
export function removeFiles(): void {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** The error that `promise` rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error(`resolved to ${String(value)}`);
}
