// Decoding in pieces: the state between pieces, which are an incomplete character and the byte order.
import { UnicodeDecodeError } from '../errors/unicode.js';
import { TextSink, type ErrorHandlerName, type Scanner } from './codec.js';
import { recover } from './decode-errors.js';
import type { Codec } from './registry.js';

/** The byte order of a text: `start` until its byte order mark has been read. */
export type ByteOrder = 'start' | 'little' | 'big';

/** What a decoder needs to continue at a place: the byte order, or what the bytes before have switched to. */
export type DecoderState = ByteOrder | number;

const nothing = Buffer.alloc(0);

/** Decodes a text piece by piece; `pending` and `state` are all of its state. */
export class Decoder {
  readonly codec: Codec;
  readonly errors: ErrorHandlerName;
  /** The bytes of a character that is not complete yet. */
  pending: Buffer = nothing;
  order: ByteOrder;
  /** Whether the last piece was well formed, so that the length of its bytes follows from the length of its text. */
  clean = true;
  /** The bytes that the last text came from. */
  decoded: Buffer = nothing;
  /**
   * These bytes, and the bytes after them that were examined: in GB 18030, the fourth byte can show that the first is
   * malformed.
   */
  seen: Buffer = nothing;
  #scanner: Scanner;

  constructor(codec: Codec, errors: ErrorHandlerName) {
    this.codec = codec;
    this.errors = errors;
    this.order = codec.mark === null ? 'little' : 'start';
    this.#scanner = codec.scanner(false);
  }

  /** Resets the state: the next byte is the first of a text (`start`) or within it. */
  reset(order: ByteOrder = 'start'): void {
    this.pending = nothing;
    this.#scanner.state = 0;
    this.#setOrder(this.codec.mark === null ? 'little' : order);
  }

  /** The state in which the next byte is decoded. */
  get state(): DecoderState {
    return this.codec.isStateful ? this.#scanner.state : this.order;
  }

  /** A decoder of the same text that can run ahead of this one. */
  fork(state: DecoderState): Decoder {
    const decoder = new Decoder(this.codec, this.errors);
    if (typeof state === 'number') decoder.#scanner.state = state;
    else decoder.#setOrder(state);
    return decoder;
  }

  /**
   * The text of the next piece; a character cut at its end waits for the next piece unless `final`. Throws
   * UnicodeDecodeError for bytes that the error handler does not handle. The piece is then dropped. After any other error, such as
   * that of a text that is too long for a string, it is decoded again with the next piece.
   */
  decode(piece: Buffer, final: boolean): string {
    const bytes = this.pending.length === 0 ? piece : Buffer.concat([this.pending, piece]);
    const { state } = this;
    try {
      return this.#decode(bytes, final);
    } catch (error) {
      if (error instanceof UnicodeDecodeError) {
        // V8 records ten frames. Without those above this one, the stack of a loop over lines reaches the caller.
        Error.captureStackTrace(error);
        throw error;
      }
      this.pending = bytes;
      if (typeof state === 'number') this.#scanner.state = state;
      else this.#setOrder(state);
      throw error;
    }
  }

  #decode(bytes: Buffer, final: boolean): string {
    this.pending = nothing;
    this.seen = bytes;
    this.clean = !this.codec.isStateful;
    const start = this.order === 'start' ? this.#readMark(bytes, final) : 0;
    if (start < 0) {
      this.decoded = nothing;
      this.pending = Buffer.from(bytes);
      return '';
    }
    const out = new TextSink();
    const stopped = this.#run(bytes, start, final, out);
    this.decoded = stopped < bytes.length ? bytes.subarray(0, stopped) : bytes;
    if (stopped < bytes.length) this.pending = Buffer.from(bytes.subarray(stopped));
    return out.toString();
  }

  /** Takes back the last of the `units` UTF-16 units just decoded, so that it is decoded again with the next piece. */
  unreadLast(units: number, before: DecoderState): void {
    const { decoded, seen } = this;
    let at = decoded.length - this.codec.width;
    if (!this.clean) {
      const again = this.fork(before);
      at = again.#walk(seen, units - 1, false);
      this.#scanner.state = again.#scanner.state;
    }
    this.pending = Buffer.concat([decoded.subarray(at), this.pending]);
    this.decoded = decoded.subarray(0, at);
  }

  /**
   * The number of `bytes`, decoded from here, for the first `units` UTF-16 units of text. A byte order mark counts with
   * the first character. Bytes without text count with the character before them.
   */
  measure(bytes: Buffer, units: number, final: boolean): number {
    return units === 0 && !this.codec.isStateful ? 0 : this.#walk(bytes, units, final);
  }

  #walk(bytes: Buffer, units: number, final: boolean): number {
    let at = this.order === 'start' ? Math.max(this.#readMark(bytes, final), 0) : 0;
    let produced = 0;
    while (at < bytes.length) {
      const { state } = this.#scanner;
      const length = this.#scanner.step(bytes, at, final);
      let next = at + length;
      const { codePoint } = this.#scanner;
      let gained = codePoint > 0xffff ? 2 : codePoint < 0 ? 0 : 1;
      if (length === 0) break;
      if (length < 0) {
        const recovery = recover(this.errors, this.#scanner.fault!, this.#source(bytes));
        next = recovery.next;
        gained = recovery.text.length;
      }
      // Within the text of one replacement, the byte offset is that of its first byte.
      const isPlain = this.codec.isStateful && state === 0;
      if (produced === units ? gained > 0 || isPlain : produced + gained > units) {
        this.#scanner.state = state;
        break;
      }
      produced += gained;
      at = next;
    }
    return at;
  }

  #run(bytes: Buffer, at: number, final: boolean, out: TextSink): number {
    const scanner = this.#scanner;
    while (at < bytes.length) {
      at = scanner.scan(bytes, at, final, out);
      if (scanner.fault === null) break;
      this.clean = false;
      const recovery = recover(this.errors, scanner.fault, this.#source(bytes));
      if (recovery.text !== '') out.string(recovery.text);
      at = recovery.next;
    }
    return at;
  }

  #source(bytes: Buffer): Parameters<typeof recover>[2] {
    return { encoding: this.#scanner.encoding, width: this.codec.width, bytes };
  }

  #setOrder(order: ByteOrder): void {
    if (order === this.order) return;
    this.order = order;
    this.#scanner = this.codec.scanner(order === 'big');
  }

  /** Determines the byte order. Returns where the text begins, or -1 if this needs more bytes. */
  #readMark(bytes: Buffer, final: boolean): number {
    const mark = this.codec.mark!;
    const { width } = this.codec;
    if (width === 1) {
      const head = bytes.subarray(0, mark.length);
      // An incomplete mark counts as a mark even at the end, as in Python.
      if (head.length < mark.length && head.equals(mark.subarray(0, head.length))) return -1;
      this.#setOrder('little');
      return head.equals(mark) ? mark.length : 0;
    }
    if (bytes.length < mark.length) {
      if (!final || bytes.length === 0) return -1;
      // Too short to be valid: the scanner reports this.
      this.#setOrder('little');
      return 0;
    }
    const head = bytes.subarray(0, mark.length);
    if (head.equals(mark)) this.#setOrder('little');
    else if (head.equals(Buffer.from(mark).reverse())) this.#setOrder('big');
    else {
      const reason = `${this.codec.name.toUpperCase()} stream does not start with BOM`;
      throw new UnicodeDecodeError(this.codec.name, Uint8Array.from(bytes), 0, mark.length, reason);
    }
    return mark.length;
  }
}
