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
 * Yields the result of `work` for each item as it arrives. At most `limit` results are pending or waiting to be
 * consumed. `work` never rejects.
 */
export async function* asTheyCome<T, R>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R[]> {
  const running = new Set<Promise<void>>();
  let done: R[] = [];
  const queue = items[Symbol.iterator]();
  let next = queue.next();
  while (true) {
    while (next.done !== true && running.size + done.length < limit) {
      const one: Promise<void> = work(next.value).then((result) => {
        done.push(result);
        running.delete(one);
      });
      running.add(one);
      next = queue.next();
    }
    if (done.length === 0 && running.size === 0) return;
    if (done.length === 0) await Promise.race(running);
    const batch = done;
    done = [];
    yield batch;
  }
}
