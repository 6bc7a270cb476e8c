// Waits until a file may have changed: appended to, truncated, renamed, or replaced by a new file of its name.
import { type FSWatcher, watch } from 'node:fs';
import { realpath, statfs } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';

import type { FilePath } from '../filesystem/filesystem.js';
import { realFiles, storeToRead } from '../filesystem/mounts.js';
import { offAbort, onAbort } from '../schedule/abort.js';
import { clearTimeout, setTimeout } from '../timers.js';

/** How often a file is checked if the system does not report all changes. */
const POLL_MS = 1000;

/** File systems that only this machine changes, by the `f_type` of statfs(2): ext, XFS, Btrfs, tmpfs, overlayfs, ZFS, F2FS, bcachefs. */
const LOCAL = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1, 0xf2f52010, 0xca451a4e,
]);

/** The path as text; undefined for names that are not valid UTF-8. */
function textOf(path: FilePath): string | undefined {
  if (typeof path === 'string') return path;
  const text = Buffer.from(path).toString();
  return Buffer.from(text).equals(path) ? text : undefined;
}

/**
 * Whether the system reports everything that can happen to a file and to its name: on Linux, on a file system of this machine,
 * at a path without links.
 * @param descriptor the open file
 */
export async function isReported(path: FilePath, descriptor: () => number): Promise<boolean> {
  const text = textOf(path);
  if (process.platform !== 'linux' || text === undefined || storeToRead(path) !== realFiles) return false;
  try {
    const { type } = await statfs(`/proc/self/fd/${descriptor()}`);
    return LOCAL.has(type) && (await realpath(text)) === resolve(text);
  } catch {
    return false;
  }
}

/**
 * Notices changes from its creation on. It watches the file and its directory (inotify on Linux). If the system does not report
 * all changes, or at its limit of watches, it also checks once a second.
 */
export class FileChanges {
  readonly #watchers: FSWatcher[] = [];
  #polls: boolean;
  #changed = false;
  #wake: (() => void) | undefined;

  /** @param descriptor the open file, if `isReported`: its name may be gone */
  constructor(path: FilePath, descriptor: number | undefined) {
    this.#polls = descriptor === undefined;
    this.#watch(descriptor === undefined ? path : `/proc/self/fd/${descriptor}`, undefined);
    const text = textOf(path);
    if (text !== undefined) this.#watch(dirname(text), basename(text));
  }

  #watch(what: FilePath, name: string | undefined): void {
    // What happens to the directory itself is reported with its own name.
    const names = name === undefined ? [] : [name, basename(what as string)];
    try {
      const watcher = watch(typeof what === 'string' ? what : Buffer.from(what), (_event, changed) => {
        if (name === undefined || changed === null || names.includes(changed)) this.#notice();
      });
      watcher.on('error', () => {
        watcher.close();
        this.#polls = true;
        this.#notice();
      });
      this.#watchers.push(watcher);
    } catch {
      this.#polls = true;
    }
  }

  #notice(): void {
    this.#changed = true;
    this.#wake?.();
  }

  /** Resolves after a change, when the file is due for a check, or when one of `signals` is aborted. Called once. */
  async next(signals: readonly AbortSignal[]): Promise<void> {
    if (this.#changed) return;
    const wake = (): void => this.#wake?.();
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (this.#polls) timer = setTimeout(resolve, POLL_MS);
        for (const signal of signals) {
          if (signal.aborted) resolve();
          onAbort(signal, wake);
        }
      });
    } finally {
      clearTimeout(timer);
      for (const signal of signals) offAbort(signal, wake);
    }
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
  }
}
