// A file system that forwards everything but its overrides to another: the base of fault injection, metrics and caches.
import type { FileSystem } from './filesystem.js';

/**
 * Creates a file system that forwards all calls to `base`, except for `overrides`. Methods that `base` does not have are not
 * added.
 * @param base the file system to forward to
 * @param overrides properties and methods that replace those of `base`. A method may call the one of `base`
 * @returns a file system
 * @throws nothing
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
  // Not a proxy of `base` itself, which may be frozen.
  return new Proxy({} as FileSystem, {
    get(_, property) {
      if (Object.hasOwn(overrides, property)) return (overrides as Record<PropertyKey, unknown>)[property];
      const value: unknown = Reflect.get(base, property, base);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(base) : value;
    },
    has: (_, property) => Object.hasOwn(overrides, property) || Reflect.has(base, property),
  });
}
