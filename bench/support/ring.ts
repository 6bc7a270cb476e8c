// A ring of requests and one of answers in shared memory, between one main thread and several workers. Only a wake-up costs a
// system call or a message, and one message announces all available answers. No package does less per operation.

/** Indexes of the 32-bit words that both sides share. */
export const word = { requested: 0, taken: 1, answered: 2, announced: 3, stopped: 4 } as const;

/** The shared memory: `slots` operations in flight, with `size` bytes of data and `pathBytes` of path each. */
export interface Ring {
  readonly words: Int32Array;
  readonly requests: Int32Array;
  /** A slot plus one; 0 where there is no answer yet. */
  readonly answers: Int32Array;
  /** Per slot: the position to read at, or -1 and the bytes of a path; then the count of bytes that were read, or -errno. */
  readonly positions: Float64Array;
  readonly pathLengths: Int32Array;
  readonly counts: Int32Array;
  readonly paths: Uint8Array;
  readonly data: Uint8Array;
  readonly size: number;
  readonly fd: number;
}

export const pathBytes = 1024;

export function makeRing({ slots, size, fd }: { slots: number; size: number; fd: number }): Ring {
  const capacity = 2 ** Math.ceil(Math.log2(slots + 1));
  const words = (count: number) => new Int32Array(new SharedArrayBuffer(4 * count));
  return {
    words: words(5),
    requests: words(capacity),
    answers: words(capacity),
    positions: new Float64Array(new SharedArrayBuffer(8 * slots)),
    pathLengths: words(slots),
    counts: words(slots),
    paths: new Uint8Array(new SharedArrayBuffer(slots * pathBytes)),
    data: new Uint8Array(new SharedArrayBuffer(slots * size)),
    size,
    fd,
  };
}
