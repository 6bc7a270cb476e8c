// The files of the operating system under Node's `--permission`, as a FileSystem whose every call is checked: those of mounts and
// of layers do not pass the checks that the public functions make for paths.
import { constants } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { textOf } from '../arguments/path.js';
import { checkPermission, isRestricted } from '../arguments/permission.js';
import type { ExtendedAttributes, FilePath, FileSystem } from './filesystem.js';
import { wrap } from './wrapper.js';

const { O_APPEND, O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } = constants;

type Scope = Parameters<typeof checkPermission>[0];
const READ: readonly Scope[] = ['fs.read'];
const WRITE: readonly Scope[] = ['fs.write'];
const BOTH: readonly Scope[] = ['fs.read', 'fs.write'];

type Check = (...args: readonly unknown[]) => void;
/** The absolute path in the operating system of a path in the file system. */
type Place = (path: FilePath) => string;

function accessOf(flags: number): readonly Scope[] {
  const direction = flags & (O_RDWR | O_WRONLY);
  const writes = direction !== 0 || (flags & (O_APPEND | O_CREAT | O_TRUNC)) !== 0;
  if (direction === O_WRONLY) return WRITE;
  return writes ? BOTH : READ;
}

function checksOf(place: Place): Record<string, Check> {
  const demand = (scopes: readonly Scope[], path: string): void => {
    for (const scope of scopes) checkPermission(scope, path);
  };
  const first =
    (scopes: readonly Scope[]): Check =>
    (path) =>
      demand(scopes, place(path as FilePath));
  const [reads, writes] = [first(READ), first(WRITE)];
  // Not syncDirectory: it changes nothing, and comes after a change in the directory, which was checked.
  return {
    open: (path, flags) => demand(accessOf(flags as number), place(path as FilePath)),
    stat: reads,
    readlink: reads,
    realpath: reads,
    access: reads,
    statvfs: reads,
    readFile: reads,
    unlink: writes,
    mkdir: writes,
    rmdir: writes,
    chmod: writes,
    chown: writes,
    utimes: writes,
    truncate: writes,
    writeFile: writes,
    rename: (from, to) => [from, to].forEach((each) => demand(WRITE, place(each as FilePath))),
    link: (existing, path) => {
      demand(BOTH, place(existing as FilePath));
      demand(WRITE, place(path as FilePath));
    },
    // A later access through the link is checked only for the name of the link.
    symlink: (target, path) => {
      const at = place(path as FilePath);
      demand(WRITE, at);
      demand(BOTH, resolve(dirname(at), textOf(target as FilePath)));
    },
    getAttribute: reads,
    listAttributes: reads,
    setAttribute: writes,
    removeAttribute: writes,
  };
}

/** The methods of `of` that `checks` names, with the checks before them. */
function checked(of: object, checks: Record<string, Check>): Record<string, unknown> {
  const methods: Record<string, unknown> = {};
  for (const [name, check] of Object.entries(checks)) {
    const method: unknown = Reflect.get(of, name);
    if (typeof method !== 'function') continue;
    methods[name] = async (...args: readonly unknown[]): Promise<unknown> => {
      check(...args);
      return Reflect.apply(method, of, args) as unknown;
    };
  }
  return methods;
}

/**
 * `files` with a check of each path, or `files` itself if there is no permission model.
 * @param place returns the absolute path of a path in `files`
 */
export function permitted(files: FileSystem, place: Place): FileSystem {
  if (!isRestricted) return files;
  const checks = checksOf(place);
  const { attributes } = files;
  const overrides: Partial<FileSystem> = {
    ...checked(files, checks),
    async *list(path, call) {
      checkPermission('fs.read', place(path));
      yield* files.list(path, call);
    },
  };
  if (attributes === undefined) return wrap(files, overrides);
  const own = checked(attributes, checks) as unknown as ExtendedAttributes;
  return wrap(files, { ...overrides, attributes: Object.freeze(own) });
}
