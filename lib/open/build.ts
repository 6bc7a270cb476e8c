// From an open backend file and checked options to the handle that the mode asks for.
import type { OpenFile } from '../filesystem/open-file.js';
import { UnsupportedOperationError } from '../errors/index.js';
import { BinaryFile } from '../file/binary-file.js';
import { watchForCollection } from '../file/garbage.js';
import { RawFile } from '../file/raw-file.js';
import { RawIO } from '../file/raw-io.js';
import { TextFile } from '../file/text-file.js';
import type { ResolvedHandle } from './options.js';

/** Any of the three handles. */
export type AnyFile = RawFile | BinaryFile | TextFile;

/**
 * Stacks raw, buffered and text file on `file`, as far as the mode asks.
 * @throws UnsupportedOperationError for a buffered '+' on what has no position, as Python; the caller closes `file` then
 */
export function buildHandle(
  file: OpenFile,
  name: string | number | Uint8Array,
  resolved: ResolvedHandle,
): AnyFile {
  const { mode, bufferSize, text } = resolved;
  const io = new RawIO(file, mode);
  const raw = new RawFile(io, name);
  if (bufferSize === 0) {
    watchForCollection(raw, io, undefined, name);
    return raw;
  }
  if (mode.updating && !file.seekable) {
    throw new UnsupportedOperationError(
      "a file without a position cannot be opened for updating ('+') with a buffer",
    );
  }
  const binary = new BinaryFile(raw, bufferSize);
  watchForCollection(raw, io, binary._layer, name);
  return text === undefined ? binary : new TextFile(binary, resolved.modeName, text);
}
