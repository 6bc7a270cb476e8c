// Which changes of names a power cut may undo: all since the last sync of their directories.
import type { DirectoryNode, Inode } from './inode.js';

/** The kernel writes changes back after some time. Older changes count as durable. */
const MOST_KEPT = 16_384;

/** The inode of one name before and after a change; undefined if there was none. */
export interface Binding {
  readonly directory: DirectoryNode;
  readonly name: string;
  readonly before: Inode | undefined;
  readonly after: Inode | undefined;
}

/** One change of one name, or two (a rename), which happens completely or not at all. */
export interface Change {
  readonly bindings: readonly Binding[];
  durable: boolean;
}

export class Journal {
  #changes: Change[] = [];

  record(...bindings: Binding[]): void {
    const change: Change = { bindings, durable: false };
    this.#changes.push(change);
    for (const { directory } of bindings) directory.unsynced.push(change);
    if (this.#changes.length > 2 * MOST_KEPT) this.#forget();
  }

  #forget(): void {
    this.#changes = this.#changes.filter((change) => !change.durable);
    const old = this.#changes.splice(0, Math.max(0, this.#changes.length - MOST_KEPT));
    const directories = new Set<DirectoryNode>();
    for (const change of old) {
      change.durable = true;
      for (const { directory } of change.bindings) directories.add(directory);
    }
    for (const directory of directories)
      directory.unsynced = directory.unsynced.filter((each) => !each.durable);
  }

  /** From now on, the names in `directory` survive, and so do related changes of other directories. */
  sync(directory: DirectoryNode): void {
    const changes = directory.unsynced;
    directory.unsynced = [];
    for (const change of changes) this.#makeDurable(change);
  }

  // A change is durable only together with the earlier changes of the same names.
  #makeDurable(change: Change): void {
    if (change.durable) return;
    change.durable = true;
    for (const { directory, name } of change.bindings) {
      const { unsynced } = directory;
      for (const each of unsynced.slice(0, unsynced.indexOf(change)))
        if (touches(each, directory, name)) this.#makeDurable(each);
      directory.unsynced = unsynced.filter((each) => !each.durable);
    }
  }

  /** All changes survive from now on. */
  syncAll(): void {
    for (const change of this.#changes) {
      for (const { directory } of change.bindings) directory.unsynced = [];
    }
    this.#changes = [];
  }

  /** Changes that a power cut may undo, the oldest first. */
  pending(): readonly Change[] {
    return this.#changes.filter((change) => !change.durable);
  }
}

function touches(change: Change, directory: DirectoryNode, name: string): boolean {
  return change.bindings.some((each) => each.directory === directory && each.name === name);
}

/** Whether `later` depends on `earlier`, because both change the same name. */
export function buildsOn(later: Change, earlier: Change): boolean {
  return later.bindings.some(({ directory, name }) => touches(earlier, directory, name));
}
