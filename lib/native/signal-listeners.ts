// Listeners of a signal often end by removing themselves and sending the process that signal again, to die of it. When the last
// listener is removed, Node restores the default, and nothing else runs before the signal: temporary files would stay. So the
// library listens for the removal of the listener.
import { constants } from 'node:os';

import { builtinWorkerThreads } from '../builtins.js';

import { addon } from './addon.js';

// A function of the module, so that there is one listener per copy of the package. It keeps its realm (a context of Jest) alive.
function onRemoved(event: string | symbol): void {
  if (typeof event === 'string' && event in constants.signals) addon.rewatchSignals();
}

let watching = false;

/** Whether a signal that loses its last listener has temporary files removed again: while there are some. */
export function watchSignalListeners(wanted: boolean): void {
  // Workers get no signals.
  if (wanted === watching || process.platform === 'win32' || !builtinWorkerThreads().isMainThread) return;
  watching = wanted;
  if (!wanted) {
    process.off('removeListener', onRemoved);
    return;
  }
  // Node's own listener, which restores the default, was added at start-up, and so runs first.
  process.on('removeListener', onRemoved);
  // What was removed meanwhile.
  addon.rewatchSignals();
}
