// The entries of a real directory: streamed batches with types, or all names at once.
import type { DirectoryItem, EntryType, FilePath } from '../../filesystem/filesystem.js';
import type { Listing } from '../../filesystem/store.js';
import type { GivenOptions } from '../../schedule/options.js';
import { sortByBytes } from '../../text/byte-order.js';
import { DirectoryBatches } from '../directory-batches.js';
import { splitBuffers, splitUnknown } from '../names.js';
import { uint32sAt, uint64At } from '../records.js';
import { retryOnEmfile } from '../retry-on-emfile.js';
import { SCAN_DIRECTORY } from '../task-kinds.js';
import { TaskCursor } from '../tasks.js';

const NAMES_ONLY = 1;
const SORTED = 2;
// Of src-native/core/tasks/directories.h: the addon leaves longer lists as they are, and on Windows each one.
const MOST_SORTED_BYTES = 64 * 1024;
const IS_WINDOWS = process.platform === 'win32';
const HEADER_BYTES = 8;
const INODE_BYTES = 8;

// dirent's DT_ values, as src-native/core/tasks/directories.h has them.
const TYPES: readonly (EntryType | undefined)[] = [
  'unknown',
  'fifo',
  'character',
  undefined,
  'directory',
  undefined,
  'block',
  undefined,
  'file',
  undefined,
  'symlink',
  undefined,
  'socket',
];

/** The name of a type of the addon. */
export const entryType = (type: number): EntryType => TYPES[type] ?? 'unknown';

export class NativeListing implements Listing {
  readonly #batches: DirectoryBatches;

  constructor(path: FilePath, o: GivenOptions) {
    const cursor = new TaskCursor(SCAN_DIRECTORY, [path], [0]);
    this.#batches = new DirectoryBatches(cursor, path, o);
  }

  async next(): Promise<readonly DirectoryItem[] | undefined> {
    const batch = await this.#batches.next();
    return batch === undefined ? undefined : itemsOf(batch);
  }

  close(): void {
    this.#batches.close();
  }
}

/** The entries in a batch of SCAN_DIRECTORY. */
export function itemsOf(batch: Buffer): DirectoryItem[] {
  const count = uint32sAt(batch, 0, 1)[0]!;
  const types = HEADER_BYTES + count * INODE_BYTES;
  return splitUnknown(batch, types + count).map((name, i) => ({
    name,
    type: entryType(batch[types + i]!),
    inode: uint64At(batch, HEADER_BYTES + i * INODE_BYTES),
  }));
}

/** The names in a directory; `sorted`: in the order of their bytes. */
export async function namesIn(
  path: FilePath,
  asBytes: boolean,
  o: GivenOptions,
  sorted = false,
): Promise<FilePath[]> {
  const names = await retryOnEmfile(
    SCAN_DIRECTORY,
    [path],
    [sorted ? NAMES_ONLY | SORTED : NAMES_ONLY],
    o,
    'scandir',
  );
  const list = asBytes ? splitBuffers(names, 0) : splitUnknown(names, 0);
  return sorted && (IS_WINDOWS || names.length > MOST_SORTED_BYTES) ? sortByBytes(list) : list;
}
