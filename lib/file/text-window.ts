// Text that is decoded and not yet read, and the bytes that it came from: pure state, no I/O.
import { UnicodeDecodeError } from '../errors/unicode.js';
import { skipCodePoints } from '../text/code-points.js';
import type { ErrorHandlerName } from '../text/codec.js';
import { Decoder, type ByteOrder, type DecoderState } from '../text/decoder.js';
import { joinText } from '../text/join-text.js';
import { LineFinder, NewlineReader, type Newline } from '../text/newlines.js';
import type { Codec } from '../text/registry.js';

/** The text of one chunk. Characters before `at` have been read. */
interface Chunk {
  readonly text: string;
  at: number;
  readonly bytes: Buffer;
  /** `bytes`, and the bytes after them that the decoder has looked at: see `Decoder.seen`. */
  readonly seen: Buffer;
  /** The decoder's state before these bytes. */
  readonly order: DecoderState;
  readonly final: boolean;
  readonly clean: boolean;
  readonly translated: boolean;
  /** The text before line endings were translated, once a position has needed it. */
  raw: string | undefined;
  /** A place that is known in the text, in the raw text and in the bytes, so that `tell` after every line is cheap. */
  readonly known: { units: number; raw: number; bytes: number };
  /** The memory of the bytes, if it can be reused. */
  readonly memory: Buffer | null;
}

/** A place in the window: the end of the text that is being read. */
export interface Place {
  readonly chunk: number;
  readonly at: number;
}

/** The state of a search. It continues when there is more text, so that no text is searched twice. */
interface Search {
  chunk: number;
  /** The number of code points that may still follow; negative for no limit. */
  left: number;
}

const empty: Chunk = {
  text: '',
  at: 0,
  bytes: Buffer.alloc(0),
  seen: Buffer.alloc(0),
  order: 'little',
  final: false,
  clean: true,
  translated: false,
  raw: undefined,
  known: { units: 0, raw: 0, bytes: 0 },
  memory: null,
};

/** Decoded text between the program and the bytes below. Text leaves it only when a read is complete. */
export class TextWindow {
  readonly codec: Codec;
  readonly decoder: Decoder;
  readonly newlines: NewlineReader;
  readonly finder: LineFinder;
  /** Whether anything was decoded since the last reset, so that the bytes below may be ahead of the program. */
  touched = false;
  #chunks: Chunk[] = [];
  #head: Chunk = empty;
  // The memory of a chunk that has been read. One is enough: the next chunk but one uses it.
  #spare: Buffer | null = null;
  /** All chunks since `hold`, and the position in the first. */
  #held: { readonly chunks: Chunk[]; readonly at: number } | undefined;

  constructor(codec: Codec, errors: ErrorHandlerName, newline: Newline) {
    this.codec = codec;
    this.decoder = new Decoder(codec, errors);
    this.newlines = new NewlineReader(newline);
    this.finder = new LineFinder(newline);
  }

  /** The line at the position with its line ending, if all of it is in the first chunk; else null. */
  takeWholeLine(): string | null {
    const head = this.#head;
    const end = this.finder.end(head.text, head.at);
    if (end < 0) return null;
    const line = head.text.slice(head.at, end);
    head.at = end;
    return line;
  }

  /** As `takeWholeLine`, without the line ending. */
  takeBareLine(): string | null {
    const head = this.#head;
    const { terminator } = this.finder;
    if (terminator === null) {
      const line = this.takeWholeLine();
      return line === null ? null : this.finder.chomp(line);
    }
    const at = head.text.indexOf(terminator, head.at);
    if (at < 0) return null;
    const line = head.text.slice(head.at, at);
    head.at = at + terminator.length;
    return line;
  }

  /** Adds lines of the first chunk to `lines`, until there are `limit` of them or the chunk has no more. */
  takeLines(lines: string[], limit: number, keepEnds: boolean): void {
    const { terminator } = this.finder;
    if (terminator === null) {
      while (lines.length < limit) {
        const line = keepEnds ? this.takeWholeLine() : this.takeBareLine();
        if (line === null) return;
        lines.push(line);
      }
      return;
    }
    // Most lines take this path, with only a search and a slice for each (measured: split is slower).
    const head = this.#head;
    const { text } = head;
    const kept = keepEnds ? terminator.length : 0;
    let { at } = head;
    while (lines.length < limit) {
      const end = text.indexOf(terminator, at);
      if (end < 0) break;
      lines.push(text.slice(at, end + kept));
      at = end + terminator.length;
    }
    head.at = at;
  }

  /**
   * Decodes more bytes. If they are malformed, the text that has not been read is lost with them, as in Python.
   * `memory` is the memory of the bytes, if nothing else uses it. It is reused once their text has been read.
   */
  push(piece: Buffer, final: boolean, memory: Buffer | null = null): void {
    this.touched = true;
    const { decoder } = this;
    const order = decoder.state;
    let text: string;
    try {
      text = decoder.decode(piece, final);
    } catch (error) {
      if (error instanceof UnicodeDecodeError) this.#drop();
      throw error;
    }
    const { clean } = decoder;
    if (this.newlines.universal && !final && text.endsWith('\r')) {
      // The next character decides whether this is the first half of a line ending.
      decoder.unreadLast(text.length, order);
      text = text.slice(0, -1);
    }
    const shown = this.newlines.read(text);
    const translated = shown.length !== text.length;
    this.#append({
      text: shown,
      at: 0,
      bytes: decoder.decoded,
      seen: decoder.seen,
      order,
      final,
      clean,
      translated,
      raw: undefined,
      known: { units: 0, raw: 0, bytes: 0 },
      memory,
    });
    if (final) this.#spare = null;
  }

  /** Memory for the next chunk, if the text of a chunk of the same size has been read. */
  takeSpare(size: number): Buffer | null {
    const spare = this.#spare;
    if (spare?.length !== size || this.#held !== undefined) return null;
    this.#spare = null;
    return spare;
  }

  /** Keeps the text that is taken from now on, until `release` or `restore`. */
  hold(): void {
    this.#held = { chunks: [...this.#chunks], at: this.#head.at };
  }

  /** The taken text has been delivered. */
  release(): void {
    this.#held = undefined;
  }

  /** Makes the text that has been taken since `hold` be read again. */
  restore(): void {
    const { chunks, at } = this.#held!;
    this.#held = undefined;
    this.#spare = null;
    for (const chunk of chunks) chunk.at = 0;
    this.#chunks = chunks;
    this.#head = chunks[0] ?? empty;
    if (chunks.length > 0) this.#head.at = at;
  }

  /** Begins to look for the end of what is to be read: at most `limit` code points, -1 for any number. */
  search(limit: number): Search {
    if (this.#head.at === this.#head.text.length) {
      this.#spare = this.#chunks.shift()?.memory ?? this.#spare;
      this.#head = this.#chunks[0] ?? empty;
    }
    return { chunk: 0, left: limit };
  }

  /** The place just after the line that begins at the position, or null if this needs more text. */
  findLine(search: Search): Place | null {
    for (; search.chunk < this.#chunks.length; search.chunk++) {
      const { text, at } = this.#chunks[search.chunk]!;
      const end = this.#endsAtStart(search.chunk) ? 1 : this.finder.end(text, at);
      if (search.left >= 0) {
        const stop = skipCodePoints(text, at, search.left);
        if (stop >= 0 && (end < 0 || stop <= end)) return { chunk: search.chunk, at: stop };
        search.left += stop + 1;
      }
      if (end >= 0) return { chunk: search.chunk, at: end };
    }
    return null;
  }

  /** The place after as many code points as the search allows, or null if there are not enough yet. */
  findCharacters(search: Search): Place | null {
    for (; search.chunk < this.#chunks.length; search.chunk++) {
      const { text, at } = this.#chunks[search.chunk]!;
      const stop = skipCodePoints(text, at, search.left);
      if (stop >= 0) return { chunk: search.chunk, at: stop };
      search.left += stop + 1;
    }
    return null;
  }

  /** The end of all available text. */
  get end(): Place {
    const last = this.#chunks.length - 1;
    return { chunk: Math.max(last, 0), at: this.#chunks[last]?.text.length ?? 0 };
  }

  isEnd({ chunk, at }: Place): boolean {
    return chunk >= this.#chunks.length - 1 && at === this.end.at;
  }

  /** All available text, which stays in the window. */
  peekAll(): string {
    let all = '';
    for (const { text, at } of this.#chunks) all = joinText(all, at === 0 ? text : text.slice(at));
    return all;
  }

  /** Takes the text up to `place`, and moves the position there. */
  take(place: Place): string {
    let text = '';
    for (let i = 0; i < place.chunk; i++) {
      const { text: whole, at } = this.#chunks[i]!;
      text = joinText(text, at === 0 ? whole : whole.slice(at));
    }
    const last = this.#chunks[place.chunk];
    if (last !== undefined) {
      text = joinText(text, last.text.slice(last.at, place.at));
      last.at = place.at;
    }
    if (place.chunk > 0) this.#spare = this.#chunks.splice(0, place.chunk)[0]?.memory ?? this.#spare;
    // The last chunk is released as soon as it is used up: after the read of a whole file, it is the whole file.
    if (this.#chunks.length === 1 && last !== undefined && last.at === last.text.length) this.#chunks = [];
    this.#head = this.#chunks[0] ?? empty;
    return text;
  }

  /** How many of the bytes decoded so far lie after the position. */
  get unreadBytes(): number {
    let count = this.decoder.pending.length;
    for (const chunk of this.#chunks) count += chunk.bytes.length - this.#bytesBefore(chunk);
    return count;
  }

  /** The bytes decoded so far that lie after the position. */
  unread(): Buffer {
    const parts = this.#chunks.map((chunk) => chunk.bytes.subarray(this.#bytesBefore(chunk)));
    return Buffer.concat([...parts, this.decoder.pending]);
  }

  /** The decoder state at the byte after the position, or null if all decoded text has been read. */
  get state(): DecoderState | null {
    const chunk = this.#chunks.find(({ text, at }) => at < text.length);
    if (chunk === undefined) return null;
    const decoder = this.decoder.fork(chunk.order);
    decoder.measure(chunk.seen, this.#rawUnits(chunk), chunk.final);
    return decoder.state;
  }

  /** Discards all text. Decoding continues at a place in byte order `order`, or at the start of the text. */
  reset(order: ByteOrder): void {
    this.#drop();
    this.touched = false;
    this.decoder.reset(order);
  }

  #drop(): void {
    this.#chunks = [];
    this.#head = empty;
  }

  #append(chunk: Chunk): void {
    this.#chunks.push(chunk);
    this.#held?.chunks.push(chunk);
    this.#head = this.#chunks[0]!;
  }

  /** Whether chunk `i` begins with the second half of the `\r\n` that the line before ends with. */
  #endsAtStart(i: number): boolean {
    if (this.finder.terminator !== '\r\n' || !this.#chunks[i]!.text.startsWith('\n')) return false;
    for (let before = i - 1; before >= 0; before--) {
      const { text, at } = this.#chunks[before]!;
      if (text.length > 0) return at < text.length && text.endsWith('\r');
    }
    return false;
  }

  #bytesBefore(chunk: Chunk): number {
    const { text, at, bytes, seen, order, final } = chunk;
    if (at === 0) return 0;
    if (at === text.length) return bytes.length;
    const { codec } = this;
    const before = chunk.known.raw;
    this.#rawUnits(chunk);
    const raw = chunk.raw ?? text;
    if (!chunk.clean || (codec.unit === 0 && codec.writer.encoding !== 'utf-8')) {
      return this.decoder.fork(order).measure(seen, chunk.known.raw, final);
    }
    const mark = order === 'start' && codec.mark !== null && this.#hasMark(bytes) ? codec.mark.length : 0;
    if (codec.unit > 0) return mark + chunk.known.raw * codec.unit;
    const from = Math.min(before, chunk.known.raw);
    if (from < before) chunk.known.bytes = Buffer.byteLength(raw.slice(0, chunk.known.raw), 'utf8');
    else chunk.known.bytes += Buffer.byteLength(raw.slice(from, chunk.known.raw), 'utf8');
    return mark + chunk.known.bytes;
  }

  /** How many units of a chunk's raw text have been read. */
  #rawUnits(chunk: Chunk): number {
    const { text, seen, order, final, translated } = chunk;
    const raw = translated ? (chunk.raw ??= this.decoder.fork(order).decode(seen, final)) : text;
    this.#advance(chunk, raw);
    return chunk.known.raw;
  }

  /** Moves the known place of a chunk to its position, over the line endings that translation has shortened. */
  #advance({ at, known, translated }: Chunk, raw: string): void {
    if (at < known.units) known.units = known.raw = 0;
    while (translated) {
      const end = raw.indexOf('\r\n', known.raw);
      if (end < 0 || known.units + end - known.raw >= at) break;
      known.units += end - known.raw + 1;
      known.raw = end + 2;
    }
    known.raw += at - known.units;
    known.units = at;
  }

  #hasMark(bytes: Buffer): boolean {
    const { mark, width } = this.codec;
    return width > 1 || bytes.subarray(0, mark!.length).equals(mark!);
  }
}
