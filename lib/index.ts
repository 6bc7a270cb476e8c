/// <reference types="node" preserve="true" />
// The package's surface. Only re-exports.
export { open } from './open/open.js';
export type { OpenOptions, Opener, TextOpenOptions } from './open/options.js';
export { textFrom, type TextFromOptions } from './open/text-from.js';
export type { BinaryMode, TextMode } from './file/mode.js';
export type { Path } from './arguments/path.js';
export { RawFile } from './file/raw-file.js';
export { BinaryFile } from './file/binary-file.js';
export { type ReconfigureOptions, TextFile } from './file/text-file.js';
export type { BinaryData } from './file/byte-file.js';
export type { StatOptions } from './file/handle.js';
export type { Range, ReadIntoOptions, WriteOptions } from './file/positional.js';
export { FileLock, type LockOptions } from './file/file-lock.js';
export type { ByteSource } from './file/byte-source.js';
export type { LinesOptions } from './file/lines.js';
export type { ByteStreamOptions, StreamOptions } from './file/streams.js';
export { stderr, stderrBytes, stdin, stdinBytes, stdout, stdoutBytes } from './stdio/index.js';
export * from './whole-file/index.js';
export { serveFile, type ServeOptions } from './http/index.js';
export * as os from './os/index.js';
export * as path from './path/index.js';
export * as tempfile from './tempfile/index.js';
export { Lane, lanes, type Priority } from './schedule/lane.js';
export { createLane, type LaneOptions } from './runtime/create-lane.js';
export { configure, type Configuration, type InlineOptions } from './runtime/configure.js';
export { metrics, type LaneMetrics, type Metrics } from './runtime/metrics.js';
export type { Histogram } from './schedule/histogram.js';
export type { OperationMessage } from './schedule/diagnostics.js';
export type { OpOptions } from './schedule/options.js';
export {
  AbortError,
  ClosedFileError,
  LaneFullError,
  TimeoutError,
  UnicodeDecodeError,
  UnicodeEncodeError,
  UnknownEncodingError,
  UnsupportedOperationError,
} from './errors/index.js';
export type { SystemError } from './errors/index.js';
