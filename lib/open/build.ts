// Builds the handle that the mode asks for from an open file and checked options.
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
 * Builds the layers (raw, buffered, text) that the mode needs on `file`.
 * @throws UnsupportedOperationError for a buffered '+' on a file without a position, as in Python. The caller then closes `file`
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
