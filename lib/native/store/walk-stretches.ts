// Native walks of neighbouring stretches of one tree: run side by side, consumed one after another in the tree's order.
//
// A stretch is a list of directories with all that is below them. Most of a walk's time is spent in the kernel's listings,
// so that two or three in different threads are nearly two or three times as fast. What is read ahead is bounded: each
// stretch stops after one batch, and only the next few have been started.
import { descriptorFreed } from '../descriptor-wait.js';
import { nextBatch } from '../run-patiently.js';
import { WALK_TREE } from '../task-kinds.js';
import { TaskCursor } from '../tasks.js';
import type { OpOptions } from '../../schedule/options.js';

/** So many are in the pool at a time: as many of its threads as the library takes by default. */
const MOST_RUNNING = 3;
/** So many have been started, with a batch each in memory. */
const MOST_STARTED = 6;
/** Directories in a stretch's first batch; the native walk doubles it with every batch. */
const FIRST_BATCH = 64;
/** Directories in a part, unless that makes too many parts. */
const MOST_ROOTS = 64;
const MOST_PARTS = 1024;

interface Batch {
  output: Buffer;
  done: boolean;
}

/** What is below the top where a walk begins, raw, and for each '1' where it is a link to follow all the same. */
export interface Roots {
  names: string[];
  follow: string;
}

/** A native walk from some roots on. */
export interface Stretch {
  readonly roots: Roots;
  firstBatch: number;
  cursor: TaskCursor | undefined;
  /** The batch that has been asked for. */
  ahead: Promise<Batch> | undefined;
  running: boolean;
}

export class WalkStretches {
  readonly #top: string | Uint8Array;
  readonly #o: OpOptions;
  readonly #flags: number;
  readonly #depth: number;
  #all: Stretch[] = [];

  constructor(top: string | Uint8Array, flags: number, depth: number, o: OpOptions) {
    this.#top = top;
    this.#flags = flags;
    this.#depth = depth;
    this.#o = o;
  }

  /** Begins anew with one stretch, a single directory at first. */
  begin(roots: Roots): void {
    this.close();
    this.#all = [stretchOf(roots, 1)];
  }

  /** The stretch whose batches come next; undefined when there is nothing left. */
  get first(): Stretch | undefined {
    return this.#all[0];
  }

  /** Roots of all stretches but `current`. */
  rootsBeside(current: Stretch | undefined): Roots {
    const others = this.#all.filter((stretch) => stretch !== current).map(({ roots }) => roots);
    return {
      names: others.flatMap(({ names }) => names),
      follow: others.map(({ names, follow }) => follow.padEnd(names.length, '0')).join(''),
    };
  }

  /** Whether a thread or two have nothing to do, and the first stretch could be divided between them. */
  get hasRoom(): boolean {
    const started = this.#all.filter(({ cursor }) => cursor !== undefined);
    const running = started.filter(({ running: runs }) => runs).length;
    return running < MOST_RUNNING - 1 && started.length < MOST_STARTED - 1;
  }

  /** Puts stretches of `roots`, which are what is left of the first, in its place. No batch of it may be on its way. */
  divide({ names, follow }: Roots): void {
    this.#shift();
    const size = Math.max(
      Math.min(MOST_ROOTS, Math.ceil(names.length / (MOST_STARTED + 2))),
      Math.ceil(names.length / MOST_PARTS),
    );
    const parts: Stretch[] = [];
    for (let at = 0; at < names.length; at += size) {
      const part = { names: names.slice(at, at + size), follow: follow.slice(at, at + size) };
      parts.push(stretchOf(part, FIRST_BATCH));
    }
    this.#all.unshift(...parts);
    this.runAhead(true);
  }

  /**
   * Asks for the next batches of the stretches behind the first, as far as is allowed, each one's second only when its
   * first has been taken; and `withFirst` for the next of the first.
   */
  runAhead(withFirst: boolean): void {
    let running = 0;
    let started = 0;
    for (const stretch of this.#all) {
      if (stretch === this.#all[0] ? withFirst : stretch.cursor === undefined) void this.#ask(stretch);
      if (stretch.running) running++;
      if (running >= MOST_RUNNING || ++started >= MOST_STARTED) return;
    }
  }

  #ask(stretch: Stretch): Promise<Batch> {
    if (stretch.ahead !== undefined) return stretch.ahead;
    const { roots } = stretch;
    stretch.cursor ??= new TaskCursor(
      WALK_TREE,
      [this.#top, Buffer.from(roots.names.join('\0'), 'latin1'), roots.follow],
      [this.#flags, stretch.firstBatch, this.#depth],
    );
    stretch.running = true;
    const ahead = nextBatch(stretch.cursor, this.#o, 'scandir', this.#top);
    stretch.ahead = ahead;
    const over = (): void => {
      stretch.running = false;
      // Its thread goes on with a stretch further behind.
      this.runAhead(false);
    };
    ahead.then(over, over); // thrown where it is awaited
    return ahead;
  }

  /** The next batch of the first stretch, which is gone when that was its last. */
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

function stretchOf(roots: Roots, firstBatch: number): Stretch {
  return { roots, firstBatch, cursor: undefined, ahead: undefined, running: false };
}
