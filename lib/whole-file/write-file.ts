// A whole file written in one operation: open, write all bytes, close.
import { constants } from 'node:fs';

import { toBytes } from '../arguments/bytes.js';
import { optionReader, permissionBits } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/** Options of `writeFile` and `appendFile`. */
export interface WriteFileOptions extends OpOptions {
  /** Permission bits of a file that is created, before the umask. Default 0o666. */
  permissions?: number | undefined;
}

const readOptions = optionReader({ permissions: permissionBits(0o666) });

function write(path: Path, data: unknown, flags: number, o: WriteFileOptions | undefined): Promise<void> {
  try {
    const { permissions, call } = readOptions(o);
    const at = toPathBytes(path);
    const bytes = typeof data === 'string' ? Buffer.from(data) : toBytes(data);
    return storeToWrite(at).writeFile(at, bytes, flags, permissions, call);
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * Replaces a file's content, creating the file if need be. Not atomic: see `writeAtomic`.
 * @param data bytes (all of the view), or a string, written as UTF-8
 * @throws the system's errors in Node's shape, with `bytesWritten` when it stopped part-way; TypeError for bad arguments
 * @example await writeFile('notes.txt', 'hello\n');
 */
export function writeFile(
  path: Path,
  data: string | ArrayBufferView | ArrayBufferLike,
  o?: WriteFileOptions,
): Promise<void> {
  const { O_WRONLY, O_CREAT, O_TRUNC } = constants;
  return write(path, data, O_WRONLY | O_CREAT | O_TRUNC, o);
}

/** Adds to the end of a file, creating it if need be. Otherwise as `writeFile`. */
export function appendFile(
  path: Path,
  data: string | ArrayBufferView | ArrayBufferLike,
  o?: WriteFileOptions,
): Promise<void> {
  const { O_WRONLY, O_CREAT, O_APPEND } = constants;
  return write(path, data, O_WRONLY | O_CREAT | O_APPEND, o);
}
