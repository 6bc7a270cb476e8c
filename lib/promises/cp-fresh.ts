// cp of a tree of real files to a path that does not exist: blocks of files, in several threads.
import { availableParallelism } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';

import { Slots } from '../filesystem/generic/many.js';
import type { CopiedFolder, Store } from '../filesystem/store.js';
import type { GivenOptions } from '../schedule/options.js';
import { textOf } from './arguments.js';
import { type CpOptions, typeError } from './cp-over.js';
import { node } from './node.js';

type CopyingStore = Store & {
  readonly copyFolder: NonNullable<Store['copyFolder']>;
  readonly copyFiles: NonNullable<Store['copyFiles']>;
};

/** Whether the store supports copying a tree in blocks. */
export function copiesFolders(store: Store): store is CopyingStore {
  return store.copyFolder !== undefined && store.copyFiles !== undefined;
}

/** The number of calls of one copy at a time: twice the number of processors, so that another call is waiting for each. */
const AT_A_TIME = Math.max(4, 2 * availableParallelism());

/** Copies the directory `from` to `to`, which does not exist yet. */
export async function copyFresh(
  store: CopyingStore,
  from: string,
  to: string,
  options: CpOptions,
  call: GivenOptions,
): Promise<void> {
  await new FreshCopy(store, options, call).copy(from, to);
}

class FreshCopy {
  readonly #store: CopyingStore;
  readonly #options: CpOptions;
  readonly #call: GivenOptions;
  // A tree is traversed depth first, so that few directories wait.
  readonly #slots = new Slots(AT_A_TIME, true);

  constructor(store: CopyingStore, options: CpOptions, call: GivenOptions) {
    this.#store = store;
    this.#options = options;
    this.#call = call;
  }

  async copy(from: string, to: string): Promise<void> {
    const folder = await this.#slots.run(() => this.#store.copyFolder(from, to, this.#call));
    const outcomes = await Promise.allSettled(this.#parts(folder, from, to));
    this.#slots.check();
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    const { mode } = folder;
    if (mode !== undefined) await this.#slots.run(() => this.#store.chmod(to, mode, this.#call));
  }

  #parts({ blocks, others }: CopiedFolder, from: string, to: string): Promise<void>[] {
    return [
      ...blocks.map((block) => this.#slots.run(() => this.#store.copyFiles(from, to, block, this.#call))),
      ...others.map(({ name, type }) => {
        const [item, copy] = [join(from, textOf(name)), join(to, textOf(name))];
        return type === 'directory'
          ? this.copy(item, copy)
          : this.#slots.run(() => this.#copyOther(item, copy, type));
      }),
    ];
  }

  async #copyOther(from: string, to: string, type: string): Promise<void> {
    if (type === 'symlink') {
      const text = (await this.#store.readlink(from, this.#call)).toString();
      const isVerbatim = this.#options.verbatimSymlinks || isAbsolute(text);
      await this.#store.symlink(isVerbatim ? text : resolve(dirname(from), text), to, this.#call);
    } else if (type === 'unknown') {
      await node.cp(from, to, this.#options); // which reports it
    } else if (type === 'character' || type === 'block') {
      await node.copyFile(from, to);
    } else {
      throw typeError(type, to);
    }
  }
}
