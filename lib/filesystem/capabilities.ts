import type { Capabilities } from './filesystem.js';

/** The capabilities of the files of an operating system. Locks, byte names and conditional writes depend on the system. */
export const LIKE_A_DISK = Object.freeze({
  randomWrite: true,
  append: true,
  truncate: true,
  rename: true,
  links: true,
  modes: true,
  owners: true,
  times: true,
  sync: true,
  atomicReplace: true,
} satisfies Partial<Capabilities>);
