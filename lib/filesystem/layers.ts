// Layers in front of every file system, mounted or real: faults, traces.
import { AsyncLocalStorage } from 'node:async_hooks';

import type { FileSystem } from './filesystem.js';
import { MountedStore } from './mounted-store.js';

/** Makes the file system that answers in place of `base`, which is mounted at `prefix` ('' for real files). */
export type MakeLayer = (base: FileSystem, prefix: string) => FileSystem;

interface Layer {
  readonly make: MakeLayer;
  readonly made: WeakMap<FileSystem, MountedStore>;
}

let everywhere: readonly Layer[] = [];
const contexts = new AsyncLocalStorage<readonly Layer[]>();

/** The layers of this context, the innermost first. Undefined if there are none. */
export function activeLayers(): readonly Layer[] | undefined {
  const own = contexts.getStore();
  if (own === undefined) return everywhere.length === 0 ? undefined : everywhere;
  return [...everywhere, ...own];
}

/** The store of `base` below all of `layers`. */
export function layeredStore(base: FileSystem, prefix: string, layers: readonly Layer[]): MountedStore {
  let fileSystem = base;
  let store: MountedStore | undefined;
  for (const { make, made } of layers) {
    store = made.get(fileSystem);
    if (store?.prefix !== prefix) {
      store = new MountedStore(prefix, make(fileSystem, prefix));
      made.set(fileSystem, store);
    }
    ({ fileSystem } = store);
  }
  return store!;
}

/** Adds a layer for everybody. Returns a function that removes it. */
export function addLayer(make: MakeLayer): () => void {
  const layer = { make, made: new WeakMap<FileSystem, MountedStore>() };
  everywhere = [...everywhere, layer];
  return () => {
    everywhere = everywhere.filter((each) => each !== layer);
  };
}

/** Calls `callback` with a layer for its asynchronous context alone. */
export function withLayer<T>(make: MakeLayer, callback: () => T): T {
  const layer = { make, made: new WeakMap<FileSystem, MountedStore>() };
  return contexts.run([...(contexts.getStore() ?? []), layer], callback);
}
