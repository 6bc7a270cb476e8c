// A whole file as text.
import { constants } from 'node:buffer';
import { constants as fsConstants } from 'node:fs';
import { pathToRead } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { currentBackend } from '../filesystem/current.js';
import { UnicodeDecodeError } from '../errors/index.js';
import { addon } from '../native/addon.js';
import { opOptions } from '../native/run-patiently.js';
import { checkTextOptions, type ErrorHandlerName, type Newline } from '../open/text-options.js';
import type { OpOptions } from '../schedule/options.js';
import { decodeAll, type DecodeAllOptions, isPlainAscii } from '../text/decode-all.js';
import { Decoder } from '../text/decoder.js';
import { NewlineReader } from '../text/newlines.js';
import { findCodec } from '../text/registry.js';
import { readBytes } from './read-bytes.js';

/** Options of `readText`. */
export interface ReadTextOptions extends OpOptions {
  /** Default `'utf-8'`. */
  encoding?: string | undefined;
  /** What happens to what cannot be decoded. Default `'strict'`. */
  errors?: ErrorHandlerName | undefined;
  /** Python's five values. Default null: universal newlines. */
  newline?: Newline | undefined;
}

/**
 * Reads a whole file as text, as a text file's `read()` gives it.
 * @throws UnicodeDecodeError, UnknownEncodingError, the system's errors in Node's shape, TypeError for bad arguments,
 *   AbortError, TimeoutError
 * @example const text = await readText('notes.txt', { encoding: 'latin-1' });
 */
export async function readText(path: Path, o: ReadTextOptions = {}): Promise<string> {
  const { encoding, errors, newline } = checkTextOptions(o, false);
  const codec = findCodec(encoding)!;
  const options = opOptions(o);
  const size = await sizeOf(path, options);
  if (size >= LARGE) {
    const text = await readInPieces(path, size, { codec, errors, newline }, options);
    if (text !== undefined) return text;
  }
  return decodeAll(await readBytes(path, options), { codec, errors, newline });
}

// Beyond this a file is decoded while it is read, a piece a turn of the event loop.
const LARGE = 4 * 1024 * 1024;
const PIECE = 1024 * 1024;
const READ_AHEAD = 3;

// A hint: whatever is wrong with the path is for the reading to tell.
async function sizeOf(path: Path, o: OpOptions | undefined): Promise<number> {
  try {
    return (await currentBackend().stat(pathToRead(path), o)).size;
  } catch {
    return 0;
  }
}

/**
 * The text up to the first character that is not ASCII: put together in memory that becomes the string. Strings joined piece
 * by piece would be copied into one by whoever looks into them first, all at once.
 */
class PlainStart {
  #memory: Buffer | undefined;
  #length = 0;

  constructor(size: number) {
    if (size > 0 && size <= constants.MAX_STRING_LENGTH) this.#memory = addon.textMemory(size);
  }

  /** False when the memory is full, or not to be had, or the text has been taken already. */
  takes(piece: Buffer): boolean {
    if (this.#memory === undefined || this.#length + piece.length > this.#memory.length) return false;
    this.#memory.set(piece, this.#length);
    this.#length += piece.length;
    return true;
  }

  /** The text so far, once; nothing is added after that. */
  end(): string {
    const memory = this.#memory;
    this.#memory = undefined;
    if (memory === undefined || this.#length === 0) return '';
    return addon.textOf(memory, this.#length) ?? memory.toString('latin1', 0, this.#length);
  }
}

/** Undefined when there is something that the file as a whole has to tell: its error names places in all of it. */
async function readInPieces(
  path: Path,
  size: number,
  { codec, errors, newline }: DecodeAllOptions,
  o: OpOptions | undefined,
): Promise<string | undefined> {
  const file = await currentBackend().open(pathToRead(path), fsConstants.O_RDONLY, 0, o);
  const reads: Promise<Buffer>[] = [];
  let position = 0;
  const next = (): void => {
    const read = file.pread(PIECE, position, o);
    read.catch(() => undefined); // it is awaited in its turn
    reads.push(read);
    position += PIECE;
  };
  try {
    const decoder = new Decoder(codec, errors);
    const newlines = new NewlineReader(newline);
    const start = new PlainStart(codec.extendsAscii ? size : 0);
    let text = '';
    let held = ''; // a carriage return may be half of a line end
    while (reads.length < READ_AHEAD) next();
    for (;;) {
      const piece = await reads.shift()!;
      const last = piece.length < PIECE;
      if (!last) next();
      const plain =
        codec.extendsAscii &&
        decoder.order !== 'start' &&
        decoder.pending.length === 0 &&
        isPlainAscii(piece);
      if (plain && start.takes(piece)) {
        if (last) return start.end();
        continue;
      }
      text ||= start.end();
      let part = held + (plain ? piece.toString('latin1') : decoder.decode(piece, last));
      held = newlines.universal && !last && part.endsWith('\r') ? '\r' : '';
      if (held !== '') part = part.slice(0, -1);
      text += newlines.read(part);
      if (last) return text;
    }
  } catch (error) {
    if (error instanceof UnicodeDecodeError) return undefined;
    throw error;
  } finally {
    await Promise.allSettled(reads);
    await file.close();
  }
}
