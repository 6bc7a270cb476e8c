// A file system that forwards everything but its overrides to another: the base of fault injection, metrics and caches.
import { invalidArgType } from '../errors/index.js';
import type { FileSystem } from './filesystem.js';

type MethodName = {
  [K in keyof FileSystem]-?: Required<FileSystem>[K] extends (...args: never[]) => unknown ? K : never;
}[keyof FileSystem];

// Other properties of overrides are the caller's own.
const METHODS: Readonly<Record<MethodName, true>> = {
  open: true,
  stat: true,
  list: true,
  unlink: true,
  mkdir: true,
  rmdir: true,
  rename: true,
  readlink: true,
  realpath: true,
  access: true,
  statvfs: true,
  link: true,
  symlink: true,
  chmod: true,
  chown: true,
  utimes: true,
  truncate: true,
  syncDirectory: true,
  readFile: true,
  writeFile: true,
  readMany: true,
  statMany: true,
  walkFiles: true,
  removeTree: true,
  copyFile: true,
  copyTree: true,
  replaceFile: true,
  openReplacement: true,
  createTemporary: true,
};

/**
 * Creates a file system that forwards all calls to `base`, except for `overrides`. Methods that `base` does not have are not
 * added.
 * @param base the file system to forward to
 * @param overrides properties and methods that replace those of `base`: an object, or an instance of a class. A method may call
 *   the one of `base`
 * @returns a file system
 * @throws TypeError ERR_INVALID_ARG_TYPE if one of them is no object, or if an override of a method is no function.
 *   Undefined hides an optional method
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example
 * const counting = wrap(files, {
 *   async open(path, flags, permissions, call) {
 *     opens++;
 *     return files.open(path, flags, permissions, call);
 *   },
 * });
 */
export function wrap(
  base: FileSystem,
  overrides: {
    readonly [Name in keyof FileSystem]?:
      FileSystem[Name] | (object extends Pick<FileSystem, Name> ? undefined : never);
  },
): FileSystem {
  checkObject('base', base);
  checkObject('overrides', overrides);
  const isOverridden = (property: PropertyKey): boolean =>
    Object.hasOwn(overrides, property) || isInherited(overrides, property);
  for (const name of Object.keys(METHODS) as MethodName[]) {
    const method: unknown = isOverridden(name) ? overrides[name] : undefined;
    if (method !== undefined && typeof method !== 'function')
      throw invalidArgType(`overrides.${name}`, 'of type function', method);
  }
  // Not a proxy of `base` itself, which may be frozen.
  return new Proxy({} as FileSystem, {
    get(_, property) {
      if (Object.hasOwn(overrides, property)) return (overrides as Record<PropertyKey, unknown>)[property];
      if (isInherited(overrides, property)) return memberOf(overrides, property);
      return memberOf(base, property);
    },
    has: (_, property) => isOverridden(property) || Reflect.has(base, property),
  });
}

function checkObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw invalidArgType(name, 'of type object', value);
}

// Of a class of the caller's, not of all objects.
function isInherited(overrides: object, property: PropertyKey): boolean {
  return Reflect.has(overrides, property) && !Reflect.has(Object.prototype, property);
}

// Methods stay those of their object, which may have private fields.
function memberOf(of: object, property: PropertyKey): unknown {
  const value: unknown = Reflect.get(of, property, of);
  return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(of) : value;
}
