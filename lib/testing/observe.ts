// A layer that announces each operation before it is done: the base of faults, traces and `noFiles`.
import { constants } from 'node:fs';

import type {
  CallOptions,
  ExtendedAttributes,
  FilePath,
  FileSystem,
  FileSystemFile,
  FollowOptions,
} from '../filesystem/filesystem.js';
import { observeFile } from './observed-file.js';
import type { Between, Failing } from './operation.js';
import { wrap } from '../filesystem/wrapper.js';
import { keyOf } from '../filesystem/memory/names.js';

// What the library makes of the operations above when a file system lacks it.
const JOBS = {
  readFile: undefined,
  writeFile: undefined,
  readMany: undefined,
  statMany: undefined,
  walkFiles: undefined,
  removeTree: undefined,
  copyFile: undefined,
  copyTree: undefined,
  replaceFile: undefined,
  openReplacement: undefined,
  createTemporary: undefined,
} as const;

const ONE_PATH = [
  'stat',
  'unlink',
  'mkdir',
  'rmdir',
  'readlink',
  'realpath',
  'access',
  'statvfs',
  'chmod',
  'chown',
  'utimes',
] as const;
const TWO_PATHS = ['rename', 'link'] as const;

type AnyMethod = (...args: unknown[]) => Promise<unknown>;

/** `base`, whose paths are below `prefix`, with `between` between it and whoever uses it. */
export function observe(base: FileSystem, prefix: string, between: Between): FileSystem {
  const shown = (path: FilePath): string => {
    const text = keyOf(path);
    return prefix === '' || prefix === '/' ? text : text === '/' ? prefix : prefix + text;
  };
  const methods = base as unknown as Record<string, AnyMethod | undefined>;
  const overrides: Record<string, unknown> = { ...JOBS };
  for (const op of ONE_PATH) {
    if (methods[op] === undefined) continue;
    overrides[op] = (path: FilePath, ...rest: unknown[]) => {
      const at = shown(path);
      const failing = { syscall: syscallOf(op, rest), path: at };
      return between({ op, path: at }, () => methods[op]!.call(base, path, ...rest), callIn(rest), failing);
    };
  }
  for (const op of TWO_PATHS) {
    if (methods[op] === undefined) continue;
    overrides[op] = (path: FilePath, dest: FilePath, call: CallOptions) => {
      const paths = { path: shown(path), dest: shown(dest) };
      return between({ op, ...paths }, () => methods[op]!.call(base, path, dest, call), call, {
        syscall: op,
        ...paths,
      });
    };
  }
  const on = (syscall: string, path: FilePath): Failing => ({ syscall, path: shown(path) });
  const own: Partial<FileSystem> = {
    open: (path, flags, permissions, call) =>
      between(
        { op: 'open', path: shown(path), flags },
        async () => observeFile(await base.open(path, flags, permissions, call), shown(path), between),
        call,
        on('open', path),
      ),
    list: (path, call) => ({
      async *[Symbol.asyncIterator]() {
        await between({ op: 'list', path: shown(path) }, () => Promise.resolve(), call, on('scandir', path));
        yield* base.list(path, call);
      },
    }),
  };
  if (base.symlink !== undefined)
    own.symlink = (target, path, call) => {
      const paths = { path: shown(path), dest: keyOf(target) };
      return between({ op: 'symlink', ...paths }, () => base.symlink!(target, path, call), call, {
        syscall: 'symlink',
        ...paths,
      });
    };
  if (base.attributes !== undefined)
    overrides.attributes = observeAttributes(base.attributes, shown, between);
  if (base.syncDirectory !== undefined)
    own.syncDirectory = (path, call) =>
      between(
        { op: 'sync', path: shown(path) },
        () => base.syncDirectory!(path, call),
        call,
        on('fsync', path),
      );
  if (base.truncate !== undefined)
    own.truncate = (path, size, call) =>
      between(
        { op: 'truncate', path: shown(path), size: Number(size) },
        () => base.truncate!(path, size, call),
        call,
        on('truncate', path),
      );
  return wrap(base, { ...overrides, ...own, ...observeConditionalWrites(base, shown, between) });
}

// Conditions are kept by the file system's own writes only. They are announced as what they are to their caller: an open, writes
// and the close that makes the new content visible.
function observeConditionalWrites(
  base: FileSystem,
  shown: (path: FilePath) => string,
  between: Between,
): Partial<FileSystem> {
  if (base.capabilities.conditional !== true || base.replaceFile === undefined) return {};
  const whole = async (
    path: FilePath,
    flags: number,
    data: Uint8Array,
    call: CallOptions,
    publish: () => Promise<void>,
  ): Promise<void> => {
    const at = shown(path);
    await between({ op: 'open', path: at, flags }, async () => undefined, call, {
      syscall: 'open',
      path: at,
    });
    const file: FileSystemFile = {
      pread: async () => Buffer.alloc(0),
      pwrite: async (part) => part.byteLength,
      stat: async () => base.stat(path, { followSymlinks: true, bigint: false }, call),
      close: publish,
      abort: async () => undefined,
    };
    const observed = observeFile(file, at, between);
    try {
      for (let done = 0; done < data.byteLength;)
        done += await observed.pwrite!(data.subarray(done), done, call);
    } catch (error) {
      await observed.abort!(error);
      throw error;
    }
    await observed.close();
  };
  const own: Partial<FileSystem> = {
    replaceFile: (path, data, o, call) =>
      whole(path, REPLACING, data, call, () => base.replaceFile!(path, data, o, call)),
  };
  if (base.writeFile !== undefined)
    own.writeFile = (path, data, flags, permissions, call) =>
      whole(path, flags, data, call, () => base.writeFile!(path, data, flags, permissions, call));
  if (base.openReplacement !== undefined)
    own.openReplacement = (path, o, call) =>
      between(
        { op: 'open', path: shown(path), flags: REPLACING },
        async () => observeFile(await base.openReplacement!(path, o, call), shown(path), between),
        call,
        { syscall: 'open', path: shown(path) },
      );
  return own;
}

const REPLACING = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;

const ATTRIBUTE_CALLS = {
  getAttribute: 'getxattr',
  setAttribute: 'setxattr',
  listAttributes: 'listxattr',
  removeAttribute: 'removexattr',
} as const;

function observeAttributes(
  base: ExtendedAttributes,
  shown: (path: FilePath) => string,
  between: Between,
): ExtendedAttributes {
  const methods = base as unknown as Record<string, AnyMethod>;
  const observed = Object.entries(ATTRIBUTE_CALLS).map(([method, op]) => [
    method,
    (path: FilePath, ...rest: unknown[]) =>
      between({ op, path: shown(path) }, () => methods[method]!(path, ...rest), callIn(rest), {
        syscall: op,
        path: shown(path),
      }),
  ]);
  return Object.fromEntries(observed) as ExtendedAttributes;
}

/** The call of the system, which for a link itself has a name of its own. */
function syscallOf(op: (typeof ONE_PATH)[number], args: readonly unknown[]): string {
  const name = op === 'utimes' ? 'utime' : op;
  const isOfLink = args.some(
    (each) => (each as Partial<FollowOptions> | undefined)?.followSymlinks === false,
  );
  return isOfLink ? `l${name}` : name;
}

const callIn = (args: readonly unknown[]): CallOptions | undefined => args.at(-1) as CallOptions | undefined;
