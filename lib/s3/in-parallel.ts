// Makes many requests, a few at a time.

/**
 * Calls `work` for each item, at most `limit` at a time. Rejects with the first error once what was started has
 * settled, and starts nothing after it.
 */
export async function inParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  try {
    for await (const item of items) {
      if (failure !== undefined) break;
      const one: Promise<void> = work(item)
        .then(
          () => undefined,
          (error: unknown) => void (failure ??= { error }),
        )
        .finally(() => running.delete(one));
      running.add(one);
      if (running.size >= limit) await Promise.race(running);
    }
  } finally {
    await Promise.all(running);
  }
  if (failure !== undefined) throw failure.error;
}

/**
 * Yields the results of `work` in the order of the items. At most `limit` results are pending or waiting to be consumed.
 * `work` never rejects.
 */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R[]> {
  const begun: Promise<R>[] = [];
  for (const item of items) {
    begun.push(work(item));
    if (begun.length >= limit) yield [await begun.shift()!];
  }
  for (const each of begun) yield [await each];
}
