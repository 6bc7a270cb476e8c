// The traversal under `walk` and `glob`: native batches of whole directories, one step per directory. Pruning starts a new
// native walk with the directories that are left.
//
// The native walk reads ahead and takes no messages. When the consumer changes the directories to visit, the walk ends,
// and another one begins with the remaining directories as its roots. With every batch that is not pruned, the walk reads
// further ahead. Finally, the remaining directories are divided between several walks (parallel-walk.ts).
//
// Names are kept as strings of one character per byte ("raw"), so that names that are not UTF-8 stay intact.
import { isAscii } from 'node:buffer';

import { AbortError, systemError } from '../../errors/index.js';
import type { TreeStep, TreeWalker, TreeWalkOptions } from '../../filesystem/store.js';
import { callOf } from '../../schedule/call.js';
import { lanes } from '../../schedule/lane.js';
import type { GivenOptions } from '../../schedule/options.js';
import { splitLatin1, splitNames, uint32sAt } from '../records.js';
import { type Roots, type WalkPart, ParallelWalk } from './parallel-walk.js';

// WalkFlags of src-native/core/tasks/walk_tree.h.
const BOTTOM_UP = 1;
const FOLLOW_LINKS = 2;
const NO_HIDDEN = 4;

const RECORD_FIELDS = 6;
const HEADER_BYTES = 8;

/** From this many directories per batch on, the next batch is read while one is consumed. */
const READ_AHEAD_FROM = 16;

/** The number of directories that must be visited without pruning before the rest is divided. Doubles with each pruning. */
const DIVIDE_FROM = 24;
const MOST_DIVIDE_FROM = 4096;
/** Fewer directories than this are not worth dividing. */
const FEWEST_LEFT = 4;

/** A directory that is being visited: the place of its children's names, and the next child. */
interface Frame {
  above: Frame | undefined;
  /** Its name among those of the frame above; '' for the frame of the roots. */
  name: string;
  names: string[];
  at: number;
  count: number;
  next: number;
  /** '1' for each name that is a link to follow nevertheless. */
  follow: string;
}

const rootFrame = ({ names, follow }: Roots): Frame => ({
  above: undefined,
  name: '',
  names,
  at: 0,
  count: names.length,
  next: 0,
  follow,
});

const TOP: Roots = { names: [''], follow: '' };

function relativeOf(frame: Frame): string {
  let path = frame.name;
  for (let each = frame.above; each?.above !== undefined; each = each.above) {
    // The top has no name.
    if (each.name !== '') path = `${each.name}/${path}`;
  }
  return path;
}

/** The native traversal, in batches of whole directories. */
export class NativeTreeWalk implements TreeWalker {
  readonly #signal: AbortSignal | undefined;
  readonly #flags: number;
  readonly #topDown: boolean;
  readonly #mayDivide: boolean;
  readonly #walk: ParallelWalk;
  /** The part whose batch is being consumed. */
  #current: WalkPart | undefined;
  #divideFrom = DIVIDE_FROM;
  #visited = 0;
  #dividesNext = false;

  // The batch being consumed.
  #records: Uint32Array = new Uint32Array(0);
  #codes = new Int32Array(0);
  #record = 0;
  #raw: string[] = [];
  #shown: string[] = [];
  #at = 0;

  // From the roots' frame down to that of the directory of the last step.
  #frames: Frame[] = [rootFrame(TOP)];

  constructor(top: string | Uint8Array, o: TreeWalkOptions, call: GivenOptions) {
    this.#signal = call?.signal;
    this.#topDown = !o.bottomUp;
    this.#flags =
      (o.bottomUp ? BOTTOM_UP : 0) | (o.followLinks ? FOLLOW_LINKS : 0) | (o.noHidden ? NO_HIDDEN : 0);
    // In a bottom-up walk, a directory's names come last. Directories below a limited depth cannot be roots.
    this.#mayDivide = this.#topDown && o.depth < 0;
    this.#walk = new ParallelWalk(
      top,
      this.#flags,
      o.depth,
      // The deadline is that of the whole traversal.
      callOf(call)?.inLane(lanes.bulk) ?? { lane: lanes.bulk },
    );
    this.#walk.begin(TOP);
  }

  /** The next directory, or undefined after the last. Rejects with AbortError, TimeoutError. */
  async next(): Promise<TreeStep | undefined> {
    if (this.#signal?.aborted === true) throw new AbortError(this.#signal.reason);
    while (this.#record === this.#codes.length) {
      if (this.#walk.first === undefined) return undefined;
      await this.#fill();
    }
    return this.#step();
  }

  /** Whether a step is available without waiting. */
  get atHand(): boolean {
    return this.#record < this.#codes.length && this.#signal?.aborted !== true;
  }

  /** The available step. */
  take(): TreeStep {
    return this.#step();
  }

  async #fill(): Promise<void> {
    if (this.#dividesNext) this.#divide();
    const part = this.#walk.first!;
    const { output, done } = await this.#walk.next();
    if (part !== this.#current) this.#frames = [rootFrame(part.roots)];
    this.#current = part;
    this.#record = this.#at = 0;
    if (output.length === 0) {
      this.#codes = new Int32Array(0);
      return;
    }
    const [count, texts] = uint32sAt(output, 0, 2) as unknown as [number, number];
    this.#records = uint32sAt(output, HEADER_BYTES, count * RECORD_FIELDS);
    this.#codes = new Int32Array(count);
    for (let i = 0; i < count; i++) this.#codes[i] = this.#records[i * RECORD_FIELDS + 2]! | 0;
    this.#raw = splitLatin1(output, texts);
    this.#shown = isAscii(output.subarray(texts)) ? this.#raw : splitNames(output, texts);
    this.#visited += count;
    this.#dividesNext = this.#mayDivide && !done && this.#visited >= this.#divideFrom && this.#walk.hasRoom;
    // The rest is known when this batch has been consumed. Until then the first part is not continued.
    if (done || count >= READ_AHEAD_FROM) this.#walk.runAhead(!this.#dividesNext);
  }

  #divide(): void {
    this.#dividesNext = false;
    const left = this.#frames.reduce((sum, { count, next }) => sum + count - next, 0);
    if (left >= FEWEST_LEFT) this.#walk.divide(this.#leftFrom(this.#frames.length));
    // A narrow tree: try again later.
    else this.#divideFrom = this.#visited + Math.min(this.#visited, MOST_DIVIDE_FROM);
  }

  /** The directories that the current part has not visited, in the frames up to `depth` (exclusive), innermost first. */
  #leftFrom(depth: number): Roots {
    const names: string[] = [];
    let follow = '';
    for (let i = depth - 1; i >= 0; i--) {
      const frame = this.#frames[i]!;
      const above = frame.above === undefined ? '' : relativeOf(frame);
      for (let each = frame.next; each < frame.count; each++) {
        const name = frame.names[frame.at + each]!;
        names.push(above === '' ? name : `${above}/${name}`);
        follow += frame.follow[each] ?? '0';
      }
    }
    return { names, follow };
  }

  #step(): TreeStep {
    const field = this.#record * RECORD_FIELDS;
    const records = this.#records;
    const code = this.#codes[this.#record++]!;
    const path = this.#raw[this.#at]!;
    const shownPath = this.#shown[this.#at]!;
    const at = this.#at + 1;
    const directories = records[field + 3]!;
    const links = records[field + 4]!;
    const others = records[field + 5]!;
    this.#at = at + directories + links + others;
    // Links that are not followed do not become roots when the walk starts again.
    const visited = (this.#flags & FOLLOW_LINKS) !== 0 ? directories + links : directories;
    if (this.#topDown) this.#enter(records[field]!, records[field + 1]!, at, visited);
    return {
      path,
      shownPath,
      raw: this.#raw,
      shown: this.#shown,
      at,
      directories,
      links,
      others,
      error: code === 0 ? undefined : systemError(code, 'scandir', Buffer.from(path, 'latin1')),
    };
  }

  #enter(depth: number, index: number, at: number, count: number): void {
    const frames = this.#frames;
    frames.length = depth + 1;
    const above = frames[depth]!;
    above.next = index + 1;
    frames.push({
      above,
      name: above.names[above.at + index]!,
      names: this.#raw,
      at,
      count,
      next: 0,
      follow: '',
    });
  }

  /** The path below the top of the directory of the last step, raw. */
  get relative(): string {
    return relativeOf(this.#frames[this.#frames.length - 1]!);
  }

  /**
   * Replaces the directories to descend to from the one of the last step.
   * @param names raw
   * @param follow for each name '1' if it is a link to follow nevertheless; '' for none
   */
  descendTo(names: string[], follow = ''): void {
    const last = this.#frames.length - 1;
    const here = relativeOf(this.#frames[last]!);
    const left = this.#leftFrom(last);
    const later = this.#walk.rootsBeside(this.#current);
    const roots = {
      names: [
        ...names.map((name) => (here === '' ? name : `${here}/${name}`)),
        ...left.names,
        ...later.names,
      ],
      follow: follow.padEnd(names.length, '0') + left.follow + later.follow,
    };
    this.#codes = new Int32Array(0);
    this.#record = 0;
    this.#visited = 0;
    this.#dividesNext = false;
    this.#divideFrom = Math.min(2 * this.#divideFrom, MOST_DIVIDE_FROM);
    this.#walk.close();
    if (roots.names.length > 0) this.#walk.begin(roots);
  }

  /** Ends the traversal and closes its descriptors. */
  close(): void {
    this.#walk.close();
  }
}
