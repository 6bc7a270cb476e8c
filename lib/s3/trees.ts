// Operations on all keys below a prefix, page by page.
import { UnsupportedOperationError } from '../errors/index.js';
import type { CallOptions, RemoveTreeCall } from '../filesystem/filesystem.js';
import { copyObject, type CopyLimits } from './copies.js';
import { failed, translated } from './failures.js';
import { inParallel } from './in-parallel.js';
import { pages } from './listing.js';
import { Lookup } from './lookup.js';
import { isMarker } from './marker.js';
import type { ListedObject, ObjectStore } from './object-store.js';
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
  const { store, concurrency, copyLimit } = target;
  let found = false;
  await inParallel(listed(store, from, call), concurrency, async (object) => {
    found = true;
    const { key, size } = object;
    await timed(call, async (requests) => {
      const info = size > copyLimit ? await store.head(key, requests) : object;
      await copyObject(target, key, info, to + key.slice(from.length), requests);
    });
  });
  return found;
}

/** Copies a tree to a prefix without keys, then removes the original. This is not one step: for a while, both exist. */
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
    const { objects } = await store.list({ prefix: to, limit: 2, ...requests });
    if (objects.some((object) => object.key !== to || !isMarker(object))) throw failed('ENOTEMPTY', 'rename');
    if (objects.length === 0 && (await new Lookup(store).isObject(to.slice(0, -1), requests)))
      throw failed('ENOTDIR', 'rename');
  });
  await copyTree(target, from, to, call);
  await removeTree(target, from, { ignoreErrors: false, missingOk: true }, call);
}

async function* listed(store: ObjectStore, prefix: string, call: CallOptions): AsyncGenerator<ListedObject> {
  for await (const { objects } of pages(store, { prefix }, call)) yield* objects;
}

function isEnd(error: Error): boolean {
  return (
    error.name === 'AbortError' || error.name === 'TimeoutError' || error instanceof UnsupportedOperationError
  );
}
