// abspath: the absolute path, without I/O.
import { resolve } from 'node:path';

import { type Path, toPathBytes } from '../arguments/path.js';
import { isMountedUrl } from '../filesystem/mounts.js';

/**
 * Makes a path absolute, and removes "." and "..". Does no I/O. A URL on a mounted file system, such as `s3://bucket/key`, is
 * absolute: it stays as it is, because "." and ".." may be part of a key.
 * @returns a string; bytes for a byte path
 * @throws TypeError for a bad path
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example await path.abspath('../notes.txt');
 */
export function abspath(path: string | URL): Promise<string>;
export function abspath(path: Path): Promise<string | Buffer>;
export async function abspath(path: Path): Promise<string | Buffer> {
  const given = toPathBytes(path);
  if (isMountedUrl(given)) return typeof given === 'string' ? given : Buffer.from(given);
  if (typeof given === 'string') return resolve(given);
  // One character per byte, because names need not be UTF-8.
  const above = Buffer.from(process.cwd()).toString('latin1');
  return Buffer.from(resolve(above, Buffer.from(given).toString('latin1')), 'latin1');
}
