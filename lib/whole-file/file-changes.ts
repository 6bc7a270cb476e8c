// Waits until a file may have changed: appended to, truncated, renamed, or replaced by a new file of its name.
import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';

import { offAbort, onAbort } from '../schedule/abort.js';

/** How often a file is checked in any case: the kernel does not report what other machines do to a remote file. */
const POLL_MS = 1000;

/**
 * Notices changes from its creation on. It watches the file and its directory (inotify on Linux). Where that is impossible,
 * such as at the limit of watches or for a path that is mounted in this process, it only checks once a second.
 */
export class FileChanges {
  readonly #watchers: FSWatcher[] = [];
  #changed = false;
  #wake: (() => void) | undefined;

  constructor(file: string | Uint8Array) {
    this.#watch(file, undefined);
    if (typeof file === 'string') this.#watch(path.dirname(file), path.basename(file));
  }

  #watch(what: string | Uint8Array, name: string | undefined): void {
    try {
      const watcher = watch(typeof what === 'string' ? what : Buffer.from(what), (_event, changed) => {
        if (name === undefined || changed === null || changed === name) this.#notice();
      });
      watcher.on('error', () => watcher.close());
      this.#watchers.push(watcher);
    } catch {
      // Only the timer is left.
    }
  }

  #notice(): void {
    this.#changed = true;
    this.#wake?.();
  }

  /** Resolves after a change, when it is time to look again, or when one of `signals` is aborted. Called once. */
  async next(signals: readonly AbortSignal[]): Promise<void> {
    if (this.#changed) return;
    const wake = (): void => this.#wake?.();
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, POLL_MS);
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
