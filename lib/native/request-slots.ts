// The slots of the requests that wait for the addon: what each request needs until its record arrives.
//
// A slot is an index into parallel arrays rather than an object, so a waiting request costs its promise and a few words. Rare
// parts (signals, timeouts, paths for error messages) are in one optional object.
import type { AsyncResource } from 'node:async_hooks';

import { offAbort } from '../schedule/abort.js';
import * as P from './protocol.js';
import { clearTimeout } from '../timers.js';

export type Resolve = (value: unknown) => void;

/** The kind of result that the caller's promise resolves to. */
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
export interface Extra {
  syscall: string;
  path: string | Uint8Array | undefined;
  signal: AbortSignal | undefined;
  onAbort: (() => void) | undefined;
  /** As given, in milliseconds. */
  timeout: number | undefined;
  /** When it was sent, for the diagnostics channel. */
  began: number;
  /** The async context of its call, for the diagnostics channel. */
  context: AsyncResource | undefined;
  /** Its name in the diagnostics channel, if that is not its system call. */
  operation: string | undefined;
  lane: string;
  timer: NodeJS.Timeout | undefined;
  /** The promise may reject while a thread still works on the request, because its memory belongs to the library. */
  abandonable: boolean;
  /** The promise is settled. When the record arrives, it is only cleaned up. */
  abandoned: boolean;
  /** Handles a result that arrives too late for its caller, such as a file that has to be closed. */
  onAbandoned: ((value: unknown, reason: Error | undefined) => void) | undefined;
  /** The AbortError or TimeoutError of an abort or timeout while the operation ran. */
  reason: Error | undefined;
}

// Their types are given for TypeScript before 5.7, in which these classes are not generic.

/** The arguments, which the addon shares. Between `begin` and `sent`, callers set what their operation needs. */
export const args: Float64Array = new Float64Array(P.ARG_COUNT);
export const bigArgs: BigInt64Array = new BigInt64Array(args.buffer);
/** The records of finished requests, which the addon fills in. */
export const records: Float64Array = new Float64Array(P.RECORD_DOUBLES);
export const bigRecords: BigInt64Array = new BigInt64Array(records.buffer);

export const resolves: (Resolve | undefined)[] = [];
export const shapes: number[] = [];
export const contexts: unknown[] = [];
export const extras: (Extra | undefined)[] = [];
export const tickets: (Ticket | undefined)[] = [];
const freeSlots: number[] = [];
let slotCount = 0;

/** How many requests wait for the addon. */
export function waitingRequests(): number {
  return slotCount - freeSlots.length;
}

/** Takes a slot for a request whose promise resolves to `shape`. */
export function takeSlot(shape: number, context: unknown): number {
  const slot = freeSlots.length > 0 ? (freeSlots.pop() as number) : slotCount++;
  shapes[slot] = shape;
  contexts[slot] = context;
  return slot;
}

/** Frees the slot of a request without an extra. */
export function free(slot: number): void {
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
export function name(slot: number, syscall: string, path?: string | Uint8Array): Extra {
  return (extras[slot] = {
    syscall,
    path,
    signal: undefined,
    onAbort: undefined,
    timeout: undefined,
    began: 0,
    context: undefined,
    operation: undefined,
    lane: 'default',
    timer: undefined,
    abandonable: false,
    abandoned: false,
    onAbandoned: undefined,
    reason: undefined,
  });
}

/** Stops watching the signal and the time. */
export function unwatch(extra: Extra): void {
  if (extra.onAbort !== undefined) offAbort(extra.signal as AbortSignal, extra.onAbort);
  if (extra.timer !== undefined) clearTimeout(extra.timer);
  extra.onAbort = extra.timer = undefined;
}

/** Frees a slot, and stops watching the signal and the time of its request. */
export function release(slot: number): void {
  const extra = extras[slot];
  if (extra !== undefined) {
    unwatch(extra);
    extras[slot] = undefined;
  }
  free(slot);
}

/** A write that the process may have to finish at exit. It stays valid after its slot has been reused. */
export interface Ticket {
  readonly slot: number;
  settled: boolean;
  /** Bytes written. */
  written: number;
}

/** Follows the request in `slot`, before it is sent. */
export function follow(slot: number): Ticket {
  return (tickets[slot] = { slot, settled: false, written: 0 });
}
