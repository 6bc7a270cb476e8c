// The valid values of each kind of argument. All others must be rejected, with the name of the argument, before
// anything is done.
import { constants } from 'node:buffer';
import { types } from 'node:util';

/** Whether a value is valid. If so, the outcome of the call is not checked, only that it does not throw. */
export type Kind = (value: unknown) => boolean;

export interface Argument {
  readonly name: string;
  readonly kind: Kind;
  /** A valid value. */
  readonly sample: () => unknown;
}

const byteLengthOf = (
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype) as object, 'byteLength') as {
    get: () => number;
  }
).get;
const isDetached = (bytes: object): boolean => byteLengthOf.call(bytes) === 0;
const holdsNul = (bytes: Uint8Array): boolean => Uint8Array.prototype.includes.call(bytes, 0);
const isNumber = (value: unknown): value is number => typeof value === 'number';
const wholeBetween =
  (least: number, most: number): Kind =>
  (value) =>
    isNumber(value) && Number.isInteger(value) && value >= least && value <= most;
const isSafe: Kind = Number.isSafeInteger;
const isBigint = (value: unknown, least: bigint, most: bigint): boolean =>
  typeof value === 'bigint' && value >= least && value <= most;
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The same kind, which can also be omitted. */
export const optional =
  (kind: Kind): Kind =>
  (value) =>
    value === undefined || kind(value);
/** The same kind or null. */
export const nullable =
  (kind: Kind): Kind =>
  (value) =>
    value === null || kind(value);

export const isBoolean: Kind = (value) => typeof value === 'boolean';
export const isString: Kind = (value) => typeof value === 'string';
export const isCallback: Kind = (value) => typeof value === 'function';
export const isAnyObject: Kind = isObject;
export const isPath: Kind = (value) => {
  if (typeof value === 'string') return !value.includes('\0');
  if (types.isProxy(value) || !isObject(value)) return false;
  if (types.isUint8Array(value)) return !isDetached(value) && !holdsNul(value);
  return 'href' in value && 'searchParams' in value && !String(value.href).includes('%00');
};
/** Descriptors that may be open are never tried, because they belong to other files. */
export const isDescriptor: Kind = wholeBetween(0, 2 ** 31 - 1);
export const isFile: Kind = (value) => isPath(value) || isDescriptor(value);
export const isLimit: Kind = (value) =>
  value === null || value === undefined || isSafe(value) || isBigint(value, -(2n ** 63n), 2n ** 53n - 1n);
export const isPosition: Kind = (value) =>
  (isSafe(value) && (value as number) >= 0) || isBigint(value, 0n, 2n ** 63n - 1n);
export const isCount: Kind = (value) =>
  (isSafe(value) && (value as number) >= 0) || isBigint(value, 0n, 2n ** 53n - 1n);
export const isSize: Kind = (value) => isCount(value) && Number(value) <= constants.MAX_LENGTH;
export const isModeBits: Kind = (value) =>
  wholeBetween(0, 0o7777)(value) || (typeof value === 'string' && /^[0-7]{1,4}$/.test(value));
export const isBits: Kind = wholeBetween(0, 0o7777);
export const isAccessMode: Kind = wholeBetween(0, 7);
export const isId: Kind = wholeBetween(-1, 2 ** 32 - 1);
export const isTime: Kind = (value) =>
  Number.isFinite(value) ||
  (types.isDate(value) && !Number.isNaN(value.getTime())) ||
  (typeof value === 'string' && value !== '' && Number.isFinite(Number(value)));
export const isWhence: Kind = wholeBetween(0, 2);
export const isOpenMode: Kind = (value) => typeof value === 'string' && /^[rwax][bt+]{0,2}$/.test(value);
export const isTarget: Kind = (value) => typeof value === 'string' || types.isUint8Array(value);
export const isView: Kind = (value) =>
  ArrayBuffer.isView(value) && !(types.isUint8Array(value) && isDetached(value));
export const isBytes: Kind = (value) =>
  isView(value) || (types.isAnyArrayBuffer(value) && !(types.isArrayBuffer(value) && value.byteLength === 0));
export const isTextOrBytes: Kind = (value) => isString(value) || isBytes(value);
export const isItems: Kind = (value) =>
  isObject(value) && !types.isProxy(value) && (Symbol.iterator in value || Symbol.asyncIterator in value);
/** Data that can be written to a whole file, including sources of pieces. */
export const isFileData: Kind = (value) =>
  isTextOrBytes(value) || (isItems(value) && !types.isUint8Array(value));
export const isTextItems: Kind = (value) => isString(value) || isItems(value);
export const isPathList: Kind = (value) => isItems(value) && !ArrayBuffer.isView(value);
export const isRanges: Kind = (value) => !types.isProxy(value) && Array.isArray(value) && value.length === 0;
export const isPattern: Kind = (value) =>
  (typeof value === 'string' && !value.includes('\0')) ||
  (!types.isProxy(value) && Array.isArray(value) && value.every(isPattern));
function keysOf(o: object): string[] {
  const keys: string[] = [];
  for (const key in o) keys.push(key);
  return keys;
}
/** Objects of any class without enumerable properties are empty options. */
export const isOptions: Kind = (value) => {
  if (value === undefined) return true;
  if (!isObject(value) || types.isProxy(value) || Array.isArray(value)) return false;
  return keysOf(value).length === 0;
};
export const isTimeout: Kind = (value) => isNumber(value) && value >= 0 && value <= 2 ** 31 - 1;
export const isEncoding: Kind = (value) => value === null;
export const isNamePart: Kind = (value) =>
  typeof value === 'string' && !value.includes('\0') && !value.includes('/');
export const isAttributeName: Kind = (value) =>
  typeof value === 'string' && value !== '' && !value.includes('\0');
export const isNothing: Kind = () => false;
export const isAnything: Kind = () => true;

/** The kinds of options by name. Options with the same name are of the same kind everywhere, with the exceptions below. */
export const optionKinds: Readonly<Record<string, Kind>> = {
  signal: isNothing,
  lane: isNothing,
  timeout: isTimeout,
  batch: (value) => isCount(value) && Number(value) >= 1,
  bigint: isBoolean,
  buffering: wholeBetween(-1, 2 ** 31 - 1),
  chunkSize: (value) => isCount(value) && Number(value) >= 1,
  close: isBoolean,
  closefd: isBoolean,
  cwd: isPath,
  delete: isBoolean,
  deleteOnClose: isBoolean,
  dir: isPath,
  dot: isBoolean,
  durable: isBoolean,
  inPlaceIfBusy: isBoolean,
  encoding: isEncoding,
  end: isCount,
  errors: isEncoding,
  exclude: (value) => isPattern(value) || isCallback(value),
  exclusive: isBoolean,
  existOk: isBoolean,
  filter: isCallback,
  follow: isBoolean,
  followSymlinks: isBoolean,
  ifMatch: isString,
  ignoreCleanupErrors: isBoolean,
  ignoreErrors: isBoolean,
  keepEnds: isBoolean,
  last: isCount,
  lineBuffering: isBoolean,
  maxSize: isCount,
  mode: isOpenMode,
  newline: (value) => value === null || value === '',
  noCase: isBoolean,
  onError: nullable(isCallback),
  onProgress: isCallback,
  opener: nullable(isCallback),
  overwrite: isBoolean,
  parents: isBoolean,
  permissions: isModeBits,
  position: isCount,
  prefix: isNamePart,
  preserve: isBoolean,
  shared: isBoolean,
  size: isCount,
  start: isCount,
  stat: isBoolean,
  suffix: isNamePart,
  symlinks: isBoolean,
  topDown: isBoolean,
  transfer: isBoolean,
};

/** Options of functions whose kind differs from that of their name: the subject's title, a dot, the option. */
export const optionExceptions: Readonly<Record<string, Kind>> = {
  'uvfiles/os: makedirs.mode': isModeBits,
  'uvfiles/os: mkdir.mode': isModeBits,
  'uvfiles/os: setxattr.mode': (value) => value === 'any' || value === 'create' || value === 'replace',
};
