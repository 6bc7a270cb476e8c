// Settles requests: the addon hands over the records of all finished requests at once.
import type { SystemError } from '../errors/index.js';
import { builtinWorkerThreads } from '../builtins.js';
import { rejectWhereAwaited } from '../errors/where-awaited.js';
import { addon } from './addon.js';
import { type OperationMessage, operations } from '../schedule/diagnostics.js';
import { cutTo } from './memory.js';
import * as P from './protocol.js';
import { copyLate, failure, taskFailure } from './request-errors.js';
import * as S from './request-slots.js';
import {
  bigRecords,
  contexts,
  type Extra,
  extras,
  free,
  records,
  release,
  resolves,
  shapes,
  tickets,
} from './request-slots.js';
import { bigIntStatsFrom, statsFrom } from './stats.js';

let finished = 0;

/** How many requests have been settled so far. */
export const delivered = (): number => finished;

/** Called by the addon with `count` records filled in. Runs inside one callback scope. */
export function complete(
  count: number,
  chunk: Buffer | undefined,
  external: Buffer | undefined,
  shared: boolean,
): void {
  let at = 0;
  finished += count;
  // Transferring one result would detach the others that share its memory.
  if (shared) builtinWorkerThreads().markAsUntransferable((chunk as Buffer).buffer);
  for (let i = 0; i < count; i++) {
    const slot = records[at] as number;
    const result = records[at + 1] as number;
    const tag = records[at + 2] as number;
    const value = records[at + 3] as number;
    const after = at + P.RECORD_HEADER;
    const resolve = resolves[slot] as S.Resolve;
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
        case S.AS_BYTES:
          answer = tag === P.TAG_EXTERNAL ? cutTo(external as Buffer, result) : EMPTY();
          break;
        case S.AS_STATS:
          answer = statsFrom(records, after);
          break;
        case S.AS_BIGINT_STATS:
          answer = bigIntStatsFrom(bigRecords, after);
          break;
        case S.AS_OPENED:
          answer = openedFrom(result, after, records[at + 4] as number);
          break;
        case S.AS_NOTHING:
          answer = undefined;
          break;
        case S.AS_WRITTEN:
          answer = { written: result, position: records[at + 4] as number };
          break;
        case S.AS_POSITION:
          answer = Number(bigRecords[at + 4]);
          break;
        case S.AS_TASK: {
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
    extra.context?.runInAsyncScope(publish, undefined, extra, error ?? extra.reason);
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

function openedFrom(fd: number, at: number, access: number): S.OpenedRecord {
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

function publish(extra: Extra, error: Error | undefined): void {
  const message: OperationMessage = {
    operation: extra.operation ?? (extra.syscall === '' ? 'task' : extra.syscall),
    path: extra.path,
    lane: extra.lane,
    inline: false,
    duration: performance.now() - extra.began,
    error,
  };
  operations.publish(message);
}
