// A listener of a signal often removes itself at its end and sends the same signal to the process again, to end it. When the
// last listener is removed, Node restores the default, and nothing else runs before the signal: temporary files would stay. So
// the library listens for the removal of the listener.
import { constants } from 'node:os';
import { setTimeout } from 'node:timers';

import { builtinWorkerThreads } from '../builtins.js';

import { addon } from './addon.js';

// A function of the module, so that there is one listener per copy of the package. It keeps its realm (a context of Jest) alive.
function onRemoved(event: string | symbol): void {
  if (typeof event === 'string' && event in constants.signals) addon.rewatchSignals();
}

/** How long the listener stays when nothing is registered any more: temporary files are often made one after another. */
const RELEASE_MS = 1_000;

let watching = false;
let needed = false;
let releasing = false;

function release(): void {
  releasing = false;
  if (needed) return;
  watching = false;
  process.off('removeListener', onRemoved);
}

/** Whether temporary files are removed when a signal has lost its last listener. True while there are temporary files. */
export function watchSignalListeners(wanted: boolean): void {
  needed = wanted;
  if (watching) {
    if (wanted || releasing) return;
    releasing = true;
    setTimeout(release, RELEASE_MS).unref();
    return;
  }
  // Workers get no signals.
  if (!wanted || process.platform === 'win32' || !builtinWorkerThreads().isMainThread) return;
  watching = true;
  // Node's own listener, which restores the default, was added at start-up, and so runs first.
  process.on('removeListener', onRemoved);
  // The signals whose listeners were removed meanwhile.
  addon.rewatchSignals();
}
