// Finds out what is at a key: an object, a prefix of other keys, or nothing.
import type { CallOptions } from '../filesystem/filesystem.js';
import { failed, isMissing } from './failures.js';
import { pages } from './listing.js';
import { isMarker } from './stats.js';
import type { DeleteCall, ListedObject, ObjectInfo, ObjectStore, StoreCall } from './object-store.js';
import { timed } from './timed.js';

/** Questions about keys, which take one or two requests each. */
export class Lookup {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** The properties of the object; undefined if there is none. */
  async find(key: string, call: StoreCall): Promise<ObjectInfo | undefined> {
    try {
      return await this.#store.head(key, call);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async isObject(key: string, call: StoreCall): Promise<boolean> {
    return (await this.find(key, call)) !== undefined;
  }

  /** Whether any key begins with the prefix. */
  async isPrefix(prefix: string, call: StoreCall): Promise<boolean> {
    return (await this.first(prefix, 1, call)).length > 0;
  }

  /** The first objects with the prefix. A page can have fewer than it may, or none, although there are more. */
  async first(prefix: string, limit: number, call: StoreCall): Promise<ListedObject[]> {
    const found: ListedObject[] = [];
    for await (const { objects } of pages(this.#store, { prefix, limit }, call)) {
      found.push(...objects);
      if (found.length >= limit) break;
    }
    return found;
  }

  /** The properties of the object. Rejects with EISDIR if the key is a directory, and with ENOENT if it does not exist. */
  async fileInfo(key: string, syscall: string, call: StoreCall): Promise<ObjectInfo> {
    let info: ObjectInfo;
    try {
      info = await this.#store.head(key, call);
    } catch (error) {
      throw await this.absent(key, error, syscall, call);
    }
    if (isMarker({ key, size: info.size })) throw failed('EISDIR', syscall);
    return info;
  }

  /** The error for a missing file: EISDIR instead of `error` if there is a directory. */
  async absent(key: string, error: unknown, syscall: string, call: StoreCall): Promise<unknown> {
    if (!isMissing(error) || !(await this.isPrefix(key.endsWith('/') ? key : `${key}/`, call))) return error;
    return failed('EISDIR', syscall, error instanceof Error ? error.cause : error);
  }

  /** The error for a missing directory: ENOTDIR or ENOENT. */
  async missing(prefix: string, syscall: string, call: CallOptions): Promise<Error> {
    const isFile = await timed(call, async (requests) => this.isObject(prefix.slice(0, -1), requests));
    return failed(isFile ? 'ENOTDIR' : 'ENOENT', syscall);
  }
}

/** Deletes a few keys. Rejects with the first failure. */
export async function deleteKeys(
  store: ObjectStore,
  keys: readonly string[],
  call: DeleteCall,
): Promise<void> {
  const [failure] = await store.delete(keys, call);
  if (failure !== undefined) throw failure.error;
}
