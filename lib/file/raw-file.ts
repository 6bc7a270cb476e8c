// A file without a buffer, as Python's io.FileIO: each call makes about one system call.
import { ByteFile } from './byte-file.js';
import type { ByteHandle } from './byte-handle.js';
import type { RawIO } from './raw-io.js';

/**
 * An unbuffered binary file. Each call makes one system call. Calls that are not awaited run in call order. Positional calls run in
 * parallel.
 * @throws ClosedFileError; UnsupportedOperationError if the mode or the kind of file does not allow the operation; TypeError
 *   and RangeError for invalid arguments; ERR_INVALID_STATE for detached memory; AbortError, TimeoutError, and the system's
 *   errors in Node's shape
 * @cancelling a queued call makes no system call; a running read leaves its bytes in the handle for the next read, and a running
 *   write reports `bytesWritten`
 * @platforms the same on all systems; only Linux reads cached data without a thread
 * @example await using f = await open('data.bin', 'rb', { buffering: 0 });
 * @see https://docs.python.org/3/library/io.html#io.FileIO
 */
export class RawFile extends ByteFile {
  /** @internal */
  readonly _isBuffered = false;
  /** @internal The buffered file above this one. Closing either of them flushes the buffer and closes both. */
  _above: ByteHandle | undefined;
  #flushFailure: Error | undefined;
  /** The flush of a handle that was above this one until `detach`. */
  #preceding: Promise<unknown> | undefined;

  /** @internal */
  constructor(io: RawIO, name: string | number | Uint8Array) {
    super(io, name, io.mode.rawName);
  }

  /** @internal */
  get _layer(): RawIO {
    return this._io;
  }

  /** @internal The system rejects the call if it has to. */
  _checkSeekable(): void {
    // No reason to reject is known here.
  }

  /** @internal All later calls wait for `flushed`. If it fails, `close` rejects. */
  _precede(flushed: Promise<unknown>): void {
    const settled = this._sequence
      .run(() => flushed)
      .catch((error: unknown) => {
        this.#flushFailure = error as Error;
      })
      .finally(() => {
        if (this.#preceding === settled) this.#preceding = undefined;
      });
    this.#preceding = settled;
  }

  /** @internal */
  _settleBuffer(): Promise<unknown> | undefined {
    return this.#preceding;
  }

  /** @internal */
  _dropReadAhead(): void {
    // There is none.
  }

  /** @internal */
  get _watched(): object {
    return this;
  }

  /**
   * Closes the file. If the raw file was taken from a handle, this closes the handle, with all that its `close` does. Later calls
   * reject immediately. Closing again has no effect.
   * @throws the error of an earlier `sync`, of close(2), or of the handle's flush; the descriptor is closed in any case
   * @example await f.raw.close();
   */
  override close(): Promise<void> {
    return this._above === undefined ? super.close() : this._above.close();
  }

  /** @internal */
  override _abort(reason: unknown): Promise<void> {
    return this._above === undefined ? super._abort(reason) : this._above._abort(reason);
  }

  /** @internal */
  async _closeInTurn(): Promise<void> {
    const failure = this.#flushFailure;
    if (failure === undefined) return this._io.close();
    await this._io.abort(failure).catch(() => undefined); // the error that reports lost bytes is more important
    throw failure;
  }
}
