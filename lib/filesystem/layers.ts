// Layers in front of every file system, mounted or real: faults, traces.
import { AsyncLocalStorage } from 'node:async_hooks';

import type { FileSystem } from './filesystem.js';
import type { MountedStore } from './mounted-store.js';
import type { OpenFile } from './open-file.js';
import { storeFor } from './publishing.js';

/** Makes the file system that is used in place of `base`, which is mounted at `prefix` ('' for real files). */
export type MakeLayer = (base: FileSystem, prefix: string) => FileSystem;

/** The error of using a file that is already open, if a layer forbids this. `file` is its name or its descriptor. */
export type Forbid = (op: string, file: string | number | Uint8Array) => Error;

interface Layer {
  readonly make: MakeLayer;
  readonly forbid: Forbid | undefined;
  readonly made: WeakMap<FileSystem, MountedStore>;
  /** Its callback has ended. Work that the callback has left behind still has its context. */
  isOver: boolean;
}

function layerOf(make: MakeLayer, forbid?: Forbid): Layer {
  return { make, forbid, made: new WeakMap(), isOver: false };
}

/** The number of contexts in which files are forbidden. Open files check it before every call. */
export const forbidding = { contexts: 0 };

let everywhere: readonly Layer[] = [];
const contexts = new AsyncLocalStorage<readonly Layer[]>();

/** The layers of this context, the innermost first. Undefined if there are none. */
export function activeLayers(): readonly Layer[] | undefined {
  const own = contexts.getStore()?.filter(({ isOver }) => !isOver) ?? [];
  const all = own.length === 0 ? everywhere : [...everywhere, ...own];
  return all.length === 0 ? undefined : all;
}

/** The store of `base` below all of `layers`. */
export function layeredStore(base: FileSystem, prefix: string, layers: readonly Layer[]): MountedStore {
  let fileSystem = base;
  let store: MountedStore | undefined;
  for (const { make, made } of layers) {
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
  for (const { forbid, isOver } of contexts.getStore() ?? [])
    if (forbid !== undefined && !isOver) throw forbid(op, file);
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

/** Adds a layer for all contexts. Returns a function that removes it. */
export function addLayer(make: MakeLayer): () => void {
  const layer = layerOf(make);
  everywhere = [...everywhere, layer];
  return () => {
    everywhere = everywhere.filter((each) => each !== layer);
  };
}

/**
 * A layer for the asynchronous context of one callback.
 * @returns a function that calls the callback, and one that removes the layer from its context
 */
export function scopedLayer(
  make: MakeLayer,
  forbid: Forbid | undefined,
): { run: <T>(callback: () => T) => T; end: () => void } {
  const layer = layerOf(make, forbid);
  return {
    run: (callback) => contexts.run([...(contexts.getStore() ?? []), layer], callback),
    end: () => {
      layer.isOver = true;
    },
  };
}
