// A bare C++ loop of uv_queue_work and its callback: what libuv's pool can do at best when each read is one request.
// One variant stays in C++. The other calls a JavaScript function for each read, as every addon has to.
import { closeSync, openSync } from 'node:fs';
import { loadNative } from '../native/load.js';
import type { Contender, ReadParams, WholeSubject } from '../harness/types.js';

const contenders: readonly Contender[] = [
  {
    name: 'bare-uv',
    title: 'bare uv_queue_work (a limit)',
    kind: 'limit',
    order: 70,
    randomReader: readerWith(),
  },
  {
    name: 'bare-uv-callback',
    title: 'bare uv_queue_work, JS callback (a limit)',
    kind: 'limit',
    order: 71,
    randomReader: readerWith(() => undefined),
  },
];

export default contenders;

function readerWith(each?: () => void) {
  return async ({ path, size, positions }: ReadParams): Promise<WholeSubject> => {
    const { runReads } = loadNative();
    const fd = openSync(path, 'r');
    return {
      style: 'whole',
      runAll(total, inFlight) {
        return new Promise((resolve, reject) => {
          const ended = (failed: boolean): void => {
            if (failed) reject(new Error('a read came up short'));
            else resolve(undefined);
          };
          runReads(fd, size, positions, total, inFlight, ended, each);
        });
      },
      close: () => closeSync(fd),
    };
  };
}
