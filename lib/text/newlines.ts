// Line endings: the five values of `newline`, what each does to text that is read and written, and where a line ends.

/** How line endings are read and written; see docs/encodings.md. */
export type Newline = null | '' | '\n' | '\r' | '\r\n';

/** Whether a value is one of the five. */
export function isNewline(value: unknown): value is Newline {
  return value === null || value === '' || value === '\n' || value === '\r' || value === '\r\n';
}

const seenLf = 1;
const seenCr = 2;
const seenCrLf = 4;

/** Reads universal newlines: remembers which kinds have been seen, and translates them if required. */
export class NewlineReader {
  readonly universal: boolean;
  readonly translate: boolean;
  #seen = 0;

  constructor(newline: Newline) {
    this.universal = newline === null || newline === '';
    this.translate = newline === null;
  }

  /** The kinds seen so far: null for none, a string for one, an array for several. */
  get seen(): string | string[] | null {
    const kinds: string[] = [];
    if (this.#seen & seenCr) kinds.push('\r');
    if (this.#seen & seenLf) kinds.push('\n');
    if (this.#seen & seenCrLf) kinds.push('\r\n');
    return kinds.length > 1 ? kinds : (kinds[0] ?? null);
  }

  /** Text as the program sees it. A carriage return at the end of `text` must be the last of the file. */
  read(text: string): string {
    if (!this.universal) return text;
    if (!text.includes('\r')) {
      if (!(this.#seen & seenLf) && text.includes('\n')) this.#seen |= seenLf;
      return text;
    }
    this.#notice(text);
    return this.translate ? translated(text) : text;
  }

  #notice(text: string): void {
    if (this.#seen === (seenLf | seenCr | seenCrLf)) return;
    if (text.includes('\r\n')) this.#seen |= seenCrLf;
    if (!(this.#seen & seenLf) && /(?<!\r)\n/.test(text)) this.#seen |= seenLf;
    if (!(this.#seen & seenCr) && /\r(?!\n)/.test(text)) this.#seen |= seenCr;
  }
}

/** `\r\n` and `\r` as `\n`. */
function translated(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
}

/** Text as it is written: `\n` becomes the line ending of the file. */
export function written(text: string, newline: Newline, platform: string): string {
  const lineEnd = newline ?? platform;
  return lineEnd === '' || lineEnd === '\n' ? text : text.replaceAll('\n', lineEnd);
}

/** Finds the ends of lines in text that NewlineReader returns. */
export class LineFinder {
  /** The only line ending, or null if `\n`, `\r` and `\r\n` all end lines. */
  readonly terminator: string | null;
  #cr = -1;
  #crOf = '';
  #crFrom = 0;

  constructor(newline: Newline) {
    this.terminator = newline === '' ? null : (newline ?? '\n');
  }

  /** The index just after the line that starts at `from`, or -1 if it does not end in `text`. */
  end(text: string, from: number): number {
    if (this.terminator !== null) {
      const at = text.indexOf(this.terminator, from);
      return at < 0 ? -1 : at + this.terminator.length;
    }
    const lf = text.indexOf('\n', from);
    const cr = this.#nextCr(text, from);
    if (cr < 0 || (lf >= 0 && lf < cr)) return lf < 0 ? -1 : lf + 1;
    return cr + 1 === lf ? lf + 1 : cr + 1;
  }

  /** A line without its line ending. */
  chomp(line: string): string {
    if (this.terminator !== null)
      return line.endsWith(this.terminator) ? line.slice(0, -this.terminator.length) : line;
    if (line.endsWith('\r\n')) return line.slice(0, -2);
    return line.endsWith('\n') || line.endsWith('\r') ? line.slice(0, -1) : line;
  }

  /** The next `\r`, searched for only once, regardless of the number of lines before it. */
  #nextCr(text: string, from: number): number {
    if (from < this.#crFrom || this.#crOf !== text || (this.#cr >= 0 && this.#cr < from)) {
      this.#crOf = text;
      this.#crFrom = from;
      this.#cr = text.indexOf('\r', from);
    }
    return this.#cr;
  }
}
