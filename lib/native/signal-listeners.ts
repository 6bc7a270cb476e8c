// Listeners of a signal often end by removing themselves and sending the process that signal again, to die of it. When the last
// listener is removed, Node restores the default, and nothing else runs before the signal: temporary files would stay. So the
// library listens for the removal of the listener.
import { constants } from 'node:os';

import { builtinWorkerThreads } from '../builtins.js';

import { addon } from './addon.js';

/** From now on, a signal that loses its last listener has temporary files removed again. */
export function watchSignalListeners(): void {
  // Workers get no signals.
  if (process.platform === 'win32' || !builtinWorkerThreads().isMainThread) return;
  // Node's own listener, which restores the default, was added at start-up, and so runs first.
  process.on('removeListener', (event) => {
    if (typeof event === 'string' && event in constants.signals) addon.rewatchSignals();
  });
}
