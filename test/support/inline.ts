// What the tests of the inline path share.
import path from 'node:path';

import { metrics, open } from 'uvfiles';

import { skipWhere } from './file-systems.js';
import { root } from './temp.js';

/** Bytes that differ at every place. */
export function pattern(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i + 4 <= size; i += 4) bytes.writeUInt32LE(Math.imul(i + 1, 2654435761) >>> 0, i);
  return bytes;
}

/** For a suite: skips a test, with the reason, where nothing is served inline. */
export function inlineHere(): (context: Mocha.Context) => void {
  let works = false;
  before(async () => {
    // Scratch directories are on the same file system as this file, or on tmpfs: found out by trying.
    const f = await open(path.join(root, 'package.json'), 'rb');
    const { hits } = metrics().pool.inline;
    for (let i = 0; i < 3; i++) await f.pread(64, 0);
    await f.close();
    works = metrics().pool.inline.hits > hits;
  });
  return (context) => {
    if (!works)
      skipWhere(context, 'the inline path is off here (system, file system, kernel, or UVFILES_INLINE)');
  };
}
