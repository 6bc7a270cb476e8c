// A file system that forwards to another all but what it overrides: the base of fault injection, metrics and caches.
import type { FileSystem } from './filesystem.js';

/**
 * Makes a file system that does as `base` does, except for `overrides`. A method that `base` lacks is lacking here, too.
 * @param base what answers
 * @param overrides properties and methods that answer in its place; a method may call `base`'s own
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
