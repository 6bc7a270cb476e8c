// A listener of a signal often removes itself at its end and sends the same signal to the process again, to end it. When the
// last listener is removed, Node restores the default, and nothing else runs before the signal: temporary files would stay. So
// the library listens for the removal of the listener.
import { constants } from 'node:os';

import { builtinWorkerThreads } from '../builtins.js';
import { ProcessListener } from '../process-listener.js';

import { addon } from './addon.js';

// Node's own listener, which restores the default, was added at start-up, and so runs first.
const removals = new ProcessListener('removeListener', (event) => {
  if (typeof event === 'string' && event in constants.signals) addon.rewatchSignals();
});

/** Whether temporary files are removed when a signal has lost its last listener. True while there are temporary files. */
export function watchSignalListeners(wanted: boolean): void {
  if (!wanted) {
    removals.release();
    return;
  }
  // Workers get no signals.
  if (process.platform === 'win32' || !builtinWorkerThreads().isMainThread) return;
  // Also the signals whose listeners were removed meanwhile.
  if (removals.need()) addon.rewatchSignals();
}
