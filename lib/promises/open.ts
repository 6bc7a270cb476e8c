// open: a FileHandle on a file of any file system.
import type { OpOptions } from '../schedule/options.js';
import { flagsOf, modeOf, pathOf, type PlainPath } from './arguments.js';
import { FileHandle } from './file-handle.js';
import { node } from './node.js';
import { isPrepared, prepareHandles } from './node-handle.js';
import { realFiles, storeOf } from '../filesystem/mounts.js';

/** Opens a path that has been checked. */
export async function openPath(
  path: PlainPath,
  flags: number,
  permissions: number,
  call: OpOptions | undefined,
): Promise<FileHandle> {
  if (!isPrepared) await prepareHandles();
  return new FileHandle(await storeOf(path).open(path, flags, permissions, call), call);
}

export async function open(
  call: OpOptions | undefined,
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
    if ((error as { code?: unknown }).code !== 'EISDIR' || storeOf(plain) !== realFiles) throw error;
    // Directories, which the store does not open, can be synced, and have a status.
    return node.open(path as never, bits, permissions);
  }
}
