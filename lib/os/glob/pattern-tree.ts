// Patterns with the same beginning as one automaton over the names of a path: a tree whose edges are the names of the
// patterns, so that one walk serves all of them, and what they have in common is compared once.
import { DOT } from './letters.js';
import { GLOBSTAR, type Part, type Pattern } from './pattern.js';

/** Where in the patterns a path stands: each way in which they may go on. */
export type State = readonly PatternNode[];

interface Edge {
  readonly fits: (name: string) => boolean;
  readonly to: PatternNode;
}

/** How far a pattern has been matched. */
export class PatternNode {
  /** A pattern is matched here. */
  matched = false;
  /** A pattern that fits directories only is matched here. */
  directoryMatched = false;
  /** This node stands behind `**`: each further name may lead back to it. */
  readonly repeats: boolean;
  /** Levels of directories to read below this node; those behind `.` and `..` are read by a walk of their own. Infinity behind `**`. */
  depth: number;
  /** Whether a name that begins with a dot may be part of a match below. */
  mayBeHidden = false;
  readonly #names = new Map<string, PatternNode>();
  readonly #edges: Edge[] = [];
  readonly #edgesByText = new Map<string, PatternNode>();
  /** Behind a `**`, which may stand for no directory at all. */
  #globstar: PatternNode | undefined;
  /** Where the directory's own entries `.` and `..` lead to. */
  readonly dots = new Map<string, PatternNode>();

  constructor(repeats = false) {
    this.repeats = repeats;
    this.depth = repeats ? Infinity : 0;
  }

  /** Adds what `rest` says of the names from here on. */
  add({ rest, directoriesOnly }: Pick<Pattern, 'rest' | 'directoriesOnly'>): void {
    const nodes: PatternNode[] = [this];
    for (const part of rest) nodes.push(nodes.at(-1)!.#child(part));
    const last = nodes.at(-1)!;
    if (directoriesOnly) last.directoryMatched = true;
    else last.matched = true;
    for (let i = rest.length - 1; i >= 0; i--) {
      const part = rest[i]!;
      const node = nodes[i]!;
      const next = nodes[i + 1]!;
      node.mayBeHidden ||= next.mayBeHidden;
      if (part !== GLOBSTAR) {
        if (isDots(part.matcher.literal)) {
          node.depth = Math.max(node.depth, 1);
          continue;
        }
        node.mayBeHidden ||= part.matcher.mayBeHidden;
      }
      node.depth = Math.max(node.depth, next.depth + 1);
    }
  }

  #child(part: Part | typeof GLOBSTAR): PatternNode {
    if (part === GLOBSTAR) return (this.#globstar ??= new PatternNode(true));
    const { literal } = part.matcher;
    if (literal !== undefined) {
      const names = isDots(literal) ? this.dots : this.#names;
      let node = names.get(literal);
      if (node === undefined) names.set(literal, (node = new PatternNode()));
      return node;
    }
    let to = this.#edgesByText.get(part.text);
    if (to === undefined) {
      to = new PatternNode();
      this.#edgesByText.set(part.text, to);
      this.#edges.push({ fits: part.matcher.fits, to });
    }
    return to;
  }

  /** This node, and that behind a `**`. */
  get state(): State {
    return this.#globstar === undefined ? [this] : [this, this.#globstar];
  }

  /** Adds to `state` where the entry `name` leads to. */
  addNext(state: PatternNode[], name: string): void {
    const literal = this.#names.get(name);
    if (literal !== undefined) addTo(state, literal);
    for (const { fits, to } of this.#edges) if (fits(name)) addTo(state, to);
  }

  /** Whether an entry `name` that is no directory is a match; `name/**` is for directories only. */
  fitsFile(name: string): boolean {
    return (
      this.#names.get(name)?.matched === true || this.#edges.some(({ fits, to }) => to.matched && fits(name))
    );
  }
}

const isDots = (name: string | undefined): boolean => name === '.' || name === '..';

function addTo(state: PatternNode[], node: PatternNode): void {
  for (const each of node.state) if (!state.includes(each)) state.push(each);
}

/** Where the entry `name` of a directory at `state` stands; `**` matches hidden names where `dot`. */
export function after(state: State, name: string, dot: boolean): State {
  const next: PatternNode[] = [];
  for (const node of state) {
    if (node.repeats && (dot || name.charCodeAt(0) !== DOT) && !next.includes(node)) next.push(node);
    node.addNext(next, name);
  }
  return next;
}

/** Whether the entry `name` of a directory at `state`, which is no directory, is a match. */
export function fitsFile(state: State, name: string, dot: boolean): boolean {
  for (const node of state) {
    if (node.repeats && node.matched && (dot || name.charCodeAt(0) !== DOT)) return true;
    if (node.fitsFile(name)) return true;
  }
  return false;
}

/** Where the entry `name` stands if it is a link that `**` does not lead through. */
export function afterLink(state: State, name: string): State {
  const next: PatternNode[] = [];
  for (const node of state) node.addNext(next, name);
  return next;
}

/** Where the directory's own entry `.` or `..` leads to. */
export function behindDots(state: State, dots: '.' | '..'): State {
  const next: PatternNode[] = [];
  for (const node of state) {
    const to = node.dots.get(dots);
    if (to !== undefined) addTo(next, to);
  }
  return next;
}

export const isMatched = (state: State): boolean => state.some((node) => node.matched);
export const isDirectoryMatched = (state: State): boolean => state.some((node) => node.directoryMatched);
export const leadsOn = (state: State): boolean => state.some((node) => node.depth > 0);
