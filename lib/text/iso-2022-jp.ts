// ISO-2022-JP: escape sequences switch between ASCII, JIS X 0201 Roman and JIS X 0208, as CPython's codec reads them.
import { Scanner, type CharacterWriter, type TextSink } from './codec.js';
import { tableOf } from './multibyte.js';

const illegal = 'illegal multibyte sequence';
const escape = 0x1b;

/** Character sets, which are the scanner's state. */
const ascii = 0;
const roman = 1;
const kanji = 2;
/** Part of the state, too: an escape sequence without effect is being passed through unchanged. */
const passing = 4;

/** The length at which the search for the end of an escape sequence stops. */
const longestEscape = 16;
const designations: Readonly<Record<string, number>> = {
  '(B': ascii,
  '(J': roman,
  '$@': kanji,
  $B: kanji,
  '$(@': kanji,
  '$(B': kanji,
};
/** A sequence that designates G1 is valid, and has no effect. */
const ignored = new Set([')B', ')J', '$)@', '$)B']);
const switchesToKanji = '\x1b$B';
/** The escape sequence of each set. */
const switches: readonly Buffer[] = ['\x1b(B', '\x1b(J', switchesToKanji].map((text) => Buffer.from(text));

const isEnd = (byte: number): boolean => byte >= 0x40 && byte <= 0x5a;

export class Iso2022JpScanner extends Scanner {
  readonly encoding = 'iso-2022-jp';
  readonly #table = tableOf('euc-jp');

  override scan(bytes: Buffer, at: number, final: boolean, out: TextSink): number {
    this.fault = null;
    let [place, state] = [at, this.state];
    while (at < bytes.length) {
      const length = this.step(bytes, at, final);
      if (length <= 0) break;
      at += length;
      if (this.codePoint < 0) continue;
      out.codePoint(this.codePoint);
      [place, state] = [at, this.state];
    }
    // Bytes that only switch belong to the character after them, so that the position after a character has the state of
    // this character.
    if (final || this.fault !== null) return at;
    this.state = state;
    return place;
  }

  /** As in the base class. The code point is -1 if the bytes only switch and are not a character. */
  step(bytes: Buffer, at: number, final: boolean): number {
    const byte = bytes[at]!;
    this.codePoint = byte;
    if ((this.state & passing) !== 0) {
      if (isEnd(byte)) this.state &= ~passing;
      return 1;
    }
    if (byte === escape) return this.#escape(bytes, at, final);
    if (byte >= 0x80) return this.malformed(at, at + 1, illegal);
    if (byte < 0x20 || this.state === ascii) return 1;
    if (this.state === roman) {
      if (byte === 0x5c) this.codePoint = 0xa5;
      if (byte === 0x7e) this.codePoint = 0x203e;
      return 1;
    }
    if (bytes.length - at < 2) return this.tooFew(bytes, at, final);
    const trail = bytes[at + 1]!;
    this.codePoint = trail < 0x80 ? this.#table[((byte << 8) | trail) + 0x8080]! : 0;
    return this.codePoint === 0 ? this.malformed(at, at + 2, illegal) : 2;
  }

  #escape(bytes: Buffer, at: number, final: boolean): number {
    if (bytes.length - at < 2) return this.tooFew(bytes, at, final);
    if (!'()$.&'.includes(String.fromCharCode(bytes[at + 1]!))) {
      this.state |= passing;
      return 1;
    }
    let end = 1;
    for (; end < longestEscape; end++) {
      if (at + end >= bytes.length) return this.tooFew(bytes, at, final);
      if (isEnd(bytes[at + end]!)) break;
      // `ESC & @` announces a revision of the set that the sequence after it names.
      if (bytes[at + end] === 0x26 && bytes[at + end + 1] === 0x40) end += 2;
    }
    if (end >= longestEscape) return this.malformed(at, at + 1, illegal);
    const length = end + 1;
    const name = bytes.toString('latin1', at + 1, at + length);
    // CPython checks only the end of the longest sequence.
    const set = length === 6 && name.endsWith(switchesToKanji) ? kanji : designations[name];
    if (set === undefined && !ignored.has(name))
      return this.malformed(at, Math.min(at + length, bytes.length), illegal);
    this.state = set ?? this.state;
    this.codePoint = -1;
    return length;
  }
}

let codes: Uint16Array | undefined;

/** The codes of JIS X 0208 by code point, and those of JIS X 0201 for characters that the other lacks. */
function codesByCharacter(): Uint16Array {
  if (codes !== undefined) return codes;
  codes = new Uint16Array(65536);
  for (const [code, codePoint] of tableOf('euc-jp').entries()) {
    if (code >= 0xa1a1 && (code & 0xff) >= 0xa1 && codePoint !== 0) codes[codePoint] = code - 0x8080;
  }
  codes[0xa5] = 0x5c;
  codes[0x203e] = 0x7e;
  return codes;
}

const setOf = (code: number, codePoint: number): number =>
  codePoint < 0x80 ? ascii : code > 0x7f ? kanji : roman;

/** Each text begins and ends in ASCII, so that texts can be concatenated. */
export function iso2022JpWriter(encoding: string): CharacterWriter {
  const writer: CharacterWriter = {
    encoding,
    width: 1,
    reason: illegal,
    joinsErrors: false,
    longest: 5,
    encodeAll: () => null,
    begin() {
      let set = ascii;
      const select = (wanted: number, into: Buffer, at: number): number => {
        if (set === wanted) return 0;
        set = wanted;
        return switches[wanted]!.copy(into, at);
      };
      const put: CharacterWriter['put'] = (codePoint, into, at) => {
        const code = codePoint < 0x80 ? codePoint : (codesByCharacter()[codePoint] ?? 0);
        if (code === 0 && codePoint !== 0) return 0;
        const start = at + select(setOf(code, codePoint), into, at);
        return into.writeUIntBE(code, start, code > 0x7f ? 2 : 1) - at;
      };
      return { ...writer, put, end: (into, at) => select(ascii, into, at) };
    },
    put: () => 0,
  };
  return writer;
}
