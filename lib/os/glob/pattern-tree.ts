// Patterns with the same beginning as one automaton over the names of a path. It is a tree whose edges are the names of
// the patterns. So one walk serves all patterns, and their common parts are compared once.
import { DOT } from './letters.js';
import { GLOBSTAR, type Part, type Pattern } from './pattern.js';

/** The state of a path in the patterns: each node at which they can continue. */
export type State = readonly PatternNode[];

interface Edge {
  readonly fits: (name: string) => boolean;
  readonly to: PatternNode;
}

/** How far a pattern has been matched. */
export class PatternNode {
  /** A pattern is matched here. */
  matched = false;
  /** A pattern that matches only directories is matched here. */
  directoryMatched = false;
  /** This node follows `**`, so each further name can lead back to it. */
  readonly repeats: boolean;
  /**
   * The number of levels of directories to read below this node. Separate walks read those after `.` and `..`. Infinity
   * after `**`.
   */
  depth: number;
  /** Whether a name that begins with a dot can be part of a match below. */
  mayBeHidden = false;
  readonly #names = new Map<string, PatternNode>();
  readonly #edges: Edge[] = [];
  readonly #edgesByText = new Map<string, PatternNode>();
  /** The node after a `**`, which can match no directory at all. */
  #globstar: PatternNode | undefined;
  /** The nodes that the directory's own entries `.` and `..` lead to. */
  readonly dots = new Map<string, PatternNode>();

  constructor(repeats = false) {
    this.repeats = repeats;
    this.depth = repeats ? Infinity : 0;
  }

  /** Adds the nodes of `rest` for the names from here on. */
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

  /** This node, and the one after a `**`. */
  get state(): State {
    return this.#globstar === undefined ? [this] : [this, this.#globstar];
  }

  /** Adds the nodes that the entry `name` leads to. */
  addNext(state: PatternNode[], name: string): void {
    const literal = this.#names.get(name);
    if (literal !== undefined) addTo(state, literal);
    for (const { fits, to } of this.#edges) if (fits(name)) addTo(state, to);
  }

  /** Whether an entry `name` that is not a directory matches. `name/**` matches only directories. */
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

/** The state of the entry `name` in a directory at `state`. `**` matches hidden names if `dot` is true. */
export function after(state: State, name: string, dot: boolean): State {
  const next: PatternNode[] = [];
  for (const node of state) {
    if (node.repeats && (dot || name.charCodeAt(0) !== DOT) && !next.includes(node)) next.push(node);
    node.addNext(next, name);
  }
  return next;
}

/** Whether the entry `name`, which is not a directory, in a directory at `state` matches. */
export function fitsFile(state: State, name: string, dot: boolean): boolean {
  for (const node of state) {
    if (node.repeats && node.matched && (dot || name.charCodeAt(0) !== DOT)) return true;
    if (node.fitsFile(name)) return true;
  }
  return false;
}

/** The state of the entry `name` if it is a link that `**` does not follow. */
export function afterLink(state: State, name: string): State {
  const next: PatternNode[] = [];
  for (const node of state) node.addNext(next, name);
  return next;
}

/** The state of the directory's own entry `.` or `..`. */
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
