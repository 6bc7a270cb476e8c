// How a handle is shown by util.inspect and serialized by JSON.stringify.

/** A handle in JSON. */
export interface HandleDescription {
  name: string | number | null;
  mode: string;
  closed: boolean;
}

interface Described {
  readonly name: string | number | Uint8Array | null;
  readonly mode: string;
  readonly closed: boolean;
}

/** The plain object that stands for a handle in JSON. The bytes of a path are shown as text. */
export function describeHandle({ name, mode, closed }: Described): HandleDescription {
  return { name: name instanceof Uint8Array ? Buffer.from(name).toString() : name, mode, closed };
}

/** The state that `util.inspect` shows. Files that are not the operating system's have no descriptor. */
export function stateOf(detached: boolean, closed: boolean, fd: number): string {
  if (detached) return ' detached';
  if (closed) return ' closed';
  return fd < 0 ? '' : ` fd=${fd}`;
}

/**
 * Kept by every handle in a field of its own: a function cannot be cloned, so structuredClone rejects with DataCloneError
 * instead of making an object that looks like the handle and is dead.
 */
export function refuseClone(): void {
  // Never called.
}
