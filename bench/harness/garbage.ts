// Collects garbage between measurements: the garbage of one contender must not be collected during the time of another.
import v8 from 'node:v8';
import vm from 'node:vm';

let collect: (() => void) | undefined;

/** Runs a full collection, if the runtime allows this. */
export function collectGarbage(): void {
  (collect ??= findCollector())();
}

function findCollector(): () => void {
  try {
    v8.setFlagsFromString('--expose-gc');
    return vm.runInNewContext('gc') as () => void;
  } catch {
    return () => undefined;
  }
}
