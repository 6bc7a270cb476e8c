/* eslint max-lines: ['error', 570] -- one module, so that the arrays below are its own constants on the hot path */
// The requests that wait for the addon. Each has a slot, which is reused, and one function settles many at a time.
//
// A slot is an index into parallel arrays rather than an object, so a waiting request costs its promise and a few words. Rare
// parts (signals, timeouts, paths for error messages) are in one optional object.
import { constants } from 'node:buffer';
import { clearTimeout, setTimeout } from 'node:timers';

import {
  ClosedFileError,
  LaneFullError,
  type SystemError,
  systemError,
  TimeoutError,
} from '../errors/index.js';
import type { OpOptions } from '../schedule/options.js';
import { builtinWorkerThreads } from '../builtins.js';
import { rejectWhereAwaited } from '../errors/where-awaited.js';
import { type Call, callOf } from '../schedule/call.js';
import { abortErrorOf, offAbort, onAbort, throwIfAborted } from '../schedule/abort.js';
import { type Lane, lanes } from '../schedule/lane.js';
import { unreadBytes } from '../filesystem/open-file.js';
import { addon, type SharedWithAddon } from './addon.js';
import { type OperationMessage, operations } from './diagnostics.js';
import { allocate, cutTo } from './memory.js';
import * as P from './protocol.js';
import { bigIntStatsFrom, statsFrom } from './stats.js';

type Resolve = (value: unknown) => void;
type Reject = (error: unknown) => void;

/** What the caller's promise resolves to. */
export const AS_BYTES = 0; // Buffer
export const AS_COUNT = 1; // number
export const AS_VIEW = 2; // number of bytes copied into `context`, a Uint8Array
export const AS_STATS = 3;
export const AS_BIGINT_STATS = 4;
export const AS_OPENED = 5; // OpenedRecord
export const AS_NOTHING = 6;
export const AS_WRITTEN = 7; // WriteRecord for appends, made only there
export const AS_POSITION = 8; // number, exact to 2^53
export const AS_TASK = 9; // TaskRecord

/** The answer to an open. */
export interface OpenedRecord {
  fd: number;
  id: number;
  kind: number;
  seekable: boolean;
  position: number;
  size: number;
  /** How its data may be read inline. */
  access?: number;
}

/** The answer to a task's run. */
export interface TaskRecord {
  output: Buffer;
  done: boolean;
  /** The number of the file that it opened, and its descriptor. */
  file: number;
  fd: number;
}

/** The rarely used part of a request. */
interface Extra {
  syscall: string;
  path: string | Uint8Array | undefined;
  dest: string | Uint8Array | undefined;
  signal: AbortSignal | undefined;
  onAbort: (() => void) | undefined;
  /** Rejects the promise before its record arrives. */
  reject: Reject | undefined;
  /** As given, in milliseconds. */
  timeout: number | undefined;
  /** When it was sent, for the diagnostics channel. */
  began: number;
  lane: string;
  timer: NodeJS.Timeout | undefined;
  /** May reject while a thread still works on it, because its memory is the library's. */
  abandonable: boolean;
  /** The promise is settled. When the record arrives, it is only cleaned up. */
  abandoned: boolean;
  /** Takes an answer that comes too late for its caller, such as a file that has to be closed. */
  onAbandoned: ((value: unknown, reason: Error | undefined) => void) | undefined;
  /** The AbortError or TimeoutError of a signal or timeout that came while the operation ran. */
  reason: Error | undefined;
}

// Their types are given for TypeScript before 5.7, in which these classes are not generic.
const args: Float64Array = new Float64Array(P.ARG_COUNT);
const bigArgs: BigInt64Array = new BigInt64Array(args.buffer);
const records = new Float64Array(P.RECORD_DOUBLES);
const bigRecords = new BigInt64Array(records.buffer);

const resolves: (Resolve | undefined)[] = [];
const shapes: number[] = [];
const contexts: unknown[] = [];
const extras: (Extra | undefined)[] = [];
const freeSlots: number[] = [];
let slotCount = 0;
let opened = false;

let capturedResolve: Resolve;
let capturedReject: Reject;
const captureResolvers = (resolve: Resolve, reject: Reject): void => {
  capturedResolve = resolve;
  capturedReject = reject;
};

/** How many requests wait for the addon. */
export function waitingRequests(): number {
  return slotCount - freeSlots.length;
}

/** The shared arguments. Between `begin` and `sent`, callers set what their operation needs. */
export { args, bigArgs };

/** Opens the addon's side of this environment, at the first operation. */
export function ensureOpen(): void {
  if (!opened) openEnvironment();
}

function openEnvironment(): void {
  opened = true;
  const { versions } = process;
  // Only Node runs its loop until an asynchronous cleanup hook is removed; see FAILURES in docs/platforms.md.
  const waitsInHook = versions.bun === undefined && versions.deno === undefined;
  args[P.ARG_SIZE] = constants.MAX_LENGTH;
  addon.open(shared, waitsInHook);
}

// Referred to from here, so that it lives as long as this module does.
const shared: SharedWithAddon = { complete, allocate, arguments: args, records };

// The lane of the call between `applyOptions` and `sent`: options are read once.
let chosenLane: Lane | undefined;

/** Takes a slot and sets the arguments that every operation has. */
export function begin(kind: number, shape: number, context: unknown): number {
  if (!opened) openEnvironment();
  const slot = freeSlots.length > 0 ? (freeSlots.pop() as number) : slotCount++;
  chosenLane = undefined;
  shapes[slot] = shape;
  contexts[slot] = context;
  args[P.ARG_KIND] = kind;
  args[P.ARG_SLOT] = slot;
  args[P.ARG_SIZE] = 0;
  args[P.ARG_POSITION] = P.CURRENT;
  args[P.ARG_POSITION_IS_BIGINT] = 0;
  args[P.ARG_FLAGS] = 0;
  args[P.ARG_LANE] = 0;
  args[P.ARG_TIMEOUT] = 0;
  return slot;
}

export function setPosition(position: number | bigint): void {
  if (typeof position === 'bigint') {
    bigArgs[P.ARG_POSITION] = position;
    args[P.ARG_POSITION_IS_BIGINT] = 1;
  } else {
    args[P.ARG_POSITION] = position;
  }
}

function free(slot: number): void {
  resolves[slot] = undefined;
  contexts[slot] = undefined;
  const ticket = tickets[slot];
  if (ticket !== undefined) {
    ticket.settled = true;
    tickets[slot] = undefined;
  }
  freeSlots.push(slot);
}

/** Names the request for its error, in case it fails. */
export function name(
  slot: number,
  syscall: string,
  path?: string | Uint8Array,
  dest?: string | Uint8Array,
): Extra {
  return (extras[slot] = {
    syscall,
    path,
    dest,
    signal: undefined,
    onAbort: undefined,
    reject: undefined,
    timeout: undefined,
    began: 0,
    lane: 'default',
    timer: undefined,
    abandonable: false,
    abandoned: false,
    onAbandoned: undefined,
    reason: undefined,
  });
}

/** After the addon has taken (or refused) the submission: the promise of its outcome. */
export function sent(slot: number, o: OpOptions | undefined): Promise<never> {
  const status = args[P.ARG_STATUS] as number;
  const promise = new Promise(captureResolvers) as Promise<never>;
  resolves[slot] = capturedResolve;
  if (status !== 0) {
    const error =
      chosenLane !== undefined && status === LANE_FULL
        ? new LaneFullError(chosenLane.name, chosenLane.queueLimit)
        : failure(slot, status, '');
    release(slot);
    capturedReject(error);
  } else {
    const extra = o === undefined ? undefined : extras[slot];
    if (extra !== undefined) extra.reject = capturedReject;
    if (operations.hasSubscribers) mark(slot);
  }
  return promise;
}

const TIMED_OUT = process.platform === 'win32' ? -4039 : process.platform === 'linux' ? -110 : -60; // UV_ETIMEDOUT
const LANE_FULL = process.platform === 'win32' ? -4088 : process.platform === 'linux' ? -11 : -35; // UV_EAGAIN
const CANCELLED = process.platform === 'win32' ? -4081 : process.platform === 'linux' ? -125 : -89; // UV_ECANCELED

/**
 * Applies lane, timeout and signal to the arguments of `slot`, and subscribes to the signal. Whatever throws here throws before
 * anything is submitted.
 * @returns an error if the operation must not be queued. The slot is then free again
 */
export function applyOptions(
  slot: number,
  o: OpOptions | undefined,
  abandonable: boolean,
): Error | undefined {
  if (o === undefined) return undefined;
  try {
    const call = callOf(o);
    if (call === undefined) return undefined;
    const { signal, lane, timeout } = call;
    throwIfAborted(signal);
    if (lane !== undefined) {
      chosenLane = lane;
      args[P.ARG_LANE] = lane.number;
    }
    if (timeout !== undefined) args[P.ARG_TIMEOUT] = Math.max(timeout, 1e-6);
    if (signal !== undefined || timeout !== undefined) {
      const extra = extras[slot] ?? name(slot, syscallOf(args[P.ARG_KIND] as number));
      extra.abandonable = abandonable;
      watch(slot, extra, call, timeout);
    }
    return undefined;
  } catch (error) {
    release(slot);
    return error as Error;
  }
}

/** Bytes from which on a read without a lane is bulk work. */
const LONG_READ = 1 << 20;

/**
 * Sets the size of a read, after `applyOptions`. A read of more than a megabyte waits in the bulk lane unless it has another,
 * or what it reads waits for another process (`polled`).
 */
export function setReadSize(size: number, polled = false): void {
  args[P.ARG_SIZE] = size;
  if (size > LONG_READ && !polled && chosenLane === undefined) {
    chosenLane = lanes.bulk;
    args[P.ARG_LANE] = chosenLane.number;
  }
}

// Called only if somebody listens.
function mark(slot: number): void {
  const extra = extras[slot] ?? name(slot, syscallIn(slot) ?? 'task');
  extra.began = performance.now();
  if (chosenLane !== undefined) extra.lane = chosenLane.name;
}

function publish(extra: Extra, error: Error | undefined): void {
  const message: OperationMessage = {
    operation: extra.syscall === '' ? 'task' : extra.syscall,
    path: extra.path,
    lane: extra.lane,
    inline: false,
    duration: performance.now() - extra.began,
    error,
  };
  operations.publish(message);
}

function watch(slot: number, extra: Extra, call: Call, timeout: number | undefined): void {
  const { signal, total } = call;
  if (signal !== undefined) {
    const onSignal = (): void => interrupt(slot, extra, abortErrorOf(signal));
    onAbort(signal, onSignal);
    extra.signal = signal;
    extra.onAbort = onSignal;
  }
  if (timeout !== undefined) {
    extra.timeout = total ?? timeout;
    extra.timer = setTimeout(() => {
      extra.timer = undefined;
      interrupt(slot, extra, new TimeoutError(total ?? timeout));
    }, timeout);
  }
}

function unwatch(extra: Extra): void {
  if (extra.onAbort !== undefined) offAbort(extra.signal as AbortSignal, extra.onAbort);
  if (extra.timer !== undefined) clearTimeout(extra.timer);
  extra.onAbort = extra.timer = undefined;
}

// A queued operation leaves the queue. A running one settles when the kernel is done, unless its memory is the library's.
function interrupt(slot: number, extra: Extra, error: Error): void {
  if (extras[slot] !== extra || extra.abandoned) return;
  const state = addon.cancel(slot);
  if (state === 2) return;
  extra.reason = error;
  if (state === 1 && !extra.abandonable) return;
  extra.abandoned = true;
  unwatch(extra);
  (extra.reject as Reject)(error);
}

/** Frees a slot from which nothing was sent. */
export function release(slot: number): void {
  const extra = extras[slot];
  if (extra !== undefined) {
    unwatch(extra);
    extras[slot] = undefined;
  }
  free(slot);
}

/** A write that the process may have to finish at exit. It stays valid after its slot serves another request. */
export interface Ticket {
  readonly slot: number;
  settled: boolean;
  /** Bytes written. */
  written: number;
}

const tickets: (Ticket | undefined)[] = [];

/** Follows the request in `slot`, before it is sent. */
export function follow(slot: number): Ticket {
  return (tickets[slot] = { slot, settled: false, written: 0 });
}

/** Cancels the write, or blocks until it is done: for exit only. Returns the number of bytes written. */
export function finishNow(ticket: Ticket): number {
  if (!ticket.settled) {
    const result = addon.finishNow(ticket.slot);
    ticket.settled = true;
    ticket.written = result >= 0 ? result : (args[P.ARG_SIZE] as number);
  }
  return ticket.written;
}

/** Called by the addon with `count` records filled in. Runs inside one callback scope. */
function complete(
  count: number,
  chunk: Buffer | undefined,
  external: Buffer | undefined,
  shared: boolean,
): void {
  let at = 0;
  // Transferring one result would detach the others that share its memory.
  if (shared) builtinWorkerThreads().markAsUntransferable((chunk as Buffer).buffer);
  for (let i = 0; i < count; i++) {
    const slot = records[at] as number;
    const result = records[at + 1] as number;
    const tag = records[at + 2] as number;
    const value = records[at + 3] as number;
    const after = at + P.RECORD_HEADER;
    const resolve = resolves[slot] as Resolve;
    const extra = extras[slot];
    const shape = shapes[slot] as number;
    let next = after;
    if (tag === P.TAG_STAT) next += P.STAT_FIELDS;
    else if (tag === P.TAG_OPENED) next += OPENED_FIELDS;
    else if (tag === P.TAG_TASK_OPENED) next += 2;
    const ticket = tickets[slot];
    if (ticket !== undefined) ticket.written = result >= 0 ? result : (records[at + 4] as number);

    let answer: unknown;
    let error: Error | undefined;
    if (tag === P.TAG_CHUNK) {
      const bytes = chunk as Buffer;
      // A chunk of its own needs no view.
      answer = value === 0 && result === bytes.length ? bytes : viewOf(bytes, value, result);
    } else if (tag === P.TAG_FAILED) {
      const written = records[at + 4] as number;
      error = extra?.reason ?? failure(slot, result, P.SYSCALLS[value] as string);
      if (written > 0) (error as SystemError).bytesWritten = written;
    } else if (tag === P.TAG_DEFERRED) {
      if (extra?.abandoned !== true && !addon.copyOut(value, contexts[slot] as Uint8Array))
        error = copyLate(value, result, contexts[slot] as Uint8Array);
      answer = result;
    } else {
      switch (shape) {
        case AS_BYTES:
          answer = tag === P.TAG_EXTERNAL ? cutTo(external as Buffer, result) : EMPTY();
          break;
        case AS_STATS:
          answer = statsFrom(records, after);
          break;
        case AS_BIGINT_STATS:
          answer = bigIntStatsFrom(bigRecords, after);
          break;
        case AS_OPENED:
          answer = openedFrom(result, after, records[at + 4] as number);
          break;
        case AS_NOTHING:
          answer = undefined;
          break;
        case AS_WRITTEN:
          answer = { written: result, position: records[at + 4] as number };
          break;
        case AS_POSITION:
          answer = Number(bigRecords[at + 4]);
          break;
        case AS_TASK: {
          const length = records[at + 4] as number;
          const output =
            tag === P.TAG_TASK_EXTERNAL
              ? (external ?? EMPTY())
              : length === 0
                ? EMPTY()
                : viewOf(chunk as Buffer, value, length);
          const opens = tag === P.TAG_TASK_OPENED;
          if (result < 0) error = extra?.reason ?? taskFailure(extra, result, output);
          else
            answer = {
              output,
              done: result === 0,
              file: opens ? records[after] : 0,
              fd: opens ? records[after + 1] : -1,
            };
          break;
        }
        default:
          answer = result;
      }
    }
    at = next;

    if (extra === undefined) {
      free(slot);
      if (error === undefined) resolve(answer);
      else resolve(rejectWhereAwaited(error));
      continue;
    }
    const { abandoned, onAbandoned } = extra;
    release(slot);
    if (extra.began > 0) publish(extra, error ?? extra.reason);
    if (abandoned) {
      if (error === undefined) onAbandoned?.(answer, extra.reason);
    } else if (error !== undefined) {
      resolve(rejectWhereAwaited(error));
    } else if (extra.reason !== undefined && onAbandoned !== undefined) {
      onAbandoned(answer, extra.reason);
      resolve(rejectWhereAwaited(extra.reason));
    } else {
      resolve(answer);
    }
  }
}

// Cheaper than subarray.
function viewOf(chunk: Buffer, offset: number, length: number): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset + offset, length);
}

const OPENED_FIELDS = 5;
const EMPTY = (): Buffer => Buffer.alloc(0);

function openedFrom(fd: number, at: number, access: number): OpenedRecord {
  return {
    fd,
    id: records[at] as number,
    kind: records[at + 1] as number,
    seekable: records[at + 2] !== 0,
    position: records[at + 3] as number,
    size: records[at + 4] as number,
    access,
  };
}

// The file's position has moved, so the layer above keeps the bytes for the next read.
function copyLate(index: number, size: number, view: Uint8Array): Error {
  const late = allocate(size);
  const asked = addon.copyLate(index, late ?? EMPTY());
  const error = invalidView(view.byteLength, asked);
  return late === undefined ? error : Object.defineProperty(error, unreadBytes, { value: late });
}

function invalidView(now: number, then: number): Error {
  const error = new Error(
    `The view was ${now === 0 ? 'detached' : 'resized'} while it was being read into: ${then} bytes at the call, ${now} now`,
  ) as Error & { code: string };
  error.code = 'ERR_INVALID_STATE';
  return error;
}

function syscallOf(kind: number): string {
  switch (kind) {
    case P.KIND_READ:
    case P.KIND_READ_TO_END:
      return 'read';
    case P.KIND_WRITE:
      return 'write';
    case P.KIND_FSTAT:
      return 'fstat';
    case P.KIND_TRUNCATE:
      return 'ftruncate';
    case P.KIND_SYNC:
      return 'fsync';
    case P.KIND_DATASYNC:
      return 'fdatasync';
    case P.KIND_SEEK:
      return 'lseek';
    case P.KIND_CLOSE:
      return 'close';
    default:
      return 'open';
  }
}

// For a request without an extra.
function syscallIn(slot: number): string | undefined {
  if (shapes[slot] === AS_VIEW) return 'read';
  const context = contexts[slot];
  return typeof context === 'string' ? context : undefined;
}

function failure(slot: number, errno: number, syscall: string): Error {
  const extra = extras[slot];
  // The addon noticed the deadline before the timer here did.
  if (extra?.timeout !== undefined && errno === TIMED_OUT) return new TimeoutError(extra.timeout);
  if (errno === CANCELLED) return new ClosedFileError('the file was closed while the read waited');
  return systemError(
    errno,
    syscall !== '' ? syscall : (extra?.syscall ?? (syscallIn(slot) as string)),
    extra?.path,
    extra?.dest,
  );
}

// A failed task's output is `syscall NUL path NUL dest`.
function taskFailure(extra: Extra | undefined, errno: number, output: Buffer): Error {
  // As above.
  if (extra?.timeout !== undefined && errno === TIMED_OUT) return new TimeoutError(extra.timeout);
  const [syscall = '', path = '', dest = ''] = output.toString().split('\0');
  return systemError(errno, syscall, path === '' ? undefined : path, dest === '' ? undefined : dest);
}
