// The arguments of every public function and method, each with a valid value. test/arguments/every-function.long.ts
// compares this list with what the package exports.
import * as kinds from './kinds.js';
import type { Argument, Kind } from './kinds.js';

/**
 * How a call reports an invalid argument: by its promise, by the first step of its iterator, by throwing (the few
 * synchronous functions), or not at all, because it takes none.
 */
export type How = 'promise' | 'steps' | 'throws' | 'nothing';

export interface Signature {
  readonly args: readonly Argument[];
  readonly how: How;
  /** Values of the last argument (the options) that it accepts in addition to objects. */
  readonly shorthand?: Kind;
  /** Why other tests check it. */
  readonly elsewhere?: string;
}

export type Signatures = Readonly<Record<string, Signature>>;

const arg = (name: string, kind: Kind, sample: () => unknown): Argument => ({ name, kind, sample });
const path = (name = 'path', sample = 'f'): Argument => arg(name, kinds.isPath, () => sample);
const options = arg('options', kinds.isOptions, () => ({}));
/** Temporary files are created here, where the test finds any that are left. */
const placed = arg('options', kinds.isOptions, () => ({ dir: '.' }));
const bytes = (name = 'data'): Argument => arg(name, kinds.isBytes, () => Buffer.from('data'));
const text = arg('data', kinds.isString, () => 'data');
const view = arg('view', kinds.isView, () => new Uint8Array(4));
const limit = (name: string): Argument => arg(name, kinds.isLimit, () => 2);
const position = arg('position', kinds.isPosition, () => 0);

const promise = (...args: Argument[]): Signature => ({ how: 'promise', args });
const steps = (...args: Argument[]): Signature => ({ how: 'steps', args });
const throws = (...args: Argument[]): Signature => ({ how: 'throws', args });
const nothing: Signature = { how: 'nothing', args: [] };
/** Why other tests check it. */
const elsewhere = (why: string): Signature => ({ ...nothing, elsewhere: why });

const onPath = promise(path(), options);
const twoPaths = (from: string, to: string): Signature => promise(path(from), path(to, 'new'), options);
const failure = elsewhere('an error class, which takes what it is given');
const handleClass = elsewhere('a class whose instances the library makes');

const attribute = arg('name', kinds.isAttributeName, () => 'user.test');

const os: Signatures = {
  getxattr: promise(path(), attribute, options),
  listxattr: onPath,
  removexattr: promise(path(), attribute, options),
  setxattr: promise(
    path(),
    attribute,
    arg('value', kinds.isTextOrBytes, () => 'value'),
    options,
  ),
  access: promise(
    path(),
    arg('mode', kinds.optional(kinds.isAccessMode), () => 4),
    options,
  ),
  chmod: promise(
    path(),
    arg('mode', kinds.isModeBits, () => 0o600),
    options,
  ),
  chown: promise(
    path(),
    arg('uid', kinds.isId, () => -1),
    arg('gid', kinds.isId, () => -1),
    options,
  ),
  copy: twoPaths('src', 'dst'),
  copytree: promise(path('src', 'd'), path('dst', 'new'), options),
  DirEntry: handleClass,
  exists: onPath,
  lexists: onPath,
  getcwd: nothing,
  glob: steps(
    arg('pattern', kinds.isPattern, () => '*'),
    options,
  ),
  link: twoPaths('src', 'dst'),
  listdir: promise(
    arg('path', kinds.optional(kinds.isPath), () => '.'),
    options,
  ),
  makedirs: { ...promise(path('path', 'new'), options), shorthand: kinds.isBits },
  mkdir: { ...promise(path('path', 'new'), options), shorthand: kinds.isBits },
  move: twoPaths('src', 'dst'),
  readlink: promise(path('path', 'link'), options),
  realpath: onPath,
  removedirs: promise(path('path', 'e/e'), options),
  rename: twoPaths('src', 'dst'),
  replace: twoPaths('src', 'dst'),
  renames: twoPaths('src', 'dst'),
  rmdir: promise(path('path', 'e/e'), options),
  rmtree: promise(path('path', 'd'), options),
  scandir: steps(
    arg('path', kinds.optional(kinds.isPath), () => '.'),
    options,
  ),
  sendfile: promise(
    arg('out', kinds.isDescriptor, () => 2 ** 31 - 1),
    arg('in', kinds.isDescriptor, () => 2 ** 31 - 1),
    arg('offset', kinds.nullable(kinds.isPosition), () => 0),
    arg('count', kinds.isCount, () => 1),
    options,
  ),
  lstat: onPath,
  stat: onPath,
  diskUsage: onPath,
  emptyDir: promise(path('path', 'd'), options),
  statvfs: onPath,
  symlink: promise(path('target'), path('path', 'new'), options),
  truncate: promise(
    path(),
    arg('size', kinds.optional(kinds.isPosition), () => 3),
    options,
  ),
  remove: onPath,
  unlink: onPath,
  utimes: promise(
    path(),
    arg('atime', kinds.isTime, () => 1),
    arg('mtime', kinds.isTime, () => 1),
    options,
  ),
  walk: steps(path('top', 'd'), options),
};

const ofPath: Signatures = {
  exists: onPath,
  lexists: onPath,
  abspath: promise(path()),
  isdir: onPath,
  isfile: onPath,
  islink: onPath,
  ismount: onPath,
  getatime: onPath,
  getctime: onPath,
  getmtime: onPath,
  getsize: onPath,
  samefile: promise(path('path1'), path('path2'), options),
  sameopenfile: promise(
    arg('fd1', kinds.isDescriptor, () => 0),
    arg('fd2', kinds.isDescriptor, () => 0),
    options,
  ),
};

const tempfile: Signatures = {
  gettempdir: nothing,
  gettempprefix: nothing,
  mkdtemp: promise(placed),
  mkstemp: promise(placed),
  namedTemporaryFile: promise(placed),
  spooledTemporaryFile: promise(placed),
  temporaryDirectory: promise(placed),
  temporaryFile: promise(placed),
};

const openMode = (sample: string): Argument => arg('mode', kinds.optional(kinds.isOpenMode), () => sample);
const contents = arg('data', kinds.isFileData, () => 'data');

const top: Signatures = {
  AbortError: failure,
  ClosedFileError: failure,
  LaneFullError: failure,
  TimeoutError: failure,
  UnicodeDecodeError: failure,
  UnicodeEncodeError: failure,
  UnknownEncodingError: failure,
  UnsupportedOperationError: failure,
  BinaryFile: handleClass,
  RawFile: handleClass,
  TextFile: handleClass,
  FileLock: handleClass,
  Lane: handleClass,
  open: promise(
    arg('file', kinds.isFile, () => 'f'),
    openMode('r'),
    options,
  ),
  openAtomic: promise(path('path', 'new'), openMode('w'), options),
  readBytes: onPath,
  readText: onPath,
  writeFile: promise(path('path', 'new'), contents, options),
  appendFile: promise(path('path', 'new'), contents, options),
  writeAtomic: promise(path('path', 'new'), contents, options),
  updateAtomic: promise(
    path(),
    arg('callback', kinds.isCallback, () => () => 'new'),
    options,
  ),
  lockFile: promise(path('path', 'new'), options),
  readMany: steps(
    arg('paths', kinds.isPathList, () => ['f']),
    options,
  ),
  statMany: promise(
    arg('paths', kinds.isPathList, () => ['f']),
    options,
  ),
  lines: steps(path(), options),
  textFrom: throws(
    arg('source', kinds.isItems, () => [Buffer.from('data')]),
    options,
  ),
  serveFile: elsewhere('test/http/serve-file.test.ts'),
  configure: elsewhere('test/runtime/lanes.test.ts'),
  createLane: elsewhere('test/runtime/lanes.test.ts'),
  metrics: nothing,
};

const filesystem: Signatures = {
  beneath: throws(path('root', 'd')),
  fileSystemError: elsewhere('makes an error of what it is given'),
  mount: elsewhere('test/filesystem/mounts.test.ts'),
  wrap: elsewhere('test/filesystem/mounts.test.ts'),
};

const made = elsewhere('test/testing, test/s3: they take objects of the program that they test');

/** The functions of each subpath. */
export const functions: Readonly<Record<string, Signatures>> = {
  '.': top,
  './os': os,
  './path': ofPath,
  './tempfile': tempfile,
  './filesystem': filesystem,
  './testing': {
    FilesForbiddenError: failure,
    MemoryFiles: handleClass,
    TreeDirectory: handleClass,
    TreeFile: handleClass,
    TreeLink: handleClass,
    crash: made,
    crashes: made,
    dir: made,
    faults: made,
    file: made,
    link: throws(arg('target', kinds.isTarget, () => 'f')),
    memoryFiles: made,
    noFiles: throws(arg('callback', kinds.isCallback, () => () => undefined)),
    trace: promise(arg('callback', kinds.isCallback, () => () => undefined)),
  },
  './s3': { ObjectStoreError: failure, objectFiles: made, s3Files: made, sdkStore: made, signedStore: made },
};

/** The subpaths that other tests check. */
export const judgedElsewhere: Readonly<Record<string, string>> = {
  './promises': "node:fs/promises beside it, and Node's own tests",
  './package.json': 'no module',
};

const ofAllHandles: Signatures = {
  read: promise(limit('size'), options),
  readline: promise(limit('size'), options),
  readlines: promise(limit('hint'), options),
  lines: steps(options),
  seek: promise(
    arg('offset', kinds.isPosition, () => 0),
    arg('whence', kinds.optional(kinds.isWhence), () => 0),
    options,
  ),
  truncate: promise(
    arg('size', kinds.nullable(kinds.optional(kinds.isPosition)), () => 3),
    options,
  ),
  flush: promise(options),
  sync: promise(options),
  datasync: promise(options),
  stat: promise(options),
  lock: promise(options),
  tryLock: promise(options),
  readableStream: throws(options),
  writableStream: throws(options),
  tell: nothing,
  fileno: nothing,
  isatty: nothing,
  readable: nothing,
  writable: nothing,
  seekable: nothing,
  close: nothing,
  detach: nothing,
  toJSON: nothing,
  toString: nothing,
  commit: nothing,
  abort: nothing,
  rollover: promise(options),
};

/** The methods of handles of bytes. */
export const byteMethods: Signatures = {
  ...ofAllHandles,
  readall: promise(options),
  read1: promise(limit('size'), options),
  peek: promise(limit('size'), options),
  readinto: promise(view, options),
  readinto1: promise(view, options),
  pread: promise(
    arg('size', kinds.isSize, () => 2),
    position,
    options,
  ),
  preadinto: promise(view, position, options),
  pwrite: promise(bytes(), position, options),
  readMany: promise(
    arg('ranges', kinds.isRanges, () => [{ position: 0, size: 1 }]),
    options,
  ),
  write: promise(bytes(), options),
  writelines: promise(
    arg('items', kinds.isItems, () => [Buffer.from('data')]),
    options,
  ),
};

/** The methods of text files. */
export const textMethods: Signatures = {
  ...ofAllHandles,
  write: promise(text, options),
  writelines: promise(
    arg('items', kinds.isTextItems, () => ['data']),
    options,
  ),
  reconfigure: promise(options),
};

/** The methods of the entries of `os.scandir`. */
export const entryMethods: Signatures = {
  stat: promise(options),
  isFile: nothing,
  isDirectory: nothing,
  isSymbolicLink: nothing,
  isFIFO: nothing,
  isSocket: nothing,
  isCharacterDevice: nothing,
  isBlockDevice: nothing,
};

/** The methods of a temporary directory. */
export const directoryMethods: Signatures = { cleanup: nothing, close: nothing, toString: nothing };
