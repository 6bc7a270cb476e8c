// textFrom: text from any source of bytes, decoded as in text files.
import { optionReader } from '../arguments/options.js';
import { BinaryFile } from '../file/binary-file.js';
import { DEFAULT_BUFFER_SIZE } from '../file/buffered-io.js';
import { type ByteSource, SourceReader } from '../file/byte-source.js';
import { parseMode } from '../file/mode.js';
import { RawFile } from '../file/raw-file.js';
import { RawIO } from '../file/raw-io.js';
import { SourceFile } from '../file/source-file.js';
import { TextFile } from '../file/text-file.js';
import { checkTextOptions, type ErrorHandlerName, type Newline, TEXT_CHECKS } from '../file/text-options.js';

/** Options of `textFrom`. */
export interface TextFromOptions {
  /** Default `'utf-8'`. */
  encoding?: string | undefined;
  /** How bytes that cannot be decoded are handled. Default `'strict'`. */
  errors?: ErrorHandlerName | undefined;
  /** As in Python: null, `''`, `'\n'`, `'\r'` or `'\r\n'`. Default null: universal newlines. */
  newline?: Newline | undefined;
}

const readOptions = optionReader(TEXT_CHECKS, false);

/**
 * Reads text from a source of bytes, with the decoders, error handlers and newline modes of text files.
 * @param source a Node stream, a web stream, an async iterable or an iterable of bytes (strings in it are UTF-8)
 * @returns a TextFile in mode `r`: iterate over it for lines with their line endings, or call `lines()`, `read()`,
 *   `readline()`. It has no position to seek to. `close()` (`await using`) ends the source. After a `break` in a loop,
 *   reading can continue.
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE, UnknownEncodingError. Reading rejects with what the
 *   source throws, with UnicodeDecodeError, and with UnicodeEncodeError for a string with a lone surrogate
 * @cancelling each call of the handle takes `signal` and `timeout`
 * @platforms the same on Linux, macOS and Windows
 * @example const unzipped = createReadStream('access.log.gz').pipe(createGunzip()); for await (const line of
 * textFrom(unzipped, { encoding: 'latin-1' }).lines()) console.log(line);
 */
export function textFrom(source: ByteSource, o?: TextFromOptions): TextFile {
  const text = checkTextOptions(readOptions(o), false);
  const io = new RawIO(new SourceFile(new SourceReader(source, 'source')), parseMode('r'));
  // Not watched by the garbage collector, because there is no descriptor to leak.
  return new TextFile(new BinaryFile(new RawFile(io, 'source'), DEFAULT_BUFFER_SIZE), 'r', text);
}
