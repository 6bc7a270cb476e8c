// How much memory is in use, without garbage.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes on the heap and of buffers outside of it, after a garbage collection. */
export function inUse(): number {
  // Buffers are freed by a thread after their collection. The next collection begins by waiting for it.
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
