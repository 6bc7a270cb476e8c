// A whole file written in one operation: open, write all bytes, close.
import { constants } from 'node:fs';

import { toBytes } from '../arguments/bytes.js';
import { checkCount } from '../arguments/numbers.js';
import { pathToWrite } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { currentBackend } from '../filesystem/current.js';
import { outOfRange } from '../errors/index.js';
import type { OpOptions } from '../schedule/options.js';

/** Options of `writeFile` and `appendFile`. */
export interface WriteFileOptions extends OpOptions {
  /** Permission bits of a file that is created, before the umask. Default 0o666. */
  permissions?: number | undefined;
}

function write(path: Path, data: unknown, flags: number, o: WriteFileOptions | undefined): Promise<void> {
  try {
    const name = pathToWrite(path);
    const bytes = typeof data === 'string' ? Buffer.from(data) : toBytes(data);
    const permissions = checkCount(o?.permissions ?? 0o666, 'options.permissions');
    if (permissions > 0o7777) throw outOfRange('options.permissions', '>= 0 && <= 0o7777', permissions);
    return currentBackend().writeFile(name, bytes, flags, permissions, false, o);
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
