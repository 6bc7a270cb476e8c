// The identity of a file, whatever its name: its device and inode number.
import type { BigIntStats } from 'node:fs';

/** Part of BigIntStats, because Stats rounds inode numbers beyond 2^53, which NTFS and network file systems have. */
type Numbers = Pick<BigIntStats, 'dev' | 'ino'>;

/** The identity of a file in its file system; undefined if there are no inode numbers. */
export function identityOf({ dev, ino }: Numbers): string | undefined {
  return ino === 0n ? undefined : `${dev}:${ino}`;
}

/** Whether both are the same file of a file system. False if there are no inode numbers: a file has one name then. */
export function isSameFile(one: Numbers, other: Numbers): boolean {
  return one.ino !== 0n && one.ino === other.ino && one.dev === other.dev;
}
