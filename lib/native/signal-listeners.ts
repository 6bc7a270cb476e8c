// A program that listens for a signal often ends its listener by sending itself that signal again, to die of it as if it
// had not listened. When the last listener goes, Node puts the default back, and before that call nothing else gets a turn:
// the temporary files would stay. So the removal of the listener itself is what is listened for.
import { constants } from 'node:os';

import { builtinWorkerThreads } from '../builtins.js';

import { addon } from './addon.js';

/** From now on signals that nobody listens for any more have what is registered cleaned up, from that moment on. */
export function watchSignalListeners(): void {
  // Workers hear of no signals.
  if (process.platform === 'win32' || !builtinWorkerThreads().isMainThread) return;
  // Node's own listener, which puts the default back, has been there since it started, and so comes before.
  process.on('removeListener', (event) => {
    if (typeof event === 'string' && event in constants.signals) addon.rewatchSignals();
  });
}
