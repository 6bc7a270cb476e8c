// Stores around a store: one that counts, one that fails on demand.
import type { ObjectStore } from 'uvfiles/s3';

export type StoreOperation = keyof ObjectStore;

type AnyCall = (...args: any[]) => Promise<any>;

/** Forwards every call through `around`, which gets the operation's name, the call itself and its arguments. */
export function wrapStore(
  store: ObjectStore,
  around: (name: StoreOperation, call: AnyCall, args: any[]) => Promise<any>,
): ObjectStore {
  const names: StoreOperation[] = [
    'head',
    'get',
    'put',
    'createUpload',
    'uploadPart',
    'completeUpload',
    'abortUpload',
    'list',
    'copy',
    'delete',
  ];
  const wrapped: Partial<Record<StoreOperation, AnyCall>> = {};
  for (const name of names) {
    const call = (store[name] as AnyCall).bind(store);
    wrapped[name] = (...args) => around(name, call, args);
  }
  return wrapped as unknown as ObjectStore;
}

/** A store whose calls are recorded. */
export function countingStore(store: ObjectStore): {
  store: ObjectStore;
  calls: { name: StoreOperation; args: any[] }[];
  /** How often each operation was called since the last check: `{ head: 1, get: 2 }`. */
  counts(): Record<string, number>;
} {
  let calls: { name: StoreOperation; args: any[] }[] = [];
  const counted = wrapStore(store, async (name, call, args) => {
    calls.push({ name, args });
    return call(...args);
  });
  return {
    store: counted,
    get calls() {
      return calls;
    },
    counts() {
      const counts: Record<string, number> = {};
      for (const { name } of calls) counts[name] = (counts[name] ?? 0) + 1;
      calls = [];
      return counts;
    },
  };
}

/** A store that knows whether a call of it is still on its way: an upload is taken back behind the caller's error. */
export function watchedStore(store: ObjectStore): {
  store: ObjectStore;
  /** Resolves when no call is in flight, and none follows from one that has just ended. */
  idle(): Promise<void>;
} {
  const running = new Set<Promise<unknown>>();
  const watched = wrapStore(store, async (_name, call, args) => {
    const one = call(...args);
    running.add(one);
    return one.finally(() => running.delete(one));
  });
  return {
    store: watched,
    async idle() {
      do {
        await Promise.allSettled(running);
        await new Promise((resolve) => setImmediate(resolve));
      } while (running.size > 0);
    },
  };
}
