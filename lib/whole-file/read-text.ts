// A whole file as text.
import { constants } from 'node:fs';
import { pathToRead } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { currentBackend } from '../backend/current.js';
import { UnicodeDecodeError } from '../errors/index.js';
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
  if ((await sizeOf(path, options)) >= LARGE) {
    const text = await readInPieces(path, { codec, errors, newline }, options);
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

/** Undefined when there is something that the file as a whole has to tell: its error names places in all of it. */
async function readInPieces(
  path: Path,
  { codec, errors, newline }: DecodeAllOptions,
  o: OpOptions | undefined,
): Promise<string | undefined> {
  const file = await currentBackend().open(pathToRead(path), constants.O_RDONLY, 0, o);
  const reads: Promise<Buffer>[] = [];
  let position = 0;
  const next = (): void => {
    const read = file.pread(PIECE, position, true, o);
    read.catch(() => undefined); // it is awaited in its turn
    reads.push(read);
    position += PIECE;
  };
  try {
    const decoder = new Decoder(codec, errors);
    const newlines = new NewlineReader(newline);
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
