// cp with `dereference`: ends at a link that leads to a directory above it, instead of following it until its path is too long.
import type { BigIntStats } from 'node:fs';
import { resolve, sep } from 'node:path';

import { systemError, systemErrorNumber } from '../errors/index.js';
import { identityAt } from '../filesystem/generic/lookups.js';
import { FOLLOW_BIGINT, statCall, type Store } from '../filesystem/store.js';
import type { GivenOptions } from '../schedule/options.js';

interface Directory {
  /** Absolute, with a separator at its end. */
  readonly path: string;
  readonly identity: string;
}

/** The directories that a copy is in. It visits directories depth first, one at a time. */
export class Circles {
  readonly #store: Store;
  /** The directory that is copied to, if it is on the same store. */
  readonly #to: string | undefined;
  readonly #call: GivenOptions;
  #target: string | undefined;
  readonly #above: Directory[] = [];

  constructor(store: Store, to: string | undefined, call: GivenOptions) {
    this.#store = store;
    this.#to = to;
    this.#call = call;
  }

  /**
   * Called for each item before it is copied.
   * @throws ELOOP, with both paths, for a link to a directory above it, and for the directory that is copied to
   */
  async check(from: string, to: string): Promise<void> {
    const path = resolve(from) + sep;
    const above = this.#above;
    while (above.length > 0 && !path.startsWith(above.at(-1)!.path)) above.pop();
    const itself = await this.#stat(from, false);
    const isLink = itself?.isSymbolicLink() === true;
    const stats = isLink ? await this.#stat(from, true) : itself;
    if (stats?.isDirectory() !== true) return;
    const identity = await identityAt(this.#store, from, stats, this.#call);
    // A directory can have two names without a link, too: a bind mount does not contain itself.
    const isAbove = isLink && above.some((each) => each.identity === identity);
    if (isAbove || (above.length > 0 && identity === (await this.#targetOf())))
      throw systemError(systemErrorNumber('ELOOP'), 'cp', from, to);
    above.push({ path, identity });
  }

  // It exists since the copy has entered a directory.
  async #targetOf(): Promise<string | undefined> {
    if (this.#to === undefined || this.#target !== undefined) return this.#target;
    const stats = await this.#stat(this.#to, true);
    if (stats === undefined) return undefined;
    return (this.#target = await identityAt(this.#store, this.#to, stats, this.#call));
  }

  // What cannot be looked up is reported by the copy.
  #stat(path: string, follow: boolean): Promise<BigIntStats | undefined> {
    const stats = this.#store.stat(path, follow ? FOLLOW_BIGINT : statCall(false, true), this.#call);
    return (stats as Promise<BigIntStats>).catch(() => undefined);
  }
}
