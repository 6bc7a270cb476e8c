// One listener a signal, however many operations it stands over: ten thousand of them on one AbortSignal would be a warning
// from Node and quadratic work in its event target.

const watched = new WeakMap<AbortSignal, { calls: Set<() => void>; listener: () => void }>();

/** Calls `call` once when `signal` is aborted. */
export function onAbort(signal: AbortSignal, call: () => void): void {
  let entry = watched.get(signal);
  if (entry === undefined) {
    const calls = new Set<() => void>();
    const listener = (): void => {
      watched.delete(signal);
      for (const each of calls) each();
    };
    entry = { calls, listener };
    watched.set(signal, entry);
    signal.addEventListener('abort', listener, { once: true });
  }
  entry.calls.add(call);
}

/** Takes `call` back; the last one takes the listener with it. */
export function offAbort(signal: AbortSignal, call: () => void): void {
  const entry = watched.get(signal);
  if (entry === undefined) return;
  entry.calls.delete(call);
  if (entry.calls.size > 0) return;
  watched.delete(signal);
  signal.removeEventListener('abort', entry.listener);
}
