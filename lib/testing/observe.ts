// A layer that announces each operation before it is performed: the base of faults, traces and `noFiles`.
import { constants } from 'node:fs';

import type {
  CallOptions,
  ExtendedAttributes,
  FilePath,
  FileSystem,
  FileSystemFile,
  FollowOptions,
} from '../filesystem/filesystem.js';
import { publishedByAddon } from '../schedule/diagnostics.js';
import { observeFile } from './observed-file.js';
import type { Between, Operation } from './operation.js';
import { outerText } from '../filesystem/outer-path.js';
import { wrap } from '../filesystem/wrapper.js';
import { keyOf } from '../filesystem/memory/names.js';

// The methods that the library replaces by the operations above if a file system lacks them.
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

/** Announces an operation on `path` to `between`. */
type Announce = <T>(
  operation: Omit<Operation, 'path'> & { readonly path: FilePath },
  syscall: string,
  call: CallOptions | undefined,
  proceed: () => Promise<T>,
) => Promise<T>;

/** Returns `base`, whose paths are below `prefix`, with `between` in front of it. */
export function observe(base: FileSystem, prefix: string, between: Between): FileSystem {
  const shown = (path: FilePath): string => outerText(prefix, keyOf(path));
  const announce: Announce = (operation, syscall, call, proceed) => {
    const path = shown(operation.path);
    const { dest } = operation;
    const failing = { syscall, path, ...(dest !== undefined && { dest }) };
    return between({ ...operation, path }, proceed, call, failing);
  };
  const opened = (
    path: FilePath,
    flags: number,
    call: CallOptions,
    open: () => Promise<FileSystemFile>,
  ): Promise<FileSystemFile> =>
    announce({ op: 'open', path, flags }, 'open', call, async () =>
      observeFile(await open(), shown(path), between),
    );
  const methods = base as unknown as Record<string, AnyMethod | undefined>;
  const overrides: Record<string, unknown> = { ...JOBS };
  for (const op of ONE_PATH) {
    if (methods[op] === undefined) continue;
    overrides[op] = (path: FilePath, ...rest: unknown[]) =>
      announce({ op, path }, syscallOf(op, rest), callIn(rest), () => methods[op]!.call(base, path, ...rest));
  }
  for (const op of TWO_PATHS) {
    if (methods[op] === undefined) continue;
    overrides[op] = (path: FilePath, dest: FilePath, call: CallOptions) =>
      announce({ op, path, dest: shown(dest) }, op, call, () => methods[op]!.call(base, path, dest, call));
  }
  const own: Partial<FileSystem> = {
    open: (path, flags, permissions, call) =>
      opened(path, flags, call, () => base.open(path, flags, permissions, call)),
    list: (path, call) => ({
      async *[Symbol.asyncIterator]() {
        await announce({ op: 'list', path }, 'scandir', call, () => Promise.resolve());
        yield* base.list(path, call);
      },
    }),
  };
  if (base.symlink !== undefined)
    own.symlink = (target, path, call) =>
      announce({ op: 'symlink', path, dest: keyOf(target) }, 'symlink', call, () =>
        base.symlink!(target, path, call),
      );
  if (base.attributes !== undefined) overrides.attributes = observeAttributes(base.attributes, announce);
  if (base.syncDirectory !== undefined)
    own.syncDirectory = (path, call) =>
      announce({ op: 'sync', path }, 'fsync', call, () => base.syncDirectory!(path, call));
  if (base.truncate !== undefined)
    own.truncate = (path, size, call) =>
      announce({ op: 'truncate', path, size: Number(size) }, 'truncate', call, () =>
        base.truncate!(path, size, call),
      );
  if (base.capabilities.conditional === true && base.replaceFile !== undefined)
    Object.assign(own, observeConditionalWrites(base, opened));
  const observed = wrap(base, { ...overrides, ...own });
  if (publishedByAddon.has(base)) publishedByAddon.add(observed);
  return observed;
}

// Only the file system's own writes support conditions. They are announced as a sequence of operations: an open, writes, and the
// close that makes the new content visible.
function observeConditionalWrites(
  base: FileSystem,
  opened: (
    path: FilePath,
    flags: number,
    call: CallOptions,
    open: () => Promise<FileSystemFile>,
  ) => Promise<FileSystemFile>,
): Partial<FileSystem> {
  const whole = async (
    path: FilePath,
    flags: number,
    data: Uint8Array,
    call: CallOptions,
    publish: () => Promise<void>,
  ): Promise<void> => {
    const file = await opened(path, flags, call, async () => ({
      pread: async () => Buffer.alloc(0),
      pwrite: async (part) => part.byteLength,
      stat: async () => base.stat(path, { followSymlinks: true, bigint: false }, call),
      close: publish,
      abort: async () => undefined,
    }));
    try {
      for (let done = 0; done < data.byteLength;) done += await file.pwrite!(data.subarray(done), done, call);
    } catch (error) {
      await file.abort!(error);
      throw error;
    }
    await file.close();
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
      opened(path, REPLACING, call, () => base.openReplacement!(path, o, call));
  return own;
}

const REPLACING = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;

const ATTRIBUTE_CALLS = {
  getAttribute: 'getxattr',
  setAttribute: 'setxattr',
  listAttributes: 'listxattr',
  removeAttribute: 'removexattr',
} as const;

function observeAttributes(base: ExtendedAttributes, announce: Announce): ExtendedAttributes {
  const methods = base as unknown as Record<string, AnyMethod>;
  const observed = Object.entries(ATTRIBUTE_CALLS).map(([method, op]) => [
    method,
    (path: FilePath, ...rest: unknown[]) =>
      announce({ op, path }, op, callIn(rest), () => methods[method]!(path, ...rest)),
  ]);
  return Object.fromEntries(observed) as ExtendedAttributes;
}

/** The name of the system call, which is different for a link itself. */
function syscallOf(op: (typeof ONE_PATH)[number], args: readonly unknown[]): string {
  const name = op === 'utimes' ? 'utime' : op;
  const isOfLink = args.some(
    (each) => (each as Partial<FollowOptions> | undefined)?.followSymlinks === false,
  );
  return isOfLink ? `l${name}` : name;
}

const callIn = (args: readonly unknown[]): CallOptions | undefined => args.at(-1) as CallOptions | undefined;
