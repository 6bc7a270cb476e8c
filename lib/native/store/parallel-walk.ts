// Native walks of neighbouring parts of one tree. They run in parallel and are consumed in the tree's order.
//
// A part is a list of directories with everything below them. Most of a walk's time is spent in the kernel's listings, so two
// or three threads are nearly two or three times as fast. Reading ahead is bounded: each part stops after one batch, and only
// the next few parts have been started.
import { descriptorFreed } from '../descriptor-wait.js';
import { WALK_TREE } from '../task-kinds.js';
import { nextBatch, TaskCursor } from '../tasks.js';
import type { OpOptions } from '../../schedule/options.js';

/** The number of parts in the pool at a time: as many as the threads that the library uses by default. */
const MOST_RUNNING = 3;
/** The maximum number of parts that have been started, with one batch each in memory. */
const MOST_STARTED = 6;
/** The number of directories in a part's first batch. The native walk doubles it with every batch. */
const FIRST_BATCH = 64;
/** The number of directories in a part, unless this makes too many parts. */
const MOST_ROOTS = 64;
const MOST_PARTS = 1024;

interface Batch {
  output: Buffer;
  done: boolean;
}

/** The directories where a walk begins: raw paths below the top, and for each '1' if it is a link to follow. */
export interface Roots {
  names: string[];
  follow: string;
}

/** A native walk from some roots on. */
export interface WalkPart {
  readonly roots: Roots;
  firstBatch: number;
  cursor: TaskCursor | undefined;
  /** The batch that has been requested. */
  ahead: Promise<Batch> | undefined;
  running: boolean;
}

export class ParallelWalk {
  readonly #top: string | Uint8Array;
  readonly #o: OpOptions;
  readonly #flags: number;
  readonly #depth: number;
  #all: WalkPart[] = [];

  constructor(top: string | Uint8Array, flags: number, depth: number, o: OpOptions) {
    this.#top = top;
    this.#flags = flags;
    this.#depth = depth;
    this.#o = o;
  }

  /** Restarts with one part, which begins with a single directory. */
  begin(roots: Roots): void {
    this.close();
    this.#all = [partOf(roots, 1)];
  }

  /** The part whose batches are returned next. Undefined at the end. */
  get first(): WalkPart | undefined {
    return this.#all[0];
  }

  /** Roots of all parts but `current`. */
  rootsBeside(current: WalkPart | undefined): Roots {
    const others = this.#all.filter((part) => part !== current).map(({ roots }) => roots);
    return {
      names: others.flatMap(({ names }) => names),
      follow: others.map(({ names, follow }) => follow.padEnd(names.length, '0')).join(''),
    };
  }

  /** Whether threads are idle, so that the first part could be divided between them. */
  get hasRoom(): boolean {
    const started = this.#all.filter(({ cursor }) => cursor !== undefined);
    const running = started.filter(({ running: runs }) => runs).length;
    return running < MOST_RUNNING - 1 && started.length < MOST_STARTED - 1;
  }

  /** Replaces the first part by parts of its remaining `roots`. None of its batches may be pending. */
  divide({ names, follow }: Roots): void {
    this.#shift();
    const size = Math.max(
      Math.min(MOST_ROOTS, Math.ceil(names.length / (MOST_STARTED + 2))),
      Math.ceil(names.length / MOST_PARTS),
    );
    const parts: WalkPart[] = [];
    for (let at = 0; at < names.length; at += size) {
      const part = { names: names.slice(at, at + size), follow: follow.slice(at, at + size) };
      parts.push(partOf(part, FIRST_BATCH));
    }
    this.#all.unshift(...parts);
    this.runAhead(true);
  }

  /**
   * Requests the next batches of the later parts, up to the limits. A part's second batch is requested only after its
   * first has been consumed. With `withFirst`, requests the next batch of the first part, too.
   */
  runAhead(withFirst: boolean): void {
    let running = 0;
    let started = 0;
    for (const part of this.#all) {
      if (part === this.#all[0] ? withFirst : part.cursor === undefined) void this.#ask(part);
      if (part.running) running++;
      if (running >= MOST_RUNNING || ++started >= MOST_STARTED) return;
    }
  }

  #ask(part: WalkPart): Promise<Batch> {
    if (part.ahead !== undefined) return part.ahead;
    const { roots } = part;
    part.cursor ??= new TaskCursor(
      WALK_TREE,
      [this.#top, Buffer.from(roots.names.join('\0'), 'latin1'), roots.follow],
      [this.#flags, part.firstBatch, this.#depth],
    );
    part.running = true;
    const ahead = nextBatch(part.cursor, this.#o, 'scandir', this.#top);
    part.ahead = ahead;
    const over = (): void => {
      part.running = false;
      // Its thread continues with a later part.
      this.runAhead(false);
    };
    ahead.then(over, over); // thrown where it is awaited
    return ahead;
  }

  /** The next batch of the first part, which is removed after its last one. */
  async next(): Promise<Batch> {
    const first = this.#all[0]!;
    const batch = await this.#ask(first);
    first.ahead = undefined;
    if (batch.done && this.#all[0] === first) this.#shift();
    return batch;
  }

  #shift(): void {
    this.#all.shift()?.cursor?.close();
    descriptorFreed();
  }

  /** Ends all of them and closes their descriptors. */
  close(): void {
    for (const { cursor } of this.#all) cursor?.close();
    descriptorFreed(this.#all.length);
    this.#all = [];
  }
}

function partOf(roots: Roots, firstBatch: number): WalkPart {
  return { roots, firstBatch, cursor: undefined, ahead: undefined, running: false };
}
