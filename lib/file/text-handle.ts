// The part of a text file that is not about text: name, settings, checks, and closing.
import { ClosedFileError } from '../errors/index.js';
import type { OpOptions } from '../schedule/options.js';
import type { ErrorHandlerName } from '../text/codec.js';
import type { BinaryFile } from './binary-file.js';
import { detachedError, Handle } from './handle.js';
import type { RawIO } from './raw-io.js';
import { TextIO } from './text-io.js';
import type { ResolvedText } from './text-options.js';

/** The part of TextFile that does not touch text. */
export abstract class TextHandle extends Handle {
  /** The buffered file below. While text is being read, its position is ahead of the position in the text. */
  readonly buffer: BinaryFile;
  /** @internal */
  _text: TextIO;
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(buffer: BinaryFile, mode: string, text: ResolvedText) {
    super(mode);
    this.buffer = buffer;
    this._text = new TextIO(buffer, text);
  }

  get name(): string | number | Uint8Array {
    return this.buffer.name;
  }

  get closed(): boolean {
    return this.#closing !== undefined || this.buffer.closed;
  }

  /** @internal */
  get _io(): RawIO {
    return this.buffer._io;
  }

  /** The encoding that was passed to `open`. */
  get encoding(): string {
    return this._text.text.encoding;
  }

  /** The error handler. */
  get errors(): ErrorHandlerName {
    return this._text.text.errors;
  }

  /** The kinds of line endings read so far: null, a string, or an array of several. */
  get newlines(): string | string[] | null {
    return this._text.window.newlines.seen;
  }

  /** Whether each line ending that is written flushes the buffer. */
  get lineBuffering(): boolean {
    return this._text.lineBuffering;
  }

  /** @internal */
  override _settings(): string {
    return ` encoding=${this.encoding}`;
  }

  flush(o?: OpOptions): Promise<void> {
    return this._stateful(o, (o) => this.buffer.flush(o));
  }

  sync(o?: OpOptions): Promise<void> {
    return this._stateful(o, (o) => this.buffer.sync(o));
  }

  datasync(o?: OpOptions): Promise<void> {
    return this._stateful(o, (o) => this.buffer.datasync(o));
  }

  /** @internal */
  _refresh(): Promise<void> {
    return this._stateful(undefined, (o) => this._text.refresh(o));
  }

  /** @internal */
  override _flushLocked(): Promise<void> {
    return this._problem() === undefined ? this.flush() : this.buffer.flush();
  }

  /**
   * Separates the binary file from this handle, which cannot be used any more. The binary file has the position that the text
   * had. Data that was written is flushed before the first operation of the binary file.
   * @returns the binary file
   * @example const bytes = text.detach();
   */
  detach(): BinaryFile {
    this._check();
    this._detached = true;
    // Data that could not be flushed stays in the buffer. The binary file's next flush or close reports the error.
    this._sequence.run(() => this._text.leave()).catch(() => undefined);
    return this.buffer;
  }

  close(): Promise<void> {
    return this.#end(() => this.buffer.close());
  }

  /** @internal */
  _abort(reason: unknown): Promise<void> {
    return this.#end(() => this.buffer._abort(reason));
  }

  #end(inTurn: () => Promise<void>): Promise<void> {
    if (this._detached) return Promise.reject(detachedError('buffer'));
    if (this.#closing !== undefined) return this.#closing.catch(() => undefined);
    this._io.file.stopWaiting?.();
    return (this.#closing = this._sequence.run(inTurn));
  }

  /** @internal */
  _problem(): Error | undefined {
    if (this._detached) return detachedError('buffer');
    return this.#closing !== undefined ? new ClosedFileError() : this.buffer._problem();
  }

  /** @internal */
  _checkReadable(): void {
    this._check();
    this.buffer._checkReadable();
  }

  /** @internal */
  _checkWritable(): void {
    this._check();
    this.buffer._checkWritable();
  }
}
