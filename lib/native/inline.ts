// The inline path: what is cached is read on the spot, without a thread. Rationed, so that a loop that always hits lets the
// event loop turn. A refusal costs little and changes nothing: the caller then asks the pool for the same bytes.
import type { BigIntStats, Stats } from 'node:fs';
import { markAsUntransferable } from 'node:worker_threads';

import { isAbortSignal, type OpOptions } from '../schedule/options.js';
import { Lane, lanes } from '../schedule/lane.js';
import { addon } from './addon.js';
import { type OperationMessage, operations } from './diagnostics.js';
import * as P from './protocol.js';
import { args, bigArgs, ensureOpen, type OpenedRecord } from './requests.js';
import { bigIntStatsFrom, statsFrom } from './stats.js';

/** The inline path's settings; see `configure`. */
export interface InlineSettings {
  enabled: boolean;
  /** Largest read that is tried inline, in bytes. */
  maxBytes: number;
  /** Microseconds of inline work in one event-loop iteration; beyond it the pool serves. */
  budgetMicros: number;
}

// Measured on ext4 (bench/workloads): 300 us keeps a 5 ms timer within a millisecond and costs 5 % of the throughput.
export const inlineSettings: InlineSettings = {
  enabled: process.platform === 'linux' && process.env.UVFILES_INLINE !== '0',
  maxBytes: 64 * 1024,
  budgetMicros: 300,
};

// For the test suite: every inline attempt misses (`miss`) or comes up short (`short`).
const fault = process.env.UVFILES_INLINE_FAULT;
let faultSet = fault === undefined;

let armed = false;

function nextIteration(): void {
  armed = false;
  addon.nextIteration();
}

/** Whether an inline attempt may be made now for a call with these options. */
export function mayInline(o: OpOptions | undefined): boolean {
  if (!inlineSettings.enabled || (args[P.ARG_SPENT] as number) >= inlineSettings.budgetMicros) return false;
  if (o !== undefined && !inlineAllowed(o)) return false;
  if (!armed) begin();
  return true;
}

// Options that are wrong, or over already, are the pool path's to tell.
function inlineAllowed(o: OpOptions): boolean {
  if (typeof o !== 'object' || o === null) return false;
  const { signal, lane, timeout } = o;
  if (signal !== undefined && (!isAbortSignal(signal) || signal.aborted)) return false;
  if (lane !== undefined && !(lane instanceof Lane && lane.inline)) return false;
  return timeout === undefined || (typeof timeout === 'number' && timeout > 0 && timeout <= 0x7fffffff);
}

function begin(): void {
  ensureOpen();
  if (!faultSet) {
    faultSet = true;
    addon.setInlineFault(fault === 'miss' ? 1 : fault === 'short' ? 2 : 0);
  }
  armed = true;
  setImmediate(nextIteration);
}

function count(operation: string, o: OpOptions | undefined, hit: boolean): void {
  const lane: Lane = o?.lane ?? lanes.default;
  if (!hit) {
    lane._inlineMisses++;
    return;
  }
  lane._inlineHits++;
  if (operations.hasSubscribers) {
    const message: OperationMessage = {
      operation,
      path: undefined,
      lane: lane.name,
      inline: true,
      duration: 0,
      error: undefined,
    };
    operations.publish(message);
  }
}

const CHUNK = 64 * 1024;
const OWN_MEMORY = 16 * 1024; // larger results get memory of their own, so that keeping one does not keep a chunk
let chunk: Buffer = Buffer.alloc(0);
let used = 0;

function place(size: number): Buffer {
  // A chunk that a caller has detached through `.buffer` has length 0, and is left behind.
  if (used + size > chunk.length) {
    chunk = Buffer.allocUnsafeSlow(CHUNK);
    // Transferring one result would take the memory of its neighbours away.
    markAsUntransferable(chunk.buffer);
    used = 0;
  }
  return chunk;
}

function setPosition(position: number | bigint): void {
  if (typeof position === 'bigint') {
    bigArgs[P.ARG_POSITION] = position;
    args[P.ARG_POSITION_IS_BIGINT] = 1;
  } else {
    args[P.ARG_POSITION] = position;
    args[P.ARG_POSITION_IS_BIGINT] = 0;
  }
}

/** The bytes if they are cached. `flags`: FLAG_FULLY, FLAG_SEEK_FIRST. */
export function readCached(
  id: number,
  size: number,
  position: number | bigint,
  flags: number,
  o: OpOptions | undefined,
): Buffer | undefined {
  const own = size > OWN_MEMORY;
  const memory = own ? Buffer.allocUnsafeSlow(size) : place(size);
  const offset = own ? 0 : used;
  args[P.ARG_FILE] = id;
  args[P.ARG_SIZE] = size;
  setPosition(position);
  args[P.ARG_FLAGS] = flags;
  args[P.ARG_OFFSET] = offset;
  addon.inlineRead(memory);
  const read = args[P.ARG_STATUS] as number;
  if (read < 0) {
    count('read', o, false);
    return undefined;
  }
  count('read', o, true);
  if (own) return read === size ? memory : memory.subarray(0, read);
  used += (read + 7) & ~7;
  return Buffer.from(memory.buffer, offset, read); // cheaper than subarray
}

/** Fills the caller's view if the bytes are cached: bytes read, or -1. */
export function readCachedInto(
  id: number,
  view: Uint8Array,
  position: number | bigint,
  flags: number,
  o: OpOptions | undefined,
): number {
  args[P.ARG_FILE] = id;
  args[P.ARG_SIZE] = view.byteLength;
  setPosition(position);
  args[P.ARG_FLAGS] = flags;
  args[P.ARG_OFFSET] = 0;
  addon.inlineRead(view);
  const read = args[P.ARG_STATUS] as number;
  count('read', o, read >= 0);
  return read < 0 ? -1 : read;
}

const ANSWER_EXACT = 1;
const ANSWER_LINK = 2;

/** Whether a path may be looked up inline: absolute ones, so that the mount is known. */
function isAbsolute(path: string | Uint8Array): boolean {
  return typeof path === 'string' ? path.charCodeAt(0) === 47 : path[0] === 47;
}

export function statCached(
  path: string | Uint8Array,
  follow: boolean,
  exact: boolean,
  o: OpOptions | undefined,
): Stats | BigIntStats | undefined {
  if (!isAbsolute(path)) return undefined;
  args[P.ARG_FLAGS] = (exact ? ANSWER_EXACT : 0) | (follow ? 0 : ANSWER_LINK);
  addon.inlineStat(path);
  const hit = args[P.ARG_STATUS] === 0;
  count('stat', o, hit);
  if (!hit) return undefined;
  return exact ? bigIntStatsFrom(bigArgs, P.ARG_ANSWER) : statsFrom(args, P.ARG_ANSWER);
}

/** The whole file if it is small and cached. */
export function readFileCached(path: string | Uint8Array, o: OpOptions | undefined): Buffer | undefined {
  if (!isAbsolute(path)) return undefined;
  const memory = place(OWN_MEMORY + 1);
  args[P.ARG_OFFSET] = used;
  addon.inlineReadFile(path, memory);
  const size = args[P.ARG_STATUS] as number;
  count('readFile', o, size >= 0);
  if (size < 0) return undefined;
  const start = used;
  used += (size + 7) & ~7;
  return Buffer.from(memory.buffer, start, size);
}

/** Opens for reading if every name on the way is cached. */
export function openCached(
  path: string | Uint8Array,
  flags: number,
  o: OpOptions | undefined,
): OpenedRecord | undefined {
  if (!isAbsolute(path)) return undefined;
  args[P.ARG_OPEN_FLAGS] = flags;
  addon.inlineOpen(path);
  const fd = args[P.ARG_STATUS] as number;
  count('open', o, fd >= 0);
  if (fd < 0) return undefined;
  return {
    fd,
    id: args[P.ARG_ANSWER] as number,
    kind: args[P.ARG_ANSWER + 1] as number,
    seekable: true,
    position: 0,
    size: args[P.ARG_ANSWER + 4] as number,
    access: 2,
  };
}

/** Hits, misses and attempts left out, of this environment. */
export function inlineFigures(): { hits: number; misses: number; backedOff: number } {
  const figures = new Float64Array(3);
  addon.inlineFigures(figures);
  return { hits: figures[0] as number, misses: figures[1] as number, backedOff: figures[2] as number };
}
