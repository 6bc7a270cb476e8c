// The locks of one open file. Requests of this thread are granted in call order, and then made to the file system.
// Waiting uses no pool thread: a request that waits for another one of this thread is notified, and a lock that is held
// elsewhere is retried.
import { ClosedFileError, UnsupportedOperationError } from '../errors/index.js';
import { rejectWhereAwaited } from '../errors/where-awaited.js';
import { lacking } from '../filesystem/errors.js';
import type { LockRange } from '../filesystem/filesystem.js';
import { identityOf } from '../filesystem/identity.js';
import type { OpenFile } from '../filesystem/open-file.js';
import { throwIfAborted } from '../schedule/abort.js';
import type { Call } from '../schedule/call.js';
import { watchCall } from '../schedule/watch-call.js';
import { forgetRetry, retryLater } from './lock-retry.js';
import { LockRequest, LockTable, TO_THE_END } from './lock-table.js';
import { inOrderOf } from './lock-order.js';
import { Sequence } from './sequence.js';

/** The range and the kind of a requested lock. */
export interface LockWish extends LockRange {
  readonly shared: boolean;
}

// By file system, then by file.
const spaces = new WeakMap<object, Map<string, LockTable>>();

/** Rejects for files that cannot be locked. */
export function checkLockable(file: OpenFile): void {
  if (file.lockSpace !== undefined) return;
  throw file.fileSystem === undefined
    ? new UnsupportedOperationError('this file cannot be locked')
    : lacking(file.fileSystem, 'locks', 'lock files');
}

/** A pending request. It ends once, with a lock or without. */
interface Pending {
  readonly request: LockRequest;
  readonly wish: LockWish;
  readonly waits: boolean;
  readonly call: Call | undefined;
  readonly resolve: (lock: LockRequest | undefined) => void;
  /** For errors of the file system. */
  readonly reject: (error: unknown) => void;
  /** For the ends of waits. */
  readonly giveUp: (error: Error) => void;
  readonly attempt: () => void;
  table?: LockTable;
  /** Set while the request to the file system runs. */
  asking?: boolean;
  ended?: boolean;
  unwatch?: (() => void) | undefined;
}

export class FileLocks {
  readonly #file: OpenFile;
  /** The key that requests are ordered by until their file is known: its path, or its descriptor. */
  readonly #place: string;
  /** Requests to the file system: an unlock must not overtake a lock of overlapping bytes. */
  readonly #sequence = new Sequence();
  readonly #pending = new Set<Pending>();
  readonly #held = new Map<LockRequest, LockTable>();
  #identity: string | undefined;

  constructor(file: OpenFile, place: string) {
    this.#file = file;
    this.#place = place;
  }

  /**
   * Locks a range.
   * @param waits false: resolves to undefined if another lock or an earlier request conflicts
   * @param inTurn no earlier request for the path waits for its turn any more, and `identify` has resolved
   * @throws AbortError, TimeoutError, ClosedFileError, and the system's errors
   */
  acquire(
    wish: LockWish,
    waits: boolean,
    call: Call | undefined,
    inTurn = false,
  ): Promise<LockRequest | undefined> {
    throwIfAborted(call?.signal);
    const start = BigInt(wish.position);
    const end = wish.size === 0 ? TO_THE_END : start + BigInt(wish.size);
    return new Promise((resolve, reject) => {
      const request = new LockRequest(this, start, end, wish.shared);
      const attempt = (): void => void this.#ask(pending);
      const giveUp = (error: Error): void => resolve(rejectWhereAwaited(error));
      const pending: Pending = { request, wish, waits, call, resolve, reject, giveUp, attempt };
      this.#pending.add(pending);
      pending.unwatch = watchCall(call, (error) => this.#end(pending, () => giveUp(error)));
      void this.#enqueue(pending, inTurn);
    });
  }

  async #enqueue(pending: Pending, inTurn: boolean): Promise<void> {
    try {
      const identity = inTurn
        ? this.#identity!
        : await inOrderOf(this.#place, () => this.identify(pending.call));
      if (pending.ended) return;
      const table = tableOf(this.#file.lockSpace!, identity);
      const { request } = pending;
      pending.table = table;
      table.add(request);
      if (request.blockers === 0) pending.attempt();
      else if (pending.waits) request.onTurn = pending.attempt;
      else this.#refuse(pending);
    } catch (error) {
      this.#end(pending, () => pending.reject(error));
    }
  }

  /** Learns which file it is. Files without inode numbers cannot be distinguished here: the file system itself has to. */
  async identify(call: Call | undefined): Promise<string> {
    if (this.#identity !== undefined) return this.#identity;
    return (this.#identity = identityOf(await this.#file.statBigInt(call)) ?? `unknown ${++unknown}`);
  }

  async #ask(pending: Pending): Promise<void> {
    const { request, wish, call } = pending;
    pending.asking = true;
    let granted = false;
    try {
      granted = await this.#sequence.run(
        async () => !pending.ended && this.#file.tryLock!(wish, wish.shared, call?.uninterrupted()),
      );
    } catch (error) {
      this.#end(pending, () => pending.reject(error));
    }
    pending.asking = false;
    if (pending.ended) {
      if (granted) await this.#unlock(request).catch(() => undefined); // no lock is held, and no request waits
      this.#leave(pending.table!, request);
    } else if (granted) {
      this.#held.set(request, pending.table!);
      this.#settled(pending);
      pending.resolve(request);
    } else if (pending.waits) {
      retryLater(pending.attempt);
    } else {
      this.#refuse(pending);
    }
  }

  #settled(pending: Pending): void {
    pending.ended = true;
    pending.unwatch?.();
    this.#pending.delete(pending);
  }

  #refuse(pending: Pending): void {
    this.#settled(pending);
    this.#leave(pending.table!, pending.request);
    pending.resolve(undefined);
  }

  #end(pending: Pending, report: () => void): void {
    if (pending.ended) return;
    this.#settled(pending);
    forgetRetry(pending.attempt);
    // While the request to the file system runs, the bytes may already be locked. In this case, the running call takes the
    // request out.
    if (!pending.asking && pending.table !== undefined) this.#leave(pending.table, pending.request);
    report();
  }

  #leave(table: LockTable, request: LockRequest): void {
    table.remove(request);
    if (table.empty && this.#identity !== undefined)
      spaces.get(this.#file.lockSpace!)?.delete(this.#identity);
  }

  /** Releases a lock. Does nothing once the file is closed. */
  async release(lock: LockRequest): Promise<void> {
    const table = this.#held.get(lock);
    if (table === undefined) return;
    this.#held.delete(lock);
    try {
      await this.#unlock(lock);
    } finally {
      this.#leave(table, lock);
    }
  }

  // Bytes that other shared locks of this file cover stay locked. Windows counts the locks, and ends one by exactly its range.
  #unlock(lock: LockRequest): Promise<void> {
    const isCounted = process.platform === 'win32' && this.#file.fileSystem === undefined;
    return this.#sequence.run(async () => {
      for (const [start, end] of uncovered(lock, isCounted ? [] : this.#held.keys())) {
        const size = end === TO_THE_END ? 0n : end - start;
        await this.#file.unlock!({ position: plain(start), size: plain(size) });
      }
    });
  }

  /** Releases all locks, before the close of a file whose descriptor stays open. */
  async releaseAll(): Promise<void> {
    for (const lock of [...this.#held.keys()]) await this.release(lock);
  }

  /** The file is being closed: no lock is granted any more. */
  closing(): void {
    for (const pending of [...this.#pending]) this.#end(pending, () => pending.giveUp(new ClosedFileError()));
  }

  /** The file is closed, and its locks with it. */
  closed(): void {
    for (const [lock, table] of this.#held) this.#leave(table, lock);
    this.#held.clear();
  }
}

let unknown = 0;

function tableOf(space: object, identity: string): LockTable {
  let tables = spaces.get(space);
  if (tables === undefined) spaces.set(space, (tables = new Map<string, LockTable>()));
  let table = tables.get(identity);
  if (table === undefined) tables.set(identity, (table = new LockTable()));
  return table;
}

// The parts of `lock` that none of `others` covers.
function uncovered(lock: LockRequest, others: Iterable<LockRequest>): [bigint, bigint][] {
  let parts: [bigint, bigint][] = [[lock.start, lock.end]];
  for (const { start, end } of others) {
    parts = parts.flatMap(([from, to]) => {
      if (end <= from || to <= start) return [[from, to]];
      const rest: [bigint, bigint][] = [];
      if (from < start) rest.push([from, start]);
      if (end < to) rest.push([end, to]);
      return rest;
    });
  }
  return parts;
}

const plain = (value: bigint): number | bigint => (value <= 9007199254740991n ? Number(value) : value);
