// Collects garbage outside of what is measured.
import v8 from 'node:v8';
import vm from 'node:vm';

type Collect = (options?: { type: 'minor' }) => void;

let collect: Collect | undefined;

/** Runs a full collection, if the runtime allows this. */
export function collectGarbage(): void {
  (collect ??= findCollector())();
}

/**
 * Between measurements: the garbage of one contender should not be collected during the time of another. It is young. After a
 * full collection that a program requests, V8 marks the heap again after fewer bytes. The rounds would then contain several
 * collections that ordinary programs do not have.
 */
export function collectYoungGarbage(): void {
  (collect ??= findCollector())({ type: 'minor' });
}

function findCollector(): Collect {
  try {
    v8.setFlagsFromString('--expose-gc');
    return vm.runInNewContext('gc') as Collect;
  } catch {
    return () => undefined;
  }
}
