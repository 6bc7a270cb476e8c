// What handles of bytes have in common besides reading and writing: checks, reads in turn, and closing in turn.
import { ClosedFileError, UnsupportedOperationError } from '../errors/index.js';
import { forbidding } from '../filesystem/layers.js';
import { forgetCollection } from './garbage.js';
import { detachedError, Handle } from './handle.js';
import type { FileLocks } from './locks.js';
import type { RawIO } from './raw-io.js';

/** The part of a file of bytes that neither reads nor writes. */
export abstract class ByteHandle extends Handle {
  readonly name: string | number | Uint8Array;
  /** @internal */
  readonly _io: RawIO;

  /** @internal */
  constructor(io: RawIO, name: string | number | Uint8Array, mode: string) {
    super(mode);
    this._io = io;
    this.name = name;
  }

  get closed(): boolean {
    return this._io.closing !== undefined;
  }

  /** @internal */
  _problem(): Error | undefined {
    if (this._detached) return detachedError('file');
    return this._io.closing !== undefined ? new ClosedFileError() : undefined;
  }

  /** @internal */
  _checkReadable(): void {
    if (this._io.closing !== undefined || this._detached) this._check();
    if (forbidding.contexts !== 0) this._refuseForbidden('read');
    if (!this._io.mode.readable)
      throw new UnsupportedOperationError('not readable: the file was opened for writing only');
  }

  /** @internal */
  _checkWritable(): void {
    if (this._io.closing !== undefined || this._detached) this._check();
    if (forbidding.contexts !== 0) this._refuseForbidden('write');
    if (!this._io.mode.writable)
      throw new UnsupportedOperationError('not writable: the file was opened for reading only');
  }

  // --- closing ------------------------------------------------------------------------------------------------------

  /** @internal Flushes, in the turn of its caller. */
  abstract _flushInTurn(): Promise<void>;
  /** @internal The object that closes the file when it is garbage collected. */
  abstract readonly _watched: object;
  /** @internal Closes the file, in turn. */
  abstract _closeInTurn(): Promise<void>;
  /** @internal Closes the file without publishing, in turn. */
  abstract _abortInTurn(reason: unknown): Promise<void>;
  /** @internal Closing must not overtake positional calls that wait for the buffer. */
  abstract _positionalBegun(): Promise<unknown> | undefined;

  close(): Promise<void> {
    return this.#end(false, undefined);
  }

  /** @internal */
  _abort(reason: unknown): Promise<void> {
    return this.#end(this._publishes, reason);
  }

  #end(aborts: boolean, reason: unknown): Promise<void> {
    if (this._detached) return Promise.reject(detachedError('file'));
    const { _io: io } = this;
    // A second call waits for the end of the first, and does not reject if the first one does.
    if (io.closing !== undefined) return io.closing.catch(() => undefined);
    forgetCollection(this._watched);
    // Reads that wait for another process return the available bytes, both current reads and later ones.
    io.file.stopWaiting?.();
    io.locks?.closing();
    return (io.closing = this._sequence.run(() => this.#endInTurn(aborts, reason)));
  }

  async #endInTurn(aborts: boolean, reason: unknown): Promise<void> {
    await this._positionalBegun();
    const { file, locks } = this._io;
    try {
      if (locks !== undefined && !file.owned) await this.#endLocks(locks);
      await (aborts ? this._abortInTurn(reason) : this._closeInTurn());
    } finally {
      locks?.closed();
    }
  }

  // A descriptor that stays open would keep its locks.
  async #endLocks(locks: FileLocks): Promise<void> {
    await this._flushInTurn().catch(() => undefined); // the close flushes again, and rejects
    await locks.releaseAll();
  }
}
