// statvfs and diskUsage: the size of a file system, and its free space.
import { readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import type { StatVfs } from '../filesystem/filesystem.js';
import { storeToRead } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

export type { StatVfs };

/**
 * Gets the size and the limits of the file system that contains `path`.
 * @returns the figures, with the names of statvfs(3)
 * @throws the system's errors in Node's shape, TypeError for a bad path, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Windows does not count inodes
 * @example const { bavail, frsize } = await os.statvfs('/');
 * @see https://docs.python.org/3/library/os.html#os.statvfs
 */
export async function statvfs(path: Path, o?: OpOptions): Promise<StatVfs> {
  const call = readCall(o);
  const at = toPathBytes(path);
  return storeToRead(at).statvfs(at, call);
}

/** Disk space in bytes. */
export interface DiskUsage {
  /** The size of the whole file system. */
  total: number;
  /** The space in use. */
  used: number;
  /** The space that this user can still use. */
  free: number;
}

/**
 * Gets the disk space of the file system that contains `path`, like Python's shutil.disk_usage.
 * @returns `total`, `used` and `free`, in bytes
 * @throws as `statvfs`
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms the same on Linux, macOS and Windows
 * @example const { free } = await os.diskUsage('.');
 * @see https://docs.python.org/3/library/shutil.html#shutil.disk_usage
 */
export async function diskUsage(path: Path, o?: OpOptions): Promise<DiskUsage> {
  const { frsize, blocks, bfree, bavail } = await statvfs(path, o);
  return { total: blocks * frsize, used: (blocks - bfree) * frsize, free: bavail * frsize };
}
