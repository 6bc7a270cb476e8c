// A file system that forwards everything but its overrides to another: the base of fault injection, metrics and caches.
import { invalidArgType } from '../errors/index.js';
import type { FileSystem } from './filesystem.js';

/**
 * Creates a file system that forwards all calls to `base`, except for `overrides`. Methods that `base` does not have are not
 * added.
 * @param base the file system to forward to
 * @param overrides properties and methods that replace those of `base`: an object, or an instance of a class. A method may call
 *   the one of `base`
 * @returns a file system
 * @throws TypeError ERR_INVALID_ARG_TYPE if one of them is no object
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
export function wrap(base: FileSystem, overrides: Partial<FileSystem>): FileSystem {
  checkObject('base', base);
  checkObject('overrides', overrides);
  // Not a proxy of `base` itself, which may be frozen.
  return new Proxy({} as FileSystem, {
    get(_, property) {
      if (Object.hasOwn(overrides, property)) return (overrides as Record<PropertyKey, unknown>)[property];
      if (isInherited(overrides, property)) return memberOf(overrides, property);
      return memberOf(base, property);
    },
    has: (_, property) =>
      Object.hasOwn(overrides, property) || isInherited(overrides, property) || Reflect.has(base, property),
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
