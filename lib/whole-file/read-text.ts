// A whole file as text.
import type { Path } from '../arguments/path.js';
import { opOptions } from '../native/run-patiently.js';
import { checkTextOptions, type ErrorHandlerName, type Newline } from '../open/text-options.js';
import type { OpOptions } from '../schedule/options.js';
import { decodeAll } from '../text/decode-all.js';
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
  const bytes = await readBytes(path, opOptions(o));
  return decodeAll(bytes, { codec: findCodec(encoding)!, errors, newline });
}
