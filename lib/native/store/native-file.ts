// An open file of the addon. Each call is one operation in its queue, or none if the data is cached.
import { fstatSync, type BigIntStats, type Stats } from 'node:fs';

import { builtinTty } from '../../builtins.js';
import { unlessChanged } from '../../arguments/bytes.js';
import { systemError } from '../../errors/index.js';
import type { LockRange } from '../../filesystem/filesystem.js';
import { addon } from '../addon.js';
import { descriptorFreed, mayLackDescriptors } from '../descriptor-wait.js';
import { tryLockFile, unlockFile } from '../file-lock.js';
import { readCached, readCachedInto, movedWithRest, withRest } from '../inline.js';
import * as P from '../protocol.js';
import {
  runDeferred,
  inlineSettings,
  MANY_DEFERRED,
  mayInline,
  mayInlineAlways,
  mayDefer,
  deferred,
} from '../inline-budget.js';
import { sharedRead } from '../sharing.js';
import { keepUnread } from '../request-errors.js';
import * as R from '../requests.js';
import { releaseFile } from '../temporary.js';
import { writeAllNow } from '../write-now.js';
import type { GivenOptions, OpOptions } from '../../schedule/options.js';
import { type OpenFile, CURRENT, type FileKind } from '../../filesystem/open-file.js';

const KINDS: readonly FileKind[] = ['regular', 'directory', 'fifo', 'character', 'socket', 'block', 'other'];

/** An open file of the addon. */
export class NativeFile implements OpenFile {
  readonly fd: number;
  readonly owned: boolean;
  readonly kind: FileKind;
  readonly seekable: boolean;
  readonly openedAt: number;
  readonly polled: boolean;
  readonly givesMemory = true;
  readonly #id: number;
  readonly #cacheable: boolean;
  #hit = false; // by the last inline attempt
  #writing: R.Ticket | undefined; // the last stateful write: at exit it is cancelled or awaited

  constructor(record: R.OpenedRecord, owned: boolean) {
    this.fd = record.fd;
    this.kind = KINDS[record.kind] ?? 'other';
    this.seekable = record.seekable;
    this.openedAt = record.position;
    this.#id = record.id;
    // As src-native/core/open_file.h has it.
    const { kind } = this;
    this.polled =
      kind === 'fifo' || kind === 'socket' || kind === 'other' || (kind === 'character' && !record.seekable);
    this.#cacheable = (record.access ?? 0) >= P.ACCESS_CACHED;
    this.owned = owned;
  }

  // Whether to try the cache before the pool.
  #mayInline(size: number, most: number, o: GivenOptions): boolean {
    return this.#cacheable && size > 0 && size <= most && mayInline(o);
  }

  // Whether to defer the read: the budget is spent, and the file's last read was cached.
  #mayDefer(size: number, most: number, o: GivenOptions): boolean {
    return this.#hit && size > 0 && size <= most && mayDefer(MANY_DEFERRED, o);
  }

  read(size: number, at: number, fully: boolean, o?: OpOptions): Promise<Buffer> {
    const flags = (fully ? P.FLAG_FULLY : 0) | (at === CURRENT ? 0 : P.FLAG_SEEK_FIRST);
    if (this.#mayInline(size, inlineSettings.maxBytes, o)) {
      const bytes = readCached(this.#id, size, at, flags, o);
      this.#hit = bytes !== undefined;
      if (bytes !== undefined) return Promise.resolve(bytes);
    } else if (this.#mayDefer(size, inlineSettings.maxBytes, o)) {
      return this.#readLater(size, at, fully, o);
    }
    const slot = R.begin(P.KIND_READ, R.AS_BYTES, 'read');
    if (o !== undefined) {
      R.name(slot, 'read').onAbandoned = keepUnread;
      const refused = R.applyOptions(slot, o, false, !this.polled);
      if (refused !== undefined) return refused;
    }
    const { args } = R;
    args[P.ARG_FILE] = this.#id;
    R.setReadSize(size, this.polled);
    args[P.ARG_FLAGS] = flags;
    if (at !== CURRENT) args[P.ARG_POSITION] = at;
    addon.submitFile();
    return R.sent(slot);
  }

  readinto(view: Uint8Array, at: number, o?: OpOptions): Promise<number> {
    const flags = at === CURRENT ? 0 : P.FLAG_SEEK_FIRST;
    if (this.#mayInline(view.byteLength, inlineSettings.maxViewBytes, o)) {
      const count = readCachedInto(this.#id, view, at, P.FLAG_KEEP_BLOCK | flags, o);
      this.#hit = count >= 0;
      if (count >= 0) return Promise.resolve(count);
      if (count < -1) {
        const rest = this.#readIntoPooled(view.subarray(-1 - count), CURRENT, 0, o);
        return movedWithRest(view, -1 - count, rest);
      }
    } else if (this.#mayDefer(view.byteLength, inlineSettings.maxViewBytes, o)) {
      return this.#readintoLater(view, at, o);
    }
    return this.#readIntoPooled(view, at, flags, o);
  }

  // `at`: CURRENT, a position to go to first (FLAG_SEEK_FIRST), or one to read at, which leaves the file's own as it is.
  #readIntoPooled(view: Uint8Array, at: number | bigint, flags: number, o: GivenOptions): Promise<number> {
    const moves = at === CURRENT || (flags & P.FLAG_SEEK_FIRST) !== 0;
    const slot = R.begin(P.KIND_READ, R.AS_VIEW, view);
    const refused = R.applyOptions(slot, o, !moves, !(moves && this.polled));
    if (refused !== undefined) return refused;
    R.args[P.ARG_FILE] = this.#id;
    R.setReadSize(view.byteLength, moves && this.polled);
    R.args[P.ARG_FLAGS] = P.FLAG_KEEP_BLOCK | flags;
    R.setPosition(at);
    addon.submitFile();
    return R.sent(slot);
  }

  // Separate methods, so that calls without closures pay nothing for them.
  #readLater(size: number, at: number, fully: boolean, o: GivenOptions): Promise<Buffer> {
    return deferred(this, () => this.read(size, at, fully, o));
  }
  #readintoLater(view: Uint8Array, at: number, o: GivenOptions): Promise<number> {
    const read = (): Promise<number> => this.readinto(view, at, o);
    return deferred(this, unlessChanged(view, read));
  }
  // Returns the bytes of a hit directly. A promise of them would take two more microtasks.
  #preadLater(size: number, at: number | bigint, flags: number, o: GivenOptions): Promise<Buffer> {
    return deferred(this, () => {
      if (!this.#mayInline(size, inlineSettings.maxBytes, o)) return this.#preadPooled(size, at, flags, o);
      const bytes = readCached(this.#id, size, at, flags, o);
      this.#hit = bytes !== undefined;
      return bytes ?? this.#preadPooled(size, at, flags | P.FLAG_COLD, o);
    });
  }
  #preadintoLater(view: Uint8Array, at: number | bigint, flags: number, o?: OpOptions): Promise<number> {
    const read = (): number | Promise<number> => {
      if (!this.#mayInline(view.byteLength, inlineSettings.maxViewBytes, o))
        return this.#readIntoPooled(view, at, flags, o);
      const count = readCachedInto(this.#id, view, at, flags, o);
      this.#hit = count >= 0;
      return count >= 0 ? count : this.#preadintoRest(view, -1 - count, at, flags, o);
    };
    return deferred(this, unlessChanged(view, read));
  }

  readToEnd(at: number, o?: OpOptions): Promise<Buffer> {
    const slot = R.begin(P.KIND_READ_TO_END, R.AS_BYTES, 'read');
    if (o !== undefined) R.name(slot, 'read').onAbandoned = keepUnread;
    const refused = R.applyOptions(slot, o, false, !this.polled);
    if (refused !== undefined) return refused;
    const { args } = R;
    args[P.ARG_FILE] = this.#id;
    if (at !== CURRENT) {
      args[P.ARG_FLAGS] = P.FLAG_SEEK_FIRST;
      args[P.ARG_POSITION] = at;
    }
    addon.submitFile();
    return R.sent(slot);
  }

  write(data: Uint8Array, at: number, transferred: boolean, o?: OpOptions): Promise<number> {
    const flags = at === CURRENT ? 0 : P.FLAG_SEEK_FIRST;
    return this.#submitWrite(data, at, flags, R.AS_COUNT, transferred, true, o);
  }

  async writeToEnd(data: Uint8Array, transferred: boolean, o?: OpOptions): Promise<number> {
    const flags = P.FLAG_APPEND;
    const record: unknown = await this.#submitWrite(data, CURRENT, flags, R.AS_WRITTEN, transferred, true, o);
    return (record as { position: number }).position;
  }

  /** As a FileSystemFile: resolves to the bytes written. */
  async append(data: Uint8Array, o?: OpOptions): Promise<number> {
    await this.writeToEnd(data, false, o);
    return data.byteLength;
  }

  seek(offset: number | bigint, whence: number, o?: OpOptions): Promise<number> {
    return this.#simple(P.KIND_SEEK, R.AS_POSITION, 'lseek', o, offset, whence);
  }

  pread(size: number, position: number | bigint, o?: OpOptions, fully = true): Promise<Buffer> {
    const flags = fully ? P.FLAG_FULLY : 0;
    if (this.#hit && sharedRead(size, o)) return this.#preadPooled(size, position, flags, o);
    if (this.#mayInline(size, inlineSettings.maxBytes, o)) {
      const bytes = readCached(this.#id, size, position, flags, o);
      this.#hit = bytes !== undefined;
      if (bytes !== undefined) return Promise.resolve(bytes);
      return this.#preadPooled(size, position, flags | P.FLAG_COLD, o);
    }
    if (this.#mayDefer(size, inlineSettings.maxBytes, o)) return this.#preadLater(size, position, flags, o);
    return this.#preadPooled(size, position, flags, o);
  }

  #preadPooled(size: number, position: number | bigint, flags: number, o: GivenOptions): Promise<Buffer> {
    const slot = R.begin(P.KIND_READ, R.AS_BYTES, 'read');
    if (o !== undefined) {
      const refused = R.applyOptions(slot, o, true);
      if (refused !== undefined) return refused;
    }
    const { args } = R;
    args[P.ARG_FILE] = this.#id;
    R.setReadSize(size);
    args[P.ARG_FLAGS] = flags;
    if (typeof position === 'number') args[P.ARG_POSITION] = position;
    else R.setPosition(position);
    addon.submitFile();
    return R.sent(slot);
  }

  preadinto(view: Uint8Array, position: number | bigint, o?: OpOptions, fully = true): Promise<number> {
    const flags = fully ? P.FLAG_FULLY : 0;
    const size = view.byteLength;
    if (this.#hit && sharedRead(size, o)) return this.#readIntoPooled(view, position, flags, o);
    if (this.#mayInline(size, inlineSettings.maxViewBytes, o)) {
      const count = readCachedInto(this.#id, view, position, flags, o);
      this.#hit = count >= 0;
      if (count >= 0) return Promise.resolve(count);
      return this.#preadintoRest(view, -1 - count, position, flags, o);
    }
    if (this.#mayDefer(size, inlineSettings.maxViewBytes, o))
      return this.#preadintoLater(view, position, flags, o);
    return this.#readIntoPooled(view, position, flags, o);
  }

  // Called after a miss that has put `begun` bytes into the view. Reading them again could return fewer of them, because the
  // file may shrink.
  #preadintoRest(
    view: Uint8Array,
    begun: number,
    position: number | bigint,
    flags: number,
    o: GivenOptions,
  ): Promise<number> {
    // Advice about many ranges at a time is for small ones: the kernel reads ahead within large ones.
    const cold = view.byteLength > inlineSettings.maxBytes ? flags : flags | P.FLAG_COLD;
    if (begun === 0) return this.#readIntoPooled(view, position, cold, o);
    const at = typeof position === 'bigint' ? position + BigInt(begun) : position + begun;
    return withRest(begun, this.#readIntoPooled(view.subarray(begun), at, cold, o));
  }

  preadOver(memory: Uint8Array, position: number | bigint, o?: OpOptions, fully = true): Promise<number> {
    let flags = fully ? P.FLAG_FULLY : 0;
    if (this.#mayInline(memory.byteLength, inlineSettings.maxBytes, o)) {
      const count = readCachedInto(this.#id, memory, position, flags, o);
      this.#hit = count >= 0;
      if (count >= 0) return Promise.resolve(count);
      flags |= P.FLAG_COLD;
    }
    const slot = R.begin(P.KIND_READ, R.AS_COUNT, memory);
    R.name(slot, 'read');
    const refused = R.applyOptions(slot, o, true);
    if (refused !== undefined) return refused;
    R.args[P.ARG_FILE] = this.#id;
    R.setReadSize(memory.byteLength);
    R.args[P.ARG_FLAGS] = P.FLAG_BORROWED | flags;
    R.setPosition(position);
    addon.submitBytes(memory);
    return R.sent(slot);
  }

  pwrite(data: Uint8Array, position: number | bigint, o?: OpOptions, transferred = false): Promise<number> {
    return this.#submitWrite(data, position, 0, R.AS_COUNT, transferred, false, o);
  }

  #submitWrite(
    data: Uint8Array,
    position: number | bigint,
    flags: number,
    shape: number,
    transferred: boolean,
    stateful: boolean,
    o: GivenOptions,
  ): Promise<number> {
    if (stateful) this.#writing = undefined;
    const slot = R.begin(P.KIND_WRITE, shape, transferred ? data : 'write');
    if (transferred) R.name(slot, 'write');
    const refused = R.applyOptions(slot, o, false);
    if (refused !== undefined) return refused;
    R.args[P.ARG_FILE] = this.#id;
    R.args[P.ARG_FLAGS] = flags | (transferred ? P.FLAG_BORROWED : 0);
    R.setPosition(position);
    addon.submitBytes(data);
    if (stateful) this.#writing = R.follow(slot);
    return R.sent(slot);
  }

  #simple(
    kind: number,
    shape: number,
    syscall: string,
    o: GivenOptions,
    position?: number | bigint,
    whence = 0,
  ): Promise<never> {
    const slot = R.begin(kind, shape, syscall);
    const refused = R.applyOptions(slot, o, false);
    if (refused !== undefined) return refused;
    R.args[P.ARG_FILE] = this.#id;
    if (shape === R.AS_BIGINT_STATS) R.args[P.ARG_FLAGS] = P.FLAG_BIGINT;
    if (position !== undefined) R.setPosition(position);
    R.args[P.ARG_WHENCE] = whence;
    addon.submitFile();
    return R.sent(slot);
  }

  truncate(size: number | bigint, o?: OpOptions): Promise<void> {
    return this.#simple(P.KIND_TRUNCATE, R.AS_NOTHING, 'ftruncate', o, size);
  }

  sync(o?: OpOptions): Promise<void> {
    return this.#simple(P.KIND_SYNC, R.AS_NOTHING, 'fsync', o);
  }

  datasync(o?: OpOptions): Promise<void> {
    return this.#simple(P.KIND_DATASYNC, R.AS_NOTHING, 'fdatasync', o);
  }

  stat(o?: OpOptions): Promise<Stats> {
    return this.#simple(P.KIND_FSTAT, R.AS_STATS, 'fstat', o);
  }

  statInline(o?: OpOptions): Stats | undefined {
    return this.#cacheable && mayInlineAlways(o) ? fstatSync(this.fd) : undefined;
  }

  preadInline(size: number, position: number, o?: OpOptions): Buffer | undefined {
    if (!this.#cacheable || size === 0 || size > inlineSettings.maxBytes || !mayInlineAlways(o))
      return undefined;
    return readCached(this.#id, size, position, P.FLAG_FULLY, o);
  }

  statBigInt(o?: OpOptions): Promise<BigIntStats> {
    return this.#simple(P.KIND_FSTAT, R.AS_BIGINT_STATS, 'fstat', o);
  }

  get lockSpace(): object {
    return KINDS;
  }

  tryLock(range: LockRange, shared: boolean, o?: OpOptions): Promise<boolean> {
    return tryLockFile(this.#id, shared, range, o);
  }

  unlock(range: LockRange): Promise<void> {
    return unlockFile(this.#id, range);
  }

  isatty(): Promise<boolean> {
    return Promise.resolve(this.kind === 'character' && builtinTty().isatty(this.fd));
  }

  stopWaiting(): void {
    if (!this.polled) return;
    R.args[P.ARG_FILE] = this.#id;
    addon.stopWaiting();
  }

  close(): Promise<void> {
    runDeferred(this);
    const closed: Promise<void> = this.#simple(P.KIND_CLOSE, R.AS_NOTHING, 'close', undefined);
    if (this.owned && mayLackDescriptors()) void closed.catch(() => undefined).then(() => descriptorFreed());
    return closed;
  }

  closeInline(): boolean {
    if (!this.#cacheable || !mayInlineAlways(undefined) || !this.owned) return false;
    runDeferred(this);
    R.args[P.ARG_FILE] = this.#id;
    addon.closeNow();
    const status = R.args[P.ARG_STATUS] as number;
    if (status > 0) return false;
    descriptorFreed();
    if (status < 0) throw systemError(status, 'close');
    return true;
  }

  release(): boolean {
    runDeferred(this);
    return releaseFile(this.#id);
  }

  settleNow(): number {
    return this.#writing === undefined ? 0 : R.finishNow(this.#writing);
  }

  writeNow(data: Uint8Array, at: number): void {
    writeAllNow(this.fd, data, at === CURRENT ? null : at);
  }
}
