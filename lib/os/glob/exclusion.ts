// What `exclude` omits: the paths that match its patterns, with everything in them.
import { basename, dirname, relative, resolve, sep } from 'node:path';

import { SCHEME } from '../../filesystem/mounted-path.js';
import { GLOBSTAR, literalPart, type Pattern } from './pattern.js';
import { after, fitsFile, isDirectoryMatched, isMatched, PatternNode, type State } from './pattern-tree.js';

/** The state of the patterns in a directory that is not excluded. */
export type ExcludeState = State;

export class Exclusion {
  readonly #cwd: string;
  // Patterns with all names from the root on.
  readonly #full = new PatternNode();
  // Those that begin with `**`, for paths outside of cwd: from the root on, too.
  readonly #anywhere = new PatternNode();
  readonly #filter: ((path: string) => boolean) | undefined;

  /**
   * @param cwd the directory that relative patterns and paths are relative to
   * @param filter decides about each path that no pattern fits
   */
  constructor(cwd: string, patterns: readonly Pattern[], filter: ((path: string) => boolean) | undefined) {
    this.#cwd = whole('', cwd);
    this.#filter = filter;
    for (const { base, rest, directoriesOnly } of patterns) {
      if (base === '' && rest.length === 0) continue; // '' matches no path, as in glob itself
      const above = namesOf(whole(this.#cwd, base)).map(literalPart);
      this.#full.add({ rest: [...above, ...rest], directoriesOnly });
      if (base === '' && rest[0] === GLOBSTAR) this.#anywhere.add({ rest, directoriesOnly });
    }
  }

  /**
   * The state in the directory `path`, in the form that would be reported; undefined if it is excluded. `.` and `..`
   * are resolved.
   */
  inDirectory(path: string): ExcludeState | undefined {
    const full = whole(this.#cwd, path);
    const isOutside = relative(this.#cwd, full).split(sep)[0] === '..';
    let state = isOutside ? [...this.#full.state, ...this.#anywhere.state] : this.#full.state;
    for (const name of namesOf(full)) {
      if (isDirectoryOut(state)) return undefined;
      state = after(state, name, true);
    }
    return isDirectoryOut(state) || (path !== '' && this.#filter?.(path) === true) ? undefined : state;
  }

  /** Whether `path`, in the form that would be reported, is excluded. */
  excludes(path: string, isDirectory: boolean): boolean {
    const full = whole(this.#cwd, path);
    const above = dirname(full);
    if (isDirectory || above === full) return this.inDirectory(path) === undefined;
    const state = this.inDirectory(above);
    return state === undefined || this.excludesFile(state, basename(full), path);
  }

  /** The state in the directory `name` of a directory at `state`; undefined if it is excluded. `path` is its reported path. */
  below(state: ExcludeState, name: string, path: string): ExcludeState | undefined {
    const next = after(state, name, true);
    return isDirectoryOut(next) || this.#filter?.(path) === true ? undefined : next;
  }

  /** Whether `name`, which is not a directory, in a directory at `state` is excluded. */
  excludesFile(state: ExcludeState, name: string, path: string): boolean {
    return fitsFile(state, name, true) || this.#filter?.(path) === true;
  }
}

// The URL of a mounted file system begins at the root: its scheme is the first name.
const whole = (cwd: string, path: string): string => resolve(SCHEME.test(path) ? sep : cwd, path);

const isDirectoryOut = (state: State): boolean => isMatched(state) || isDirectoryMatched(state);

const namesOf = (path: string): string[] => path.split(sep).filter((name) => name !== '');
