// Positional calls of a file of bytes: they neither use nor move its position, and run in parallel.
import { moveOver, takeOver, toBytes, toWritableBytes, unlessChanged } from '../arguments/bytes.js';
import type { OpenFile } from '../filesystem/open-file.js';
import type { Call } from '../schedule/call.js';
import { checkPosition, checkSize } from '../arguments/numbers.js';
import { flag, optionReader, readCall } from '../arguments/options.js';
import { invalidArgType } from '../errors/index.js';
import type { OpOptions } from '../schedule/options.js';
import { ByteHandle } from './byte-handle.js';

/**
 * Returns the bytes that were read, on the memory of `view`, which is detached if it can be moved.
 * @param begin runs the read that it is given, immediately or later
 */
async function readOver(
  file: OpenFile,
  view: Uint8Array,
  position: number | bigint,
  fully: boolean,
  call: Call | undefined,
  begin: (read: () => Promise<number>) => Promise<number>,
): Promise<Buffer> {
  const moved = moveOver(view, call);
  const memory = moved ?? view;
  const read = (): Promise<number> =>
    moved !== undefined && file.preadOver !== undefined
      ? file.preadOver(memory, position, call, fully)
      : file.preadinto(memory, position, call, fully);
  const count = await begin(unlessChanged(memory, read));
  return Buffer.from(memory.buffer as ArrayBuffer, memory.byteOffset, count);
}

/** Options of `write` and `pwrite`. */
export interface WriteOptions extends OpOptions {
  /** Takes ownership of the memory instead of copying it. The buffer is detached. Memory that cannot be moved is copied. */
  transfer?: boolean | undefined;
}

/** Options of `preadinto`. */
export interface ReadIntoOptions extends OpOptions {
  /** Takes ownership of the memory for the read. The result is a Buffer on the same memory. */
  transfer?: boolean | undefined;
}

/** A range of a file. */
export interface Range {
  /** The first byte, counted from the start of the file. */
  position: number | bigint;
  /** The number of bytes. */
  size: number;
}

/** Reads the options of calls to which memory can be transferred. */
export const readTransfer = optionReader({ transfer: flag(false) });

/** The positional calls of RawFile and BinaryFile. */
export abstract class PositionalHandle extends ByteHandle {
  /** @internal Writes what is buffered before a positional call, if there is a buffer. */
  abstract _settleBuffer(call?: Call): Promise<unknown> | undefined;
  /** @internal Whether there is a buffer, which reads ahead. Positional reads then continue after a short read. */
  abstract readonly _isBuffered: boolean;

  /**
   * Reads `size` bytes at `position`. Does not use or change the position of the handle. Runs in parallel with other calls.
   * @param size bytes; a BinaryFile returns fewer only at the end of the file, a RawFile can always return fewer
   * @param position bytes from the start of the file
   * @returns a Buffer, which is empty at the end of the file
   * @throws ClosedFileError, UnsupportedOperationError (not readable), RangeError ERR_OUT_OF_RANGE, ESPIPE on a pipe,
   *   AbortError, TimeoutError
   * @cancelling rejects immediately; a running read continues, and its result is discarded
   * @example const header = await f.pread(512, 0);
   */
  pread(size: number, position: number | bigint, o?: OpOptions): Promise<Buffer> {
    try {
      this._checkReadable();
      const bytes = checkSize(size, 'size');
      const at = checkPosition(position, 'position');
      const call = readCall(o);
      const settled = this._settleBuffer(call);
      if (settled !== undefined) return this.#preadAfter(settled, bytes, at, call);
      return this._io.file.pread(bytes, at, call, this._isBuffered);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Reads at `position` into `view`. Bytes of the view after the number that it resolves to do not change. If the call
   * rejects, the view may contain bytes of the file.
   *
   * With `{ transfer: true }`, the library takes ownership of the memory, like a BYOB reader. The view is detached, and
   * the result is a Buffer on the same memory. This avoids a copy on the event loop, which takes about 100 us per MiB.
   * Memory that cannot be moved (a slice of Node's Buffer pool, shared memory, memory of WebAssembly) is not detached,
   * and is filled by a copy.
   * @returns the number of bytes read; a BinaryFile reads fewer than the view holds only at the end of the file
   * @throws as `pread`, in which case transferred memory is lost; ERR_INVALID_STATE if the view was detached or shrunk
   * @cancelling as `pread`
   * @example
   * let memory: Uint8Array = new Uint8Array(1 << 20);
   * for (let at = 0; ; at += memory.length) {
   *   memory = await f.preadinto(new Uint8Array(memory.buffer), at, { transfer: true });
   *   if (memory.length === 0) break;
   *   hash.update(memory);
   * }
   */
  preadinto(
    view: ArrayBufferView,
    position: number | bigint,
    o: ReadIntoOptions & { transfer: true },
  ): Promise<Buffer>;
  preadinto(
    view: ArrayBufferView,
    position: number | bigint,
    o?: OpOptions & { transfer?: false | undefined },
  ): Promise<number>;
  preadinto(view: ArrayBufferView, position: number | bigint, o?: ReadIntoOptions): Promise<number | Buffer>;
  preadinto(view: ArrayBufferView, position: number | bigint, o?: ReadIntoOptions): Promise<number | Buffer> {
    try {
      this._checkReadable();
      const bytes = toWritableBytes(view);
      const at = checkPosition(position, 'position');
      const { transfer, call } = readTransfer(o);
      if (transfer) return this.#preadOver(bytes, at, call);
      const settled = this._settleBuffer(call);
      if (settled !== undefined) return this.#preadintoAfter(settled, bytes, at, call);
      return this._io.file.preadinto(bytes, at, call, this._isBuffered);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #preadOver(view: Uint8Array, at: number | bigint, call: Call | undefined): Promise<Buffer> {
    return readOver(this._io.file, view, at, this._isBuffered, call, (read) => {
      const settled = this._settleBuffer(call);
      return settled === undefined ? read() : this.#after(settled, read);
    });
  }
  // Separate methods, so that no closures are allocated if there is nothing to wait for.
  #preadAfter(settled: Promise<unknown>, size: number, at: number | bigint, call?: Call): Promise<Buffer> {
    return this.#after(settled, () => this._io.file.pread(size, at, call, this._isBuffered));
  }
  #preadintoAfter(
    settled: Promise<unknown>,
    bytes: Uint8Array,
    at: number | bigint,
    call?: Call,
  ): Promise<number> {
    const read = (): Promise<number> => this._io.file.preadinto(bytes, at, call, this._isBuffered);
    return this.#after(settled, unlessChanged(bytes, read));
  }

  // Positional calls that wait for the buffer, each until it has begun, because closing must not overtake them. Created for
  // the first one.
  #starting: Set<Promise<unknown>> | undefined;

  #after<T>(settled: Promise<unknown>, work: () => Promise<T>): Promise<T> {
    const result = settled.then(work);
    const starting = (this.#starting ??= new Set());
    const done = (): void => {
      starting.delete(begun);
    };
    const begun: Promise<void> = settled.then(done, done);
    starting.add(begun);
    return result;
  }

  async #preadMany(ranges: Range[], call: Call | undefined): Promise<Buffer[]> {
    const read = (): Promise<Buffer[]> => this._io.file.preadMany!(ranges, call);
    const settled = this._settleBuffer(call);
    return settled === undefined ? read() : this.#after(settled, read);
  }

  /** @internal */
  _positionalBegun(): Promise<unknown> | undefined {
    return this.#starting === undefined ? undefined : Promise.all(this.#starting);
  }

  /** @internal What was read ahead is stale after a positional write. */
  abstract _dropReadAhead(): void;

  /**
   * Writes all bytes of `data` at `position`. Runs in parallel with other calls. You can change `data` as soon as the call
   * returns. (In append mode, Linux appends the data and ignores `position`: see BUGS in pwrite(2).)
   * @returns the number of bytes written, which is always the length of `data`
   * @example await f.pwrite(record, 128 * index);
   * @throws ClosedFileError, UnsupportedOperationError (not writable), TypeError ERR_INVALID_ARG_TYPE, RangeError
   *   ERR_OUT_OF_RANGE, ERR_INVALID_STATE (detached memory), and the system's errors with `bytesWritten`
   */
  pwrite(
    data: ArrayBufferView | ArrayBufferLike,
    position: number | bigint,
    o?: WriteOptions,
  ): Promise<number> {
    try {
      this._checkWritable();
      let bytes = toBytes(data);
      const at = checkPosition(position, 'position');
      const { transfer, call } = readTransfer(o);
      if (transfer) bytes = takeOver(bytes, call);
      if (!this._isBuffered) return this.#pwrite(bytes, at, transfer, call);
      this._dropReadAhead();
      return this.#pwriteBesideReads(this.#pwrite(bytes, at, transfer, call));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #pwrite(bytes: Uint8Array, at: number | bigint, transferred: boolean, call?: Call): Promise<number> {
    const settled = this._settleBuffer(call);
    if (settled === undefined) return this._io.file.pwrite(bytes, at, call, transferred);
    const kept = transferred ? bytes : Uint8Array.prototype.slice.call(bytes);
    return this.#after(settled, () => this._io.file.pwrite(kept, at, call, true));
  }

  // A read that ran at the same time as the write may have read the old bytes ahead.
  async #pwriteBesideReads(writing: Promise<number>): Promise<number> {
    try {
      return await writing;
    } finally {
      this._dropReadAhead();
    }
  }

  /**
   * Reads several ranges in parallel.
   * @returns one Buffer per range, in the order of the ranges
   * @throws as `pread`; if a range is invalid, it rejects before any read
   * @example const [head, tail] = await f.readMany([{ position: 0, size: 16 }, { position: 4096, size: 16 }]);
   */
  readMany(ranges: readonly Range[], o?: OpOptions): Promise<Buffer[]> {
    try {
      this._checkReadable();
      if (!isArray(ranges)) throw invalidArgType('ranges', 'an instance of Array', ranges);
      // Read once, because all ranges are checked before the first read.
      const checked = Array.from(
        ranges as readonly (Partial<Range> | null | undefined)[], // a hole in the array is not a range
        (range, index): Range => ({
          position: checkPosition(range?.position, `ranges[${index}].position`),
          size: checkSize(range?.size, `ranges[${index}].size`),
        }),
      );
      const call = readCall(o);
      if (this._io.file.preadMany !== undefined) return this.#preadMany(checked, call);
      return Promise.all(checked.map(({ position, size }) => this.pread(size, position, call)));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @internal */
  async _refresh(): Promise<void> {
    this._dropReadAhead();
  }
}

// Unlike Array.isArray, keeps the elements' type.
const isArray = (value: unknown): boolean => Array.isArray(value);
