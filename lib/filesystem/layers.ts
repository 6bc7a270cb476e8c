// Layers in front of every file system, mounted or real: faults, traces.
import type { FileSystem } from './filesystem.js';
import { InEffect } from './in-effect.js';
import type { MountedStore } from './mounted-store.js';
import type { OpenFile } from './open-file.js';
import { storeFor } from './publishing.js';

/** Makes the file system that is used in place of `base`, which is mounted at `prefix` ('' for real files). */
export type MakeLayer = (base: FileSystem, prefix: string) => FileSystem;

/** The error of using a file that is already open, if a layer forbids this. `file` is its name or its descriptor. */
export type Forbid = (op: string, file: string | number | Uint8Array) => Error;

/** A layer that is in front of every file system, once. */
export interface Layer {
  readonly make: MakeLayer;
  readonly forbid: Forbid | undefined;
  readonly made: WeakMap<FileSystem, MountedStore>;
}

/** The layers, the innermost first. */
export const layers = new InEffect<Layer>([]);

/** The number of contexts in which files are forbidden. Open files check it before every call. */
export const forbidding = { contexts: 0 };

/** The store of `base` below all of `active`. */
export function layeredStore(base: FileSystem, prefix: string, active: readonly Layer[]): MountedStore {
  let fileSystem = base;
  let store: MountedStore | undefined;
  for (const { make, made } of active) {
    store = made.get(fileSystem);
    if (store?.prefix !== prefix) {
      store = storeFor(prefix, make(fileSystem, prefix));
      made.set(fileSystem, store);
    }
    ({ fileSystem } = store);
  }
  return store!;
}

/**
 * Throws for a call on an open file or a descriptor if a layer of this context forbids files. Such calls do not go
 * through a file system, so the layers would not see them.
 */
export function refuseForbidden(op: string, file: string | number | Uint8Array): void {
  if (forbidding.contexts === 0) return;
  for (const { forbid } of layers.inContext()) if (forbid !== undefined) throw forbid(op, file);
}

/** The same for a call on `file`. Standard streams, and sources of the program, are not files. */
export function refuseForbiddenUse(
  op: string,
  file: Pick<OpenFile, 'fd' | 'fileSystem'>,
  name: string | number | Uint8Array,
): void {
  if (file.fd > LAST_STANDARD || file.fileSystem !== undefined) refuseForbidden(op, name);
}

const LAST_STANDARD = 2;
