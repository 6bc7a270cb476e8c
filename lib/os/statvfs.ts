// statvfs and diskUsage: how large a file system is and what is left of it.
import { pathToRead } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { pathCall, STATVFS } from '../native/path-call.js';
import { uint64At } from '../native/records.js';
import type { OpOptions } from '../schedule/options.js';

const FIELDS = [
  'bsize',
  'frsize',
  'blocks',
  'bfree',
  'bavail',
  'files',
  'ffree',
  'favail',
  'flag',
  'namemax',
  'fsid',
] as const;

/** What statvfs(3) tells, without the `f_`. Block counts are in units of `frsize` bytes. */
export type StatVfs = Record<(typeof FIELDS)[number], number>;

/**
 * The figures of the file system that `path` is on.
 * @throws the system's errors in Node's shape, TypeError for a bad path, AbortError, TimeoutError
 * @example const { bavail, frsize } = await os.statvfs('/');
 */
export async function statvfs(path: Path, o?: OpOptions): Promise<StatVfs> {
  const answer = await pathCall(STATVFS, [pathToRead(path)], [], o);
  return Object.fromEntries(FIELDS.map((name, index) => [name, uint64At(answer, index * 8)])) as StatVfs;
}

/** Bytes of a file system. */
export interface DiskUsage {
  total: number;
  used: number;
  /** What this user can still write. */
  free: number;
}

/**
 * How many bytes the file system of `path` has, as Python's shutil.disk_usage.
 * @throws as `statvfs`
 * @example const { free } = await os.diskUsage('.');
 */
export async function diskUsage(path: Path, o?: OpOptions): Promise<DiskUsage> {
  const { frsize, blocks, bfree, bavail } = await statvfs(path, o);
  return { total: blocks * frsize, used: (blocks - bfree) * frsize, free: bavail * frsize };
}
