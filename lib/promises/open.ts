// open: a FileHandle on a file of any file system, for the program or for one job.
import { constants } from 'node:fs';

import { codeOf } from '../errors/index.js';
import { realFiles, storeOf } from '../filesystem/mounts.js';
import type { GivenOptions } from '../schedule/options.js';
import { flagsOf, modeOf, pathOf, type PlainPath } from './arguments.js';
import { FileHandle } from './file-handle.js';
import { node } from './node.js';
import { isPrepared, prepareHandles } from './node-handle.js';

const { O_APPEND, O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } = constants;
// Windows has none.
const O_DIRECTORY = (constants.O_DIRECTORY as number | undefined) ?? 0;
const SEEK_SET = 0;
/** Flags with which no directory can be opened. */
const CHANGES = O_CREAT | O_RDWR | O_TRUNC | O_WRONLY;

/** Opens a path that has been checked. */
export async function openPath(
  path: PlainPath,
  flags: number,
  permissions: number,
  call: GivenOptions,
): Promise<FileHandle> {
  if (!isPrepared) await prepareHandles();
  const file = await storeOf(path).open(path, flags, permissions, call);
  const handle = new FileHandle(file, call, (flags & (O_RDWR | O_WRONLY)) === 0);
  // A file for appending is opened at its end. Node reads it from the beginning.
  if ((flags & O_APPEND) === 0 || (flags & O_RDWR) === 0 || file.openedAt === 0) return handle;
  try {
    await file.seek(0, SEEK_SET, call);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return handle;
}

/** The same for a whole file: waits for a descriptor if the process has none. */
export function openWhole(
  path: PlainPath,
  flags: number,
  permissions: number,
  call: GivenOptions,
  signal: unknown,
): Promise<FileHandle> {
  const o = { signal: signal instanceof AbortSignal ? signal : undefined };
  return storeOf(path).withDescriptors(() => openPath(path, flags, permissions, call), o);
}

export async function open(
  call: GivenOptions,
  path: unknown,
  flags: unknown,
  mode: unknown,
): Promise<unknown> {
  const plain = pathOf(path);
  const bits = flagsOf(flags);
  const permissions = modeOf(mode, 0o666);
  if (plain === undefined || bits === undefined || permissions === undefined)
    return node.open(path as never, flags as never, mode as never);
  try {
    return await openPath(plain, bits, permissions, call);
  } catch (error) {
    if (codeOf(error) !== 'EISDIR') throw error;
    // Directories, which a store opens only with O_DIRECTORY. They can be synced, and have a status.
    if (storeOf(plain) === realFiles) return node.open(path as never, bits, permissions);
    if ((bits & CHANGES) !== 0 || (bits & O_DIRECTORY) !== 0) throw error;
    return openPath(plain, bits | O_DIRECTORY, permissions, call).catch(() => Promise.reject(error));
  }
}

/** Combines the errors of the job and of the close after it, as in Node. */
function bothOf(job: Error, closing: Error): Error {
  const both = new AggregateError([job, closing], job.message) as AggregateError & { code?: unknown };
  both.code = (job as { code?: unknown }).code;
  return both;
}

/** Calls `job` with the handle, and closes it regardless of the outcome. */
export async function withHandle<T>(
  opening: Promise<FileHandle>,
  job: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  const handle = await opening;
  let result: T;
  try {
    result = await job(handle);
  } catch (error) {
    try {
      await handle.close();
    } catch (closing) {
      throw bothOf(error as Error, closing as Error);
    }
    throw error;
  }
  await handle.close();
  return result;
}
