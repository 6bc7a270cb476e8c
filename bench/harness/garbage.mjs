// Collects garbage between measurements: one contender's must not be collected on another's time.
import v8 from 'node:v8';
import vm from 'node:vm';

let collect;

/** A full collection now, where the runtime lets a program ask for one. */
export function collectGarbage() {
  collect ??= findCollector();
  collect();
}

function findCollector() {
  try {
    v8.setFlagsFromString('--expose-gc');
    return globalThis.gc ?? vm.runInNewContext('gc');
  } catch {
    return () => {};
  }
}
