// Paths within a mounted file system as the program sees them: below the prefix of the mount. Links lead within their file system,
// so this is also true of absolute targets.
import { isUtf8 } from 'node:buffer';

import type { FilePath } from './filesystem.js';
import { textOf } from './mounted-path.js';

const SLASH = 0x2f;

/** An absolute path of the file system, with the prefix of its mount, such as `/mounted` or `s3://bucket`. */
export function outerText(prefix: string, inner: string): string {
  // The prefix of all URLs of a scheme ends with the first of its two slashes.
  return inner === '/' && prefix !== '' && !prefix.endsWith('/') ? prefix : prefix + inner;
}

/** The same for a path of bytes. */
export function outerPath(prefix: string, inner: Uint8Array): Buffer {
  const isRoot = inner.length === 1 && inner[0] === SLASH;
  return isRoot ? Buffer.from(outerText(prefix, '/')) : Buffer.concat([Buffer.from(prefix), inner]);
}

/** The target of a link as the program sees it. */
export function seenTarget(prefix: string, target: Buffer): Buffer {
  return prefix !== '' && target[0] === SLASH ? outerPath(prefix, target) : target;
}

/** The target that the file system keeps for a link to `target`: without the prefix, if it has it. */
export function keptTarget(prefix: string, target: FilePath): FilePath {
  const text = textOf(target);
  if (prefix === '' || !`${text}/`.startsWith(`${prefix}/`)) return target;
  if (typeof target === 'string' || isUtf8(target)) return text.slice(prefix.length) || '/';
  return Buffer.from(target).subarray(Buffer.byteLength(prefix));
}
