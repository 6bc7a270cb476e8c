// Requests to the addon: begun in a slot, sent, interrupted by a signal or a timeout, and settled in `settle.ts`.
import { AsyncResource } from 'node:async_hooks';
import { constants } from 'node:buffer';
import { constants as fileConstants } from 'node:fs';

import { AbortError, LaneFullError, TimeoutError } from '../errors/index.js';
import { rejectWhereAwaited } from '../errors/where-awaited.js';
import type { GivenOptions } from '../schedule/options.js';
import { type Call, callOf } from '../schedule/call.js';
import { abortErrorOf, onAbort, throwIfAborted } from '../schedule/abort.js';
import { type Lane, lanes } from '../schedule/lane.js';
import { addon, type SharedWithAddon } from './addon.js';
import { operations } from '../schedule/diagnostics.js';
import { allocate } from './memory.js';
import * as P from './protocol.js';
import { failure, syscallIn, syscallOf } from './request-errors.js';
import {
  args,
  bigArgs,
  type Extra,
  extras,
  name,
  records,
  release,
  type Resolve,
  resolves,
  takeSlot,
  type Ticket,
  unwatch,
} from './request-slots.js';
import { complete } from './settle.js';
import { setTimeout } from '../timers.js';

export * from './request-slots.js';

const { O_APPEND } = fileConstants;

let opened = false;

// That of the promise that is being made: kept longer, it would keep the async context of its call.
let capturedResolve: Resolve | undefined;
const captureResolver = (resolve: Resolve): void => {
  capturedResolve = resolve;
};

/** Opens this environment in the addon, at the first operation. */
export function ensureOpen(): void {
  if (!opened) openEnvironment();
}

function openEnvironment(): void {
  opened = true;
  const { versions } = process;
  // Only Node runs its loop until an asynchronous cleanup hook is removed.
  const waitsInHook = versions.bun === undefined && versions.deno === undefined;
  args[P.ARG_SIZE] = constants.MAX_LENGTH;
  addon.open(shared, waitsInHook, complete, allocate, args, records);
}

// Referred to from here, so that it lives as long as this module does.
const shared: SharedWithAddon = { complete, allocate, arguments: args, records };

// The lane of the call between `applyOptions` and `sent`: options are read once.
let chosenLane: Lane | undefined;
// The kind of that call: the addon's answer takes its place in the arguments.
let chosenKind = 0;

/** Takes a slot and sets the arguments that every operation has. */
export function begin(kind: number, shape: number, context: unknown): number {
  if (!opened) openEnvironment();
  const slot = takeSlot(shape, context);
  chosenLane = undefined;
  reset(kind, slot);
  return slot;
}

function reset(kind: number, slot: number): void {
  args[P.ARG_KIND] = chosenKind = kind;
  args[P.ARG_SLOT] = slot;
  args[P.ARG_SIZE] = 0;
  args[P.ARG_POSITION] = P.CURRENT;
  args[P.ARG_POSITION_IS_BIGINT] = 0;
  args[P.ARG_FLAGS] = 0;
  args[P.ARG_LANE] = 0;
  args[P.ARG_TIMEOUT] = 0;
}

export function setPosition(position: number | bigint): void {
  if (typeof position === 'bigint') {
    bigArgs[P.ARG_POSITION] = position;
    args[P.ARG_POSITION_IS_BIGINT] = 1;
  } else {
    args[P.ARG_POSITION] = position;
    args[P.ARG_POSITION_IS_BIGINT] = 0;
  }
}

/** The promise of the outcome, after the addon has accepted or rejected the submission. */
export function sent(slot: number): Promise<never> {
  const status = args[P.ARG_STATUS] as number;
  const promise = new Promise(captureResolver) as Promise<never>;
  const resolve = capturedResolve as unknown as Resolve;
  resolves[slot] = resolve;
  capturedResolve = undefined;
  if (status !== 0) {
    const error =
      chosenLane !== undefined && status === LANE_FULL
        ? new LaneFullError(chosenLane.name, chosenLane.queueLimit)
        : failure(slot, status, '');
    release(slot);
    resolve(rejectWhereAwaited(error));
  } else if (operations.hasSubscribers) {
    mark(slot);
  }
  return promise;
}

const LANE_FULL = process.platform === 'win32' ? -4088 : process.platform === 'linux' ? -11 : -35; // UV_EAGAIN

/**
 * Applies lane, timeout and signal to the arguments of `slot`, and subscribes to the signal. Whatever throws here throws before
 * anything is submitted. Comes directly after `begin`, because a signal of the caller's own may make calls of its own meanwhile: the
 * arguments are then set again.
 * @param keepsAlive whether the process lives until the timeout, even if the addon does not keep it alive
 * @returns a rejected promise if the operation must not be queued. The slot is then free again
 */
export function applyOptions(
  slot: number,
  o: GivenOptions,
  abandonable: boolean,
  keepsAlive = true,
): Promise<never> | undefined {
  if (o === undefined) return undefined;
  try {
    const call = callOf(o);
    if (call === undefined) return undefined;
    const { signal, lane, timeout } = call;
    const kind = args[P.ARG_KIND] as number;
    throwIfAborted(signal);
    if (signal !== undefined || timeout !== undefined) {
      const extra = extras[slot] ?? name(slot, syscallOf(kind));
      extra.abandonable = abandonable;
      watch(slot, extra, call, timeout);
      if (!keepsAlive) extra.timer?.unref();
    }
    if (signal !== undefined) reset(kind, slot);
    chosenLane = lane;
    if (lane !== undefined) args[P.ARG_LANE] = lane.number;
    if (timeout !== undefined) args[P.ARG_TIMEOUT] = Math.max(timeout, 1e-6);
    return undefined;
  } catch (error) {
    release(slot);
    // More calls may have led here than a stack shows.
    return error instanceof AbortError ? rejectWhereAwaited(error) : Promise.reject(error);
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

// Called only if there is a subscriber.
function mark(slot: number): void {
  const extra = extras[slot] ?? name(slot, syscallIn(slot) ?? 'task');
  extra.began = performance.now();
  extra.context = new AsyncResource('uvfiles');
  extra.operation = wholeFileOperation(chosenKind, args[P.ARG_OPEN_FLAGS] as number);
  if (chosenLane !== undefined) extra.lane = chosenLane.name;
}

// The system call that opens the file is what an error names.
function wholeFileOperation(kind: number, openFlags: number): string | undefined {
  if (kind === P.KIND_READ_FILE) return 'readFile';
  if (kind !== P.KIND_WRITE_FILE) return undefined;
  return (openFlags & O_APPEND) !== 0 ? 'appendFile' : 'writeFile';
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

// A queued operation leaves the queue. A running one settles when the kernel is done, unless its memory is the library's.
function interrupt(slot: number, extra: Extra, error: Error): void {
  if (extras[slot] !== extra || extra.abandoned) return;
  const state = addon.cancel(slot);
  if (state === 2) return;
  extra.reason = error;
  if (state === 1 && !extra.abandonable) return;
  extra.abandoned = true;
  unwatch(extra);
  (resolves[slot] as Resolve)(rejectWhereAwaited(error));
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
