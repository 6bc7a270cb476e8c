// One walk for all patterns with the same base. It reads only directories that may contain a match.
import type { Call } from '../../schedule/call.js';
import { storeOfTreeToRead } from '../../filesystem/mounts.js';
import type { TreeStep, TreeWalker } from '../../filesystem/store.js';
import type { ExcludeState, Exclusion } from './exclusion.js';
import {
  after,
  afterLink,
  behindDots,
  fitsFile,
  isDirectoryMatched,
  isMatched,
  leadsOn,
  type State,
} from './pattern-tree.js';

/** The data that all walks of one call share. */
export interface SearchOptions {
  readonly dot: boolean;
  readonly followSymlinks: boolean;
  /** Whether names are reported as strings of one character per byte. */
  readonly raw: boolean;
  readonly call: Call | undefined;
  readonly exclusion: Exclusion | undefined;
}

/** Where to search. */
export interface Place {
  /** The directory. */
  readonly top: string | Uint8Array;
  /** Its path as reported; '' if nothing is prepended. */
  readonly shown: string;
  readonly state: State;
  /** Whether the directory itself has already been reported, if it matches. */
  readonly isReported: boolean;
}

interface Visit {
  readonly state: State;
  readonly excluded: ExcludeState;
}

const NOTHING_EXCLUDED: ExcludeState = [];

/** Directories to search after a `.` or `..` of the pattern are added to `places`. */
export class GlobSearch {
  readonly #place: Place;
  readonly #places: Place[];
  readonly #o: SearchOptions;
  readonly #tree: TreeWalker;
  readonly #depth: number;
  // The states of the directories that will be visited, by their raw paths below the top.
  readonly #visits = new Map<string, Visit>();

  constructor(place: Place, places: Place[], o: SearchOptions) {
    this.#place = place;
    this.#places = places;
    this.#o = o;
    const { state } = place;
    this.#depth = Math.max(...state.map(({ depth }) => depth));
    const how = {
      bottomUp: false,
      followLinks: o.followSymlinks,
      noHidden: !o.dot && !state.some(({ mayBeHidden }) => mayBeHidden),
      depth: this.#depth === Infinity ? -1 : Math.max(0, this.#depth - 1),
    };
    this.#tree = storeOfTreeToRead(place.top).walk(place.top, how, o.call);
  }

  async *results(): AsyncGenerator<string, void, undefined> {
    const tree = this.#tree;
    const { shown, state, isReported } = this.#place;
    const above = shown === '' || shown.endsWith('/') ? shown : `${shown}/`;
    try {
      const excluded = this.#o.exclusion === undefined ? NOTHING_EXCLUDED : this.#excludedIn(shown);
      if (excluded === undefined) return;
      this.#visits.set('', { state, excluded });
      for (;;) {
        const step = tree.atHand ? tree.take() : await tree.next();
        if (step === undefined) return;
        const { relative } = tree;
        const visit = this.#visits.get(relative);
        this.#visits.delete(relative);
        if (step.error !== undefined || visit === undefined) continue;
        if (relative === '') {
          // `base/**` matches base itself.
          if (!isReported && shown !== '') {
            const found: string[] = [];
            addMatches(found, state, shown);
            yield* found;
          }
          yield* this.#inDirectory(step, visit, relative, above);
        } else {
          const path = this.#o.raw ? relative : Buffer.from(relative, 'latin1').toString();
          yield* this.#inDirectory(step, visit, relative, `${above}${path}/`);
        }
      }
    } finally {
      tree.close();
    }
  }

  #excludedIn(path: string): ExcludeState | undefined {
    return this.#o.exclusion!.inDirectory(this.#textOf(path));
  }

  #textOf(path: string): string {
    return this.#o.raw ? Buffer.from(path, 'latin1').toString() : path;
  }

  /** Yields the matches in one directory, and determines which of its directories to visit. */
  #inDirectory(step: TreeStep, visit: Visit, relative: string, prefix: string): string[] {
    const { dot, followSymlinks, raw, exclusion } = this.#o;
    const { state, excluded } = visit;
    const { shown: names, at, directories, links, others } = step;
    const reported = raw ? step.raw : names;
    const found = this.#throughDots(step, state, prefix);
    const level = relative === '' ? 0 : relative.split('/').length;
    const descends = level < this.#depth - 1;
    const onTo: string[] = [];
    let follow = '';
    const firstLink = at + directories;
    for (let i = at; i < firstLink + links; i++) {
      const isLink = i >= firstLink;
      const name = names[i]!;
      const next = after(state, name, dot);
      if (next.length === 0) continue;
      const path = prefix + reported[i]!;
      const excludedInside =
        exclusion === undefined ? NOTHING_EXCLUDED : exclusion.below(excluded, name, this.#textOf(path));
      if (excludedInside === undefined) continue;
      addMatches(found, next, path);
      if (!descends) continue;
      const inside = isLink && !followSymlinks ? afterLink(state, name) : next;
      if (!leadsOn(inside)) continue;
      onTo.push(step.raw[i]!);
      follow += isLink ? '1' : '0';
      this.#visits.set(relative === '' ? step.raw[i]! : `${relative}/${step.raw[i]!}`, {
        state: inside,
        excluded: excludedInside,
      });
    }
    const firstOther = firstLink + links;
    for (let i = firstOther; i < firstOther + others; i++) {
      if (!fitsFile(state, names[i]!, dot)) continue;
      const path = prefix + reported[i]!;
      if (exclusion?.excludesFile(excluded, names[i]!, this.#textOf(path)) !== true) found.push(path);
    }
    const goesByItself = followSymlinks ? directories + links : directories;
    const asIs = onTo.length === goesByItself && (followSymlinks || !follow.includes('1'));
    if (descends && !asIs) this.#tree.descendTo(onTo, follow);
    return found;
  }

  /** The directory's own entries `.` and `..`, if the pattern contains them. */
  #throughDots(step: TreeStep, state: State, prefix: string): string[] {
    const found: string[] = [];
    for (const dots of ['.', '..'] as const) {
      const next = behindDots(state, dots);
      if (next.length === 0) continue;
      const shown = prefix + dots;
      if (this.#o.exclusion !== undefined && this.#excludedIn(shown) === undefined) continue;
      addMatches(found, next, shown);
      if (!leadsOn(next)) continue;
      const top = Buffer.from(`${step.path}/${dots}`, 'latin1');
      this.#places.push({ top, shown, state: next, isReported: true });
    }
    return found;
  }
}

/** Adds the reported paths of a directory at `state`. */
function addMatches(found: string[], state: State, path: string): void {
  if (isMatched(state)) found.push(path);
  if (isDirectoryMatched(state)) found.push(path.endsWith('/') ? path : `${path}/`);
}
