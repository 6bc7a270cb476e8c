// Arguments as Node accepts them. Arguments that are clearly valid are read here. All others are passed to Node's own
// function, which rejects them with the message of the running version.
import { constants } from 'node:fs';

import { toPathBytes } from '../arguments/path.js';
import { isRestricted } from '../arguments/permission.js';
import { realFiles, storeOf } from '../filesystem/mounts.js';

export { textOf } from '../filesystem/mounted-path.js';

/** A path in the form that the file systems accept. */
export type PlainPath = string | Uint8Array;

/**
 * `path` as a string or as a copy of its bytes. Undefined if Node has to handle it: if it is empty or not a path, or
 * under the permission model.
 */
export function pathOf(path: unknown): PlainPath | undefined {
  if (typeof path === 'string' && !isRestricted) return path === '' || path.includes('\0') ? undefined : path;
  let plain: PlainPath;
  try {
    plain = toPathBytes(path);
  } catch {
    return undefined;
  }
  if (plain.length === 0) return undefined;
  return isRestricted && storeOf(plain) === realFiles ? undefined : plain;
}

/** How names are returned: an encoding of Buffer, `buffer`, or undefined if Node has to reject the options. */
export function encodingOf(options: unknown): BufferEncoding | 'buffer' | undefined {
  let encoding: unknown = options;
  if (options === undefined || options === null || typeof options === 'function') return 'utf8';
  if (typeof options === 'object') {
    ({ encoding } = options as { encoding?: unknown });
    if (encoding === undefined || encoding === null || encoding === '') return 'utf8';
  }
  if (encoding === 'buffer') return encoding;
  return typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : undefined;
}

/** `bytes` in that encoding. */
export function encoded(bytes: Uint8Array, encoding: BufferEncoding | 'buffer'): string | Buffer {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return encoding === 'buffer' ? buffer : buffer.toString(encoding);
}

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } = constants;

const WRITE = O_TRUNC | O_CREAT | O_WRONLY;
const UPDATE = O_TRUNC | O_CREAT | O_RDWR;
const APPEND = O_APPEND | O_CREAT | O_WRONLY;
const APPEND_UPDATE = O_APPEND | O_CREAT | O_RDWR;

const FLAGS: ReadonlyMap<unknown, number> = new Map([
  ['r', O_RDONLY],
  ['rs', O_RDONLY | O_SYNC],
  ['sr', O_RDONLY | O_SYNC],
  ['r+', O_RDWR],
  ['rs+', O_RDWR | O_SYNC],
  ['sr+', O_RDWR | O_SYNC],
  ['w', WRITE],
  ['wx', WRITE | O_EXCL],
  ['xw', WRITE | O_EXCL],
  ['w+', UPDATE],
  ['wx+', UPDATE | O_EXCL],
  ['xw+', UPDATE | O_EXCL],
  ['a', APPEND],
  ['ax', APPEND | O_EXCL],
  ['xa', APPEND | O_EXCL],
  ['as', APPEND | O_SYNC],
  ['sa', APPEND | O_SYNC],
  ['a+', APPEND_UPDATE],
  ['ax+', APPEND_UPDATE | O_EXCL],
  ['xa+', APPEND_UPDATE | O_EXCL],
  ['as+', APPEND_UPDATE | O_SYNC],
  ['sa+', APPEND_UPDATE | O_SYNC],
]);

/** Flags of open(2); undefined if Node has to reject them. */
export function flagsOf(flags: unknown): number | undefined {
  if (typeof flags === 'number') return (flags | 0) === flags && flags >= 0 ? flags : undefined;
  return flags === undefined || flags === null ? O_RDONLY : FLAGS.get(flags);
}

/** Permission bits, or their octal digits; undefined if Node has to reject them. */
export function modeOf(mode: unknown, otherwise?: number): number | undefined {
  if (mode === undefined || mode === null) return otherwise;
  if (typeof mode === 'number') return mode >>> 0 === mode ? mode : undefined;
  if (typeof mode !== 'string' || !/^[0-7]+$/.test(mode)) return undefined;
  const bits = Number.parseInt(mode, 8);
  return bits >>> 0 === bits ? bits : undefined;
}
