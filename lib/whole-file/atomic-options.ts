// What writeAtomic and openAtomic have in common: their options, and the error that comes after the deed.
import { checkMode } from '../arguments/mode.js';
import { type SystemError, systemError } from '../errors/index.js';
import { int32At } from '../native/records.js';

/** Options of everything that replaces a file in one step. */
export interface AtomicOptions {
  /** Syncs the content before, and the directory after, the replacement. Default true. */
  durable?: boolean | undefined;
  /** Permission bits, before the umask. Default: those of the old file, or 0o666 where there is none. */
  permissions?: number | undefined;
}

// AtomicFlags of src-native/platform/posix/atomic_file.h.
const DURABLE = 1;
const PERMISSIONS_GIVEN = 2;
const EXCLUSIVE = 4;

/** As the native tasks take them: flags and permission bits. */
export function atomicNumbers(o: AtomicOptions, exclusive: boolean): [flags: number, permissions: number] {
  const { durable = true, permissions } = o;
  const flags =
    (durable ? DURABLE : 0) |
    (permissions === undefined ? 0 : PERMISSIONS_GIVEN) |
    (exclusive ? EXCLUSIVE : 0);
  return [flags, permissions === undefined ? 0o666 : checkMode(permissions, 'options.permissions')];
}

/** Throws what the task says after the new content is in place: that the directory could not be synced. */
export function throwIfNotSynced(output: Buffer): void {
  if (output.length === 0) return;
  const error: SystemError & { committed?: boolean } = systemError(
    int32At(output, 0),
    'fsync',
    output.subarray(4),
  );
  error.committed = true;
  throw error;
}
