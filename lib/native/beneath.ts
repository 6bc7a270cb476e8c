// Operations on names beneath a root directory. No path and no link leads out of it (src-native/core/tasks/beneath.h).
import { startWithCaller } from '../filesystem/errors.js';
import type { OpOptions } from '../schedule/options.js';
import { withDescriptors } from './descriptor-wait.js';
import { OPEN } from './path-call.js';
import { int32At, uint64At } from './records.js';
import type { OpenedRecord } from './requests.js';
import { BENEATH } from './task-kinds.js';
import { startTask } from './tasks.js';

/** The error of a path that leads out of the root. */
function outsideRoot(path: string | Uint8Array, cause: unknown): Error {
  const shown = typeof path === 'string' ? path : Buffer.from(path).toString();
  const error = new Error(`The path leads outside of the root directory: '${shown}'`, { cause });
  return startWithCaller(Object.assign(error, { code: 'ERR_OUTSIDE_ROOT', path: shown }));
}

/** Turns the error of a task beneath a root into ERR_OUTSIDE_ROOT if that is its meaning. */
export function explained(error: unknown, path: string | Uint8Array): unknown {
  if ((error as { syscall?: unknown }).syscall === 'beneath') return outsideRoot(path, error);
  return startWithCaller(error as Error);
}

/**
 * Performs one call of path-call.ts on `paths` beneath `root`.
 * @param paths relative to the root; the second one is the new name of a link or a rename
 * @returns the call's answer, as the header describes it
 * @throws Error ERR_OUTSIDE_ROOT; the system's errors in Node's shape, with the syscall `root` if the root cannot be opened
 */
export async function callBeneath(
  root: string | Uint8Array,
  call: number,
  paths: readonly (string | Uint8Array)[],
  numbers: readonly (number | bigint)[],
  o?: OpOptions,
): Promise<Buffer> {
  const once = (): Promise<{ output: Buffer }> => startTask(BENEATH, [root, ...paths], [call, ...numbers], o);
  try {
    return (await withDescriptors(once, o)).output;
  } catch (error) {
    throw explained(error, paths[0] as string | Uint8Array);
  }
}

/**
 * Opens `path` beneath `root`. Directories need O_DIRECTORY. Opening a FIFO without readers for writing rejects with ENXIO.
 * @returns the record for a NativeFile
 */
export async function openBeneath(
  root: string | Uint8Array,
  path: string | Uint8Array,
  flags: number,
  permissions: number,
  o?: OpOptions,
): Promise<OpenedRecord> {
  const numbers = [OPEN, flags, permissions];
  const once = (): ReturnType<typeof startTask> => startTask(BENEATH, [root, path], numbers, o);
  try {
    const { output, file, fd } = await withDescriptors(once, o);
    return {
      fd,
      id: file,
      kind: int32At(output, 0),
      seekable: int32At(output, 4) !== 0,
      access: int32At(output, 12),
      position: uint64At(output, 16),
      size: uint64At(output, 24),
    };
  } catch (error) {
    throw explained(error, path);
  }
}
