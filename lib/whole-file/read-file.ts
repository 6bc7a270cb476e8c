// A whole file, as bytes in one operation (open, fstat, read to the end, close), or as text.
import { constants } from 'node:fs';

import { optionReader, readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToRead } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';
import type { OpenFile } from '../filesystem/open-file.js';
import { FOLLOW, type Store } from '../filesystem/store.js';
import { UnicodeDecodeError } from '../errors/index.js';
import { withTables } from '../file/load-tables.js';
import { checkTextOptions, type ErrorHandlerName, type Newline, TEXT_CHECKS } from '../file/text-options.js';
import { joinText } from '../text/join-text.js';
import { PlainText } from '../runtime/plain-text.js';
import { decodeAll, type DecodeAllOptions, isPlainAscii } from '../text/decode-all.js';
import { Decoder } from '../text/decoder.js';
import { NewlineReader } from '../text/newlines.js';
import { findCodec } from '../text/registry.js';

/**
 * Reads a whole file. If the process has no free descriptor, waits for one. Also works for files without a size (/proc) and
 * for files that grow during the read.
 * @returns its bytes
 * @throws the system's errors in Node's shape, EISDIR for a directory, TypeError for a bad path, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one rejects immediately, and its result is
 *   discarded
 * @platforms Linux reads cached files without a thread
 * @example const bytes = await readBytes('photo.jpg');
 */
export function readBytes(path: Path, o?: OpOptions): Promise<Buffer> {
  try {
    const call = readCall(o);
    const at = toPathBytes(path);
    return storeToRead(at).readFile(at, call);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Options of `readText`. */
export interface ReadTextOptions extends OpOptions {
  /** Default `'utf-8'`. */
  encoding?: string | undefined;
  /** How bytes that cannot be decoded are handled. Default `'strict'`. */
  errors?: ErrorHandlerName | undefined;
  /** As in Python: null, `''`, `'\n'`, `'\r'` or `'\r\n'`. Default null: universal newlines. */
  newline?: Newline | undefined;
}

/**
 * Reads a whole file as text, like `read()` of a text file.
 * @returns the text
 * @throws UnicodeDecodeError, UnknownEncodingError, the system's errors in Node's shape, TypeError for bad arguments,
 *   AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one rejects immediately, and its result is
 *   discarded
 * @platforms Linux reads cached files without a thread
 * @example const text = await readText('notes.txt', { encoding: 'latin-1' });
 */
export async function readText(path: Path, o?: ReadTextOptions): Promise<string> {
  const given = readOptions(o);
  const { call } = given;
  const checked = withTables(() => checkTextOptions(given, false), call);
  const { encoding, errors, newline } = checked instanceof Promise ? await checked : checked;
  const codec = findCodec(encoding)!;
  const at = toPathBytes(path);
  const store = storeToRead(at);
  const options = { codec, errors, newline };
  // On other file systems, one request for the whole file costs less than requests for pieces.
  if (store.readSmallFile !== undefined) {
    const small = await store.readSmallFile(at, LARGE, call);
    if (small !== undefined) return decodeAll(small, options);
    const size = await sizeOf(store, at, call);
    const whole = size < LARGE ? undefined : await readInPieces(store, at, size, options, call);
    if (whole !== undefined) return whole;
  }
  return decodeAll(await store.readFile(at, call), options);
}

const readOptions = optionReader(TEXT_CHECKS);

// Larger files are decoded while they are read, a piece at a time. The pieces are read into the same few buffers, which fit
// into a processor's cache.
const LARGE = 4 * 1024 * 1024;
const PIECE = 256 * 1024;
const READ_AHEAD = 3;

// Only a hint: the read itself reports errors of the path.
async function sizeOf(store: Store, path: string | Uint8Array, o: OpOptions | undefined): Promise<number> {
  try {
    return Number((await store.stat(path, FOLLOW, o)).size);
  } catch {
    return 0;
  }
}

async function readPiece(
  file: OpenFile,
  memory: Buffer,
  position: number,
  o: OpOptions | undefined,
): Promise<Buffer> {
  const count = await (file.preadOver?.(memory, position, o) ?? file.preadinto(memory, position, o));
  return count === memory.length ? memory : memory.subarray(0, count);
}

/** Undefined if the whole file must be decoded at once, because errors report offsets in the whole file. */
async function readInPieces(
  store: Store,
  path: string | Uint8Array,
  size: number,
  { codec, errors, newline }: DecodeAllOptions,
  o: OpOptions | undefined,
): Promise<string | undefined> {
  const file = await store.open(path, constants.O_RDONLY, 0, o);
  const reads: Promise<Buffer>[] = [];
  let position = 0;
  const readInto = (memory: Buffer): void => {
    const read = readPiece(file, memory, position, o);
    read.catch(() => undefined); // it is awaited later
    reads.push(read);
    position += PIECE;
  };
  try {
    const decoder = new Decoder(codec, errors);
    const newlines = new NewlineReader(newline);
    const start = new PlainText(codec.extendsAscii ? size : 0);
    let text = '';
    let held = ''; // a carriage return may be half of a line ending
    while (reads.length < READ_AHEAD) readInto(Buffer.allocUnsafeSlow(PIECE));
    for (;;) {
      const piece = await reads.shift()!;
      const last = piece.length < PIECE;
      const plain =
        codec.extendsAscii &&
        decoder.order !== 'start' &&
        decoder.pending.length === 0 &&
        isPlainAscii(piece);
      if (plain && start.takes(piece)) {
        if (last) return start.end();
        readInto(piece);
        continue;
      }
      text ||= start.end();
      let part = held + (plain ? piece.toString('latin1') : decoder.decode(piece, last));
      if (!last) readInto(piece);
      held = newlines.universal && !last && part.endsWith('\r') ? '\r' : '';
      if (held !== '') part = part.slice(0, -1);
      text = joinText(text, newlines.read(part));
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
