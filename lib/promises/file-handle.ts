// FileHandle: what `open` of this module resolves to. An EventEmitter over an open file of any file system.
//
// Once Node's own class is known (node-handle.ts), this class inherits from it. Node's streams, workers and
// `fs.promises` functions then accept its handles as their own. All methods that use the file are still defined here.
import { errorMonitor, EventEmitter } from 'node:events';
import { type BigIntStats, closeSync, createReadStream, createWriteStream, type Stats } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import type { ReadableStream } from 'node:stream/web';

import { invalidState, systemError, systemErrorNumber } from '../errors/index.js';
import { asyncDispose } from '../file/dispose.js';
import { Sequence } from '../file/sequence.js';
import { refuseForbiddenUse } from '../filesystem/layers.js';
import { CURRENT, type OpenFile } from '../filesystem/open-file.js';
import type { GivenOptions } from '../schedule/options.js';
import {
  checkBoolean,
  checkDecoding,
  checkInteger,
  checkObject,
  checkOptions,
  checkSignal,
  checkViews,
  closedHandle,
  noHandle,
} from './checks.js';
import {
  intoMemory,
  memoryOf,
  type Positioned,
  readAll,
  type Signal,
  untilAborted,
  writeAll,
} from './contents.js';
import { changeMode, changeOwner, changeTimes, writeNothing } from './handle-attributes.js';
import { positionToWrite, readArguments, writeArguments } from './handle-arguments.js';
import { callbacksOf, NO_DESCRIPTOR, readableOf } from './handle-stream.js';
import { forget, watch } from './unclosed.js';
import { STAT_TAKES_SIGNAL } from './node.js';

/** The results of reads. */
interface Read<T> {
  bytesRead: number;
  buffer: T;
}

/** An open file. */
export class FileHandle extends EventEmitter {
  // The bundle renames the class.
  static {
    Object.defineProperty(this, 'name', { value: 'FileHandle' });
  }

  readonly #file: OpenFile;
  readonly #call: GivenOptions;
  readonly #isReadOnly: boolean;
  readonly #sequence = new Sequence();
  #closed = false;
  // Closed, and no stream uses the handle any more. One that begins later does not open it again.
  #ended = false;
  #closing: Promise<void> | undefined;
  #streaming = false;
  // The number of users of the descriptor that do not go through the file.
  #borrowed = 0;
  #returned: (() => void) | undefined;

  /** An own property, as in Node, so that `const { close } = handle` works. */
  close: () => Promise<void>;

  /** @internal */
  constructor(file: OpenFile, call: GivenOptions, isReadOnly: boolean) {
    super();
    this.#file = file;
    this.#call = call;
    this.#isReadOnly = isReadOnly;
    this.close = () => this.#close();
    watch(this, file);
  }

  /** The descriptor; -1 once the handle is closed, or if the file has none. */
  get fd(): number {
    return this.#ended ? -1 : this.#file.fd;
  }

  read(buffer?: unknown, offset?: unknown, length?: unknown, position?: unknown): Promise<Read<unknown>> {
    try {
      FileHandle.#check(this, 'read');
      const { buffer: whole, view, position: at } = readArguments(buffer, offset, length, position);
      if (view === undefined) return Promise.resolve(readResult(0, whole));
      const count =
        at === undefined
          ? this.#sequence.run(() => this.#file.readinto(view, CURRENT, this.#call))
          : this.#file.preadinto(view, at, this.#call, false);
      return count.then((bytesRead) => readResult(bytesRead, whole));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async readv(
    buffers: unknown,
    position?: unknown,
  ): Promise<{ bytesRead: number; buffers: readonly ArrayBufferView[] }> {
    FileHandle.#check(this, 'readv');
    const views = checkViews(buffers);
    // As the system call would. For a write of no bytes, libuv makes no call.
    if (views.length === 0) throw systemError(systemErrorNumber('EINVAL'), 'read');
    const size = views.reduce((sum, view) => sum + view.byteLength, 0);
    const at = positionToWrite(position);
    const bytes = await (at === undefined
      ? this.#sequence.run(() => this.#file.read(size, CURRENT, false, this.#call))
      : this.#file.pread(size, at, this.#call, false));
    let taken = 0;
    for (const view of views) {
      const part = bytes.subarray(taken, taken + view.byteLength);
      new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(part);
      taken += part.length;
    }
    return Object.assign(Object.create(null) as object, { bytesRead: bytes.length, buffers: views });
  }

  write(
    data: unknown,
    offset?: unknown,
    length?: unknown,
    position?: unknown,
  ): Promise<{ bytesWritten: number; buffer: unknown }> {
    try {
      FileHandle.#check(this, 'write');
      if ((data as ArrayBufferView | undefined | null)?.byteLength === 0)
        return Promise.resolve(writeResult(0, data));
      const { bytes, position: at } = writeArguments(data, offset, length, position);
      if (bytes.byteLength === 0) return this.#putNothing(at).then(() => writeResult(0, data));
      return this.#put(bytes, at).then((written) => writeResult(written, data));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async writev(
    buffers: unknown,
    position?: unknown,
  ): Promise<{ bytesWritten: number; buffers: readonly ArrayBufferView[] }> {
    FileHandle.#check(this, 'writev');
    const views = checkViews(buffers);
    const bytes = Buffer.concat(
      views.map((view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength)),
    );
    const at = positionToWrite(position);
    if (bytes.length === 0 && views.length > 0) await this.#putNothing(at);
    const bytesWritten = bytes.length === 0 ? 0 : await this.#put(bytes, at);
    return Object.assign(Object.create(null) as object, { bytesWritten, buffers: views });
  }

  // The bytes are copied at the call, even if the write has to wait for its turn.
  #put(bytes: Uint8Array, position: number | undefined): Promise<number> {
    if (position !== undefined) return this.#file.pwrite(bytes, position, this.#call);
    if (this.#sequence.idle)
      return this.#sequence.run(() => this.#file.write(bytes, CURRENT, false, this.#call));
    const copy = Uint8Array.prototype.slice.call(bytes);
    return this.#sequence.run(() => this.#file.write(copy, CURRENT, false, this.#call));
  }

  // The system refuses it on a descriptor that is open for reading only.
  async #putNothing(position: number | undefined): Promise<void> {
    if (this.#file.fd >= 0) await this.#lend((fd) => writeNothing(fd, position));
    else if (this.#isReadOnly) throw systemError(systemErrorNumber('EBADF'), 'write');
  }

  async readFile(options?: unknown): Promise<string | Buffer> {
    FileHandle.#check(this, 'readFile');
    const { encoding, signal, buffer } = checkOptions(options);
    const memory = memoryOf(buffer);
    if (encoding) checkDecoding(encoding as BufferEncoding);
    const bytes = intoMemory(await readAll(this.#positioned, signal as Signal), memory);
    return encoding ? bytes.toString(encoding as BufferEncoding) : bytes;
  }

  async writeFile(data: unknown, options?: unknown): Promise<void> {
    FileHandle.#check(this, 'writeFile');
    const { encoding, signal, flush } = checkOptions(options);
    if (flush !== undefined && flush !== null) checkBoolean(flush, 'options.flush');
    await writeAll(this.#positioned, data, (encoding || 'utf8') as BufferEncoding, signal as Signal);
  }

  get #positioned(): Positioned {
    return { file: this.#file, sequence: this.#sequence, call: this.#call };
  }

  appendFile(data: unknown, options?: unknown): Promise<void> {
    return this.writeFile(data, options);
  }

  async stat(options?: { bigint?: boolean; signal?: AbortSignal }): Promise<Stats | BigIntStats> {
    FileHandle.#check(this, 'fstat');
    if (options === undefined) return this.#file.stat(this.#call);
    if (STAT_TAKES_SIGNAL) checkObject(options);
    const bigint = options.bigint;
    const found = (): Promise<Stats | BigIntStats> =>
      bigint === true ? this.#file.statBigInt(this.#call) : this.#file.stat(this.#call);
    const signal = STAT_TAKES_SIGNAL ? checkSignal(options.signal) : undefined;
    return signal === undefined ? found() : untilAborted(found, signal);
  }

  async truncate(length: unknown = 0): Promise<void> {
    FileHandle.#check(this, 'ftruncate');
    await this.#file.truncate(Math.max(0, checkInteger(length, 'len')), this.#call);
  }

  async sync(): Promise<void> {
    FileHandle.#check(this, 'fsync');
    await this.#file.sync(this.#call);
  }

  async datasync(): Promise<void> {
    FileHandle.#check(this, 'fdatasync');
    await this.#file.datasync(this.#call);
  }

  async chmod(mode: unknown): Promise<void> {
    FileHandle.#check(this, 'fchmod');
    await this.#lend((fd) => changeMode(fd, mode));
  }

  async chown(uid: unknown, gid: unknown): Promise<void> {
    FileHandle.#check(this, 'fchown');
    await this.#lend((fd) => changeOwner(fd, uid, gid));
  }

  async utimes(accessed: unknown, modified: unknown): Promise<void> {
    FileHandle.#check(this, 'futimes');
    await this.#lend((fd) => changeTimes(fd, accessed, modified));
  }

  async #lend(use: (fd: number) => Promise<void>): Promise<void> {
    this._hold();
    try {
      await use(this.#file.fd);
    } finally {
      this._letGo();
    }
  }

  /**
   * The descriptor is in use: it stays open until `_letGo`, even if `close` is called.
   * @internal
   */
  _hold(): void {
    this.#borrowed++;
  }

  /** @internal */
  _letGo(): void {
    if (--this.#borrowed > 0) return;
    this.#ended = this.#closed;
    this.#returned?.();
  }

  readLines(options?: unknown): Interface {
    return createInterface({ input: this.createReadStream(options), crlfDelay: Infinity });
  }

  createReadStream(options?: unknown): ReturnType<typeof createReadStream> {
    return this.#streamed((given) => createReadStream(undefined as never, given as never), options, 'end');
  }

  createWriteStream(options?: unknown): ReturnType<typeof createWriteStream> {
    return this.#streamed(
      (given) => createWriteStream(undefined as never, given as never),
      options,
      'finish',
    );
  }

  // Node accepts a handle only with its descriptor. If the file has none, Node's calls are methods of the handle, and the
  // handle waits for the stream as Node does, but not for one that has ended.
  #streamed<T extends EventEmitter & { close(): void }>(
    make: (options: object) => T,
    options: unknown,
    end: 'end' | 'finish',
  ): T {
    if (this.#closed || this.#file.fd >= 0) return make({ ...(options as object), fd: this });
    let holds = true;
    const letGo = (): void => {
      if (holds) this._letGo();
      holds = false;
    };
    this._hold();
    let stream: T;
    try {
      // An aborted signal closes the stream before it is returned.
      stream = make({ ...(options as object), fd: NO_DESCRIPTOR, fs: callbacksOf(this, letGo) });
    } catch (error) {
      letGo();
      throw error;
    }
    for (const event of [end, errorMonitor]) stream.once(event, letGo);
    this.once('close', () => {
      if (holds) stream.close();
    });
    return stream;
  }

  readableWebStream(options: unknown = {}): ReadableStream {
    return readableOf(this, this.#closed, this.#streaming, options, () => {
      this.#streaming = true;
    });
  }

  getAsyncId(): number {
    return 0;
  }

  async [asyncDispose](): Promise<void> {
    await this.close();
  }

  static #check(handle: FileHandle, syscall: string): void {
    if (!(#file in handle)) throw noHandle();
    // As in Node, a stream of the handle may still write what it has after `close` was called.
    if (handle.#ended) throw closedHandle(syscall);
    refuseForbiddenUse(syscall, handle.#file, handle.#file.fd);
  }

  #close(): Promise<void> {
    if (this.#closed) return this.#closing ?? Promise.resolve();
    this.#closed = true;
    this.#ended = this.#borrowed === 0;
    forget(this);
    this.#closing = this.#end().finally(() => {
      this.#closing = undefined;
    });
    this.emit('close');
    return this.#closing;
  }

  async #end(): Promise<void> {
    if (this.#file.polled === true) this.#file.stopWaiting?.();
    if (this.#borrowed > 0)
      await new Promise<void>((resolve) => {
        this.#returned = resolve;
      });
    if (!this.#sequence.idle) await this.#sequence.drained();
    await this.#file.close();
  }

  /**
   * Closes synchronously if the descriptor is not in use, else as soon as it is free.
   * @internal
   */
  _closeNow(): void {
    if (this.#closing !== undefined) throw invalidState('Invalid state: The FileHandle is closing');
    if (this.#closed) return;
    const fd = this._release();
    if (fd >= 0) {
      closeSync(fd);
      this.emit('close');
    } else
      this.#close().catch((error: unknown) => {
        process.emitWarning(`A FileHandle could not be closed: ${String(error)}`);
      });
  }

  /**
   * Releases the descriptor, for a worker. The handle is closed then, and the descriptor stays open. Returns -1 if it
   * is in use, or the file has none.
   * @internal
   */
  _release(): number {
    if (this.#closed || this.#borrowed > 0 || !this.#sequence.idle) return -1;
    const { fd } = this.#file;
    if (fd < 0 || this.#file.release?.() !== true) return -1;
    this.#closed = this.#ended = true;
    forget(this);
    return fd;
  }
}

function readResult<T>(bytesRead: number, buffer: T): Read<T> {
  return { __proto__: null, bytesRead, buffer } as unknown as Read<T>;
}

function writeResult<T>(bytesWritten: number, buffer: T): { bytesWritten: number; buffer: T } {
  return { __proto__: null, bytesWritten, buffer } as unknown as { bytesWritten: number; buffer: T };
}
