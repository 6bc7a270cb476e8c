// Operations on all keys below a prefix, page by page.
import { UnsupportedOperationError } from '../errors/index.js';
import type { CallOptions, RemoveTreeCall } from '../filesystem/filesystem.js';
import { copyObject, type CopyLimits, deleteCopied, moveObject } from './copies.js';
import { failed, isMissing, translated } from './failures.js';
import { inParallel } from './in-parallel.js';
import { pages } from './listing.js';
import { Lookup } from './lookup.js';
import { isMarker } from './stats.js';
import type { ListedObject, ObjectInfo, ObjectStore, StoreCall } from './object-store.js';
import type { Target } from './object-writer.js';
import { timed } from './timed.js';

/** The bucket and the limit of requests. */
export interface TreeTarget extends Target, CopyLimits {
  /** The most requests at a time. */
  readonly concurrency: number;
}

/** Deletes every key below a prefix, up to 1,000 with each request. */
export async function removeTree(
  { store, concurrency }: TreeTarget,
  prefix: string,
  o: RemoveTreeCall & { missingOk: boolean },
  call: CallOptions,
): Promise<void> {
  let found = o.missingOk;
  const fail = (error: Error): void => {
    o.onError?.(error);
    if (!o.ignoreErrors && o.onError === undefined) throw error;
  };
  try {
    await inParallel(pages(store, { prefix }, call), concurrency, async ({ objects }) => {
      if (objects.length === 0) return;
      found = true;
      const keys = objects.map(({ key }) => key);
      const failures = await timed(call, async (requests) => store.delete(keys, requests));
      for (const { error } of failures) fail(translated(error, 'rm'));
    });
    if (!found) throw await new Lookup(store).missing(prefix, 'rm', call);
  } catch (error) {
    const told = translated(error, 'rm');
    if (!o.ignoreErrors || isEnd(told)) throw told;
  }
}

/** Copies every key below a prefix, including markers. Resolves to whether there was any. */
export async function copyTree(
  target: TreeTarget,
  from: string,
  to: string,
  call: CallOptions,
): Promise<boolean> {
  const { store, concurrency } = target;
  let found = false;
  await inParallel(listed(store, from, call), concurrency, async (object) => {
    found = true;
    const { key } = object;
    await timed(call, async (requests) => {
      const info = await toCopy(target, object, requests);
      await copyObject(target, key, info, to + key.slice(from.length), requests);
    });
  });
  return found;
}

// A copy in parts needs the properties that a listing does not contain.
async function toCopy(target: TreeTarget, object: ListedObject, call: StoreCall): Promise<ObjectInfo> {
  return object.size > target.copyLimit ? target.store.head(object.key, call) : object;
}

/** The number of objects whose versions are remembered during a rename. They take about 20 MB. */
const MOST_REMEMBERED = 100_000;

/**
 * Copies a tree to a prefix without keys, then removes the original. This is not one step: for a while, both exist. An object is
 * deleted only if it is still the version that was copied. What others write below the old prefix meanwhile is moved, too.
 */
export async function renameTree(
  target: TreeTarget,
  from: string,
  to: string,
  call: CallOptions,
): Promise<void> {
  const { store } = target;
  const isPrefix = async (prefix: string): Promise<boolean> =>
    timed(call, async (requests) => new Lookup(store).isPrefix(prefix, requests));
  if (!(await isPrefix(from))) throw failed('ENOENT', 'rename');
  if (from === to) return;
  if (to.startsWith(from)) throw failed('EINVAL', 'rename');
  await timed(call, async (requests) => {
    const objects = await new Lookup(store).first(to, 2, requests);
    if (objects.some((object) => object.key !== to || !isMarker(object))) throw failed('ENOTEMPTY', 'rename');
    if (objects.length === 0 && (await new Lookup(store).isObject(to.slice(0, -1), requests)))
      throw failed('ENOTDIR', 'rename');
  });
  /** The versions that have been copied, by key. */
  const copied = new Map<string, string>();
  const each = async (
    work: (object: ListedObject, key: string, requests: StoreCall) => Promise<void>,
  ): Promise<void> =>
    inParallel(listed(store, from, call), target.concurrency, async (object) =>
      timed(call, async (requests) => {
        try {
          await work(object, to + object.key.slice(from.length), requests);
        } catch (error) {
          // Others may delete below the old prefix, too.
          if (!isMissing(error) || (await new Lookup(store).isObject(object.key, requests))) throw error;
        }
      }),
    );
  await each(async (object, key, requests) => {
    if (copied.size >= MOST_REMEMBERED) return;
    await copyObject(target, object.key, await toCopy(target, object, requests), key, requests);
    copied.set(object.key, object.etag);
  });
  await each(async (object, key, requests) => {
    const isCopied = copied.has(object.key) && copied.get(object.key) === object.etag;
    const left = isCopied
      ? await deleteCopied(target, object.key, object.etag, requests)
      : await toCopy(target, object, requests);
    if (left !== undefined) await moveObject(target, object.key, left, key, requests);
  });
}

async function* listed(store: ObjectStore, prefix: string, call: CallOptions): AsyncGenerator<ListedObject> {
  for await (const { objects } of pages(store, { prefix }, call)) yield* objects;
}

function isEnd(error: Error): boolean {
  return (
    error.name === 'AbortError' || error.name === 'TimeoutError' || error instanceof UnsupportedOperationError
  );
}
