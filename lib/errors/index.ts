// Every error class of the library.
export { brandedInstanceOf } from './base.js';
export {
  AbortError,
  ClosedFileError,
  isEndOfCall,
  LaneFullError,
  TimeoutError,
  UnsupportedOperationError,
} from './state.js';
export {
  invalidArgType,
  invalidArgValue,
  invalidState,
  invalidView,
  outOfRange,
  stringTooLong,
} from './arguments.js';
export {
  addBytesWritten,
  codeOf,
  dropBytesWritten,
  isDescriptorShortage,
  systemError,
  systemErrorNumber,
} from './system.js';
export type { SystemError } from './system.js';
export { UnicodeDecodeError, UnicodeEncodeError, UnknownEncodingError } from './unicode.js';
