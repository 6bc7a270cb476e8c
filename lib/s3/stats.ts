// The status that `stat` and listings return for objects and prefixes, and which objects stand for a directory.
import type { StatsLike } from '../filesystem/filesystem.js';

const FILE_MODE = 0o100666;
const DIRECTORY_MODE = 0o040777;

/** Stats of an object, with its ETag; of a prefix, without. */
type ObjectStats = StatsLike & { readonly etag?: string };

/** Stats of an object. */
export function fileStats(o: { size: number; etag: string; modified: number }): ObjectStats {
  return { ...times(o.modified), size: o.size, mode: FILE_MODE, nlink: 1, etag: o.etag, ...kind(true) };
}

/** Stats of a prefix. */
export function directoryStats(): ObjectStats {
  return { ...times(0), size: 0, mode: DIRECTORY_MODE, nlink: 1, ...kind(false) };
}

function times(ms: number): Partial<StatsLike> {
  const date = new Date(ms);
  return {
    atimeMs: ms,
    mtimeMs: ms,
    ctimeMs: ms,
    birthtimeMs: ms,
    atime: date,
    mtime: date,
    ctime: date,
    birthtime: date,
  };
}

function kind(file: boolean): Pick<StatsLike, 'isFile' | 'isDirectory'> & Partial<StatsLike> {
  const never = (): boolean => false;
  return {
    isFile: () => file,
    isDirectory: () => !file,
    isSymbolicLink: never,
    isFIFO: never,
    isSocket: never,
    isBlockDevice: never,
    isCharacterDevice: never,
  };
}

/** Whether a key is that of a directory: the object is empty, and has a slash at its end. */
export const isMarker = ({ key, size }: { key: string; size: number }): boolean =>
  size === 0 && key.endsWith('/');
