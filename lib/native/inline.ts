// The inline path: reads cached data at once, without a thread. A miss costs little and changes nothing: the caller then asks
// the pool for the same bytes.
import { builtinWorkerThreads } from '../builtins.js';
import { unreadBytes } from '../filesystem/open-file.js';
import type { GivenOptions } from '../schedule/options.js';
import { addon } from './addon.js';
import { allocate } from './memory.js';
import * as P from './protocol.js';
import { count } from './inline-budget.js';
import { args, setPosition } from './requests.js';

const CHUNK = 64 * 1024;
/** Bytes of a result that shares a chunk of memory with others. */
export const OWN_MEMORY = 16 * 1024; // larger results get memory of their own, so that keeping one does not keep a chunk
let chunk: Buffer = Buffer.alloc(0);
let used = 0;

/** Memory with room for `size` bytes at ARG_OFFSET, where the addon puts them. */
export function place(size: number): Buffer {
  // A chunk that a caller has detached through `.buffer` has length 0, and is replaced.
  if (used + size > chunk.length) {
    chunk = Buffer.allocUnsafeSlow(CHUNK);
    // Transferring one result would detach its neighbours, too.
    builtinWorkerThreads().markAsUntransferable(chunk.buffer);
    used = 0;
  }
  args[P.ARG_OFFSET] = used;
  return chunk;
}

/** The bytes that the addon has put there. */
export function placed(size: number): Buffer {
  const start = used;
  used += (size + 7) & ~7;
  return Buffer.from(chunk.buffer, start, size); // cheaper than subarray
}

/** The bytes if they are cached. `flags`: FLAG_FULLY, FLAG_SEEK_FIRST. */
export function readCached(
  id: number,
  size: number,
  position: number | bigint,
  flags: number,
  o: GivenOptions,
): Buffer | undefined {
  const own = size > OWN_MEMORY;
  let memory;
  if (own) {
    memory = allocate(size);
    // The pool tries again, and reports the lack of memory.
    if (memory === undefined) return undefined;
    args[P.ARG_OFFSET] = 0;
  } else {
    memory = place(size);
  }
  args[P.ARG_FILE] = id;
  args[P.ARG_SIZE] = size;
  setPosition(position);
  args[P.ARG_FLAGS] = flags;
  addon.inlineRead(memory);
  const read = args[P.ARG_STATUS] as number;
  if (read < 0) {
    count('read', o, false);
    return undefined;
  }
  const bytes = !own ? placed(read) : read === size ? memory : memory.subarray(0, read);
  count('read', o, true);
  return bytes;
}

/**
 * Fills the caller's view if the bytes are cached. Returns the bytes read, or a negative number: -1 - n after a miss that has put n bytes
 * at the position into the view.
 */
export function readCachedInto(
  id: number,
  view: Uint8Array,
  position: number | bigint,
  flags: number,
  o: GivenOptions,
): number {
  args[P.ARG_FILE] = id;
  args[P.ARG_SIZE] = view.byteLength;
  setPosition(position);
  args[P.ARG_FLAGS] = flags;
  args[P.ARG_OFFSET] = 0;
  addon.inlineRead(view);
  const read = args[P.ARG_STATUS] as number;
  const answer = read < 0 ? -1 - (args[P.ARG_ANSWER] as number) : read;
  count('read', o, read >= 0);
  return answer;
}

/** The count of a read whose beginning the cache had. */
export async function withRest(begun: number, rest: Promise<number>): Promise<number> {
  return begun + (await rest);
}

/**
 * The same for a read from the file's own position, which is behind that beginning. The beginning is read even if the rest cannot be: that
 * error comes again with the next read. If the view has changed, all bytes go back to the handle.
 */
export async function movedWithRest(view: Uint8Array, begun: number, rest: Promise<number>): Promise<number> {
  const { byteLength } = view;
  const early = Buffer.from(view.subarray(0, begun));
  try {
    return begun + (await rest);
  } catch (error) {
    if (view.byteLength === byteLength) return begun;
    const { [unreadBytes]: late = Buffer.alloc(0) } = error as { [unreadBytes]?: Buffer };
    throw Object.defineProperty(error as Error, unreadBytes, { value: Buffer.concat([early, late]) });
  }
}

/** Attempts that were answered, and those passed to the pool. */
interface InlineCounts {
  hits: number;
  misses: number;
}

/** What the inline path has done. */
export interface InlineFigures extends InlineCounts {
  /** Attempts skipped after misses. */
  backedOff: number;
  /** By kind of request. */
  by: {
    /** Files on ext4, XFS, btrfs, F2FS: RWF_NOWAIT. */
    nowait: InlineCounts;
    /** Files on tmpfs. */
    memory: InlineCounts;
    /** Files on overlayfs: mincore on a kept mapping. */
    mapping: InlineCounts;
    /** Names: stat, access, readlink, opens. */
    names: InlineCounts;
  };
}

/** Figures of this environment. */
export function inlineFigures(): InlineFigures {
  const figures = new Float64Array(1 + 2 * 4);
  addon.inlineFigures(figures);
  const [backedOff = 0, ...counts] = figures;
  const of = (kind: number): InlineCounts => ({
    hits: counts[2 * kind] as number,
    misses: counts[2 * kind + 1] as number,
  });
  const by = { nowait: of(0), memory: of(1), mapping: of(2), names: of(3) };
  const all = Object.values(by);
  const sum = (key: 'hits' | 'misses'): number => all.reduce((total, each) => total + each[key], 0);
  return { hits: sum('hits'), misses: sum('misses'), backedOff, by };
}
