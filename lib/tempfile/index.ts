/// <reference types="node" preserve="true" />
// Temporary files and directories, as Python's tempfile. Only re-exports.
export { gettempdir } from './gettempdir.js';
export { gettempprefix } from './gettempprefix.js';
export { mkdtemp, mkstemp } from './mkstemp.js';
export { type DeleteOptions, type Named, namedTemporaryFile, temporaryFile } from './temporary-file.js';
export type {
  PlaceOptions,
  TempAnyOptions,
  TempBinaryOptions,
  TempRawOptions,
  TempTextOptions,
} from './options.js';
export {
  type Rollover,
  type SpooledFile,
  type Spooled,
  type SpoolOptions,
  spooledTemporaryFile,
} from './spooled-temporary-file.js';
export {
  type TemporaryDirectory,
  temporaryDirectory,
  type TemporaryDirectoryOptions,
} from './temporary-directory.js';
