// Changes through a descriptor, made by Node's own functions: they are as fast, and include Node's checks.
import { fchmod, fchown, futimes, write } from 'node:fs';

import { UnsupportedOperationError } from '../errors/index.js';

type Callback = (error: Error | null) => void;

// Checked first, because invalid arguments are invalid on every file system.
async function change(fd: number, what: string, begin: (done: Callback) => void): Promise<void> {
  if (fd < 0) throw new UnsupportedOperationError(`a FileHandle without a descriptor cannot ${what}`);
  await new Promise<void>((resolve, reject) => {
    begin((error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

export const changeMode = (fd: number, mode: unknown): Promise<void> =>
  change(fd, 'chmod', (done) => fchmod(fd, mode as number, done));

export const changeOwner = (fd: number, uid: unknown, gid: unknown): Promise<void> =>
  change(fd, 'chown', (done) => fchown(fd, uid as number, gid as number, done));

export const changeTimes = (fd: number, accessed: unknown, modified: unknown): Promise<void> =>
  change(fd, 'utimes', (done) => futimes(fd, accessed as number, modified as number, done));

const NOTHING = new Uint8Array(0);

/** Asks the system for a write of no bytes, which fails if the file is not open for writing. */
export const writeNothing = (fd: number, position: number | undefined): Promise<void> =>
  change(fd, 'write', (done) => write(fd, NOTHING, 0, 0, position ?? null, done));
