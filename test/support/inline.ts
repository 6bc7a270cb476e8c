// Shared by the tests of the inline path.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

import { expect } from 'chai';
import { configure, metrics, open } from 'uvfiles';

import { skip } from './skip.js';
import { root } from './temp.js';

/** Bytes that differ at every position. */
export function pattern(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i + 4 <= size; i += 4) bytes.writeUInt32LE(Math.imul(i + 1, 2654435761) >>> 0, i);
  return bytes;
}

const ON = process.env.UVFILES_INLINE !== '0';

/** Switches the inline path back to how this run of the tests has it: off with UVFILES_INLINE=0. */
export function resetInline(budgetMicros = 200): void {
  configure({ inline: { maxBytes: 1 << 16, maxViewBytes: 1 << 20, budgetMicros } });
  if (!ON) configure({ inline: false }); // which keeps the other settings
}

const ATTEMPTS = 200;

/**
 * Expects that `attempt` resolves to `expected`, now or later. Any process can mount or unmount something at any
 * moment. Then cached names are looked up through the pool until a thread has read the table of mounts again.
 */
export async function eventually(expected: unknown, attempt: () => Promise<unknown>): Promise<void> {
  let last = await attempt();
  for (let i = 1; i < ATTEMPTS && !isDeepStrictEqual(last, expected); i++) {
    await sleep(20);
    last = await attempt();
  }
  expect(last).to.deep.equal(expected);
}

/** The same inside a program, where the attempt returns whether it had the expected result. */
export const EVENTUALLY = `
  async function eventually(attempt) {
    for (let i = 0; i < ${ATTEMPTS} && !(await attempt()); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  }`;

/** For a suite: skips a test, with the reason, where nothing is served inline. */
export function inlineHere(): (context: Mocha.Context) => void {
  let works = false;
  before(async () => {
    // Scratch directories are on the same file system as this file, or on tmpfs: found out by trying.
    const f = await open(path.join(root, 'package.json'), 'rb');
    const { hits } = metrics().pool.inline;
    for (let i = 0; i < 20 && metrics().pool.inline.hits === hits; i++) {
      if (i > 0) await sleep(5);
      await f.pread(64, 0);
    }
    await f.close();
    works = metrics().pool.inline.hits > hits;
  });
  return (context) => {
    if (!works) skip(context, 'the inline path is off here (system, file system, kernel, or UVFILES_INLINE)');
  };
}
