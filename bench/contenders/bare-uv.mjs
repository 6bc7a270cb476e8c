// A bare C++ loop of uv_queue_work and its callback: what libuv's pool can do at best when each read is one request.
// Once it stays in C++ altogether, once it calls a JavaScript function for each read, as every addon must in the end.
import { closeSync, openSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { loadNative } from '../native/load.mjs';

export default [
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
    randomReader: readerWith(() => {}),
  },
];

function readerWith(each) {
  return async ({ path, size, positions }) => {
    const { runReads } = loadNative();
    const fd = openSync(path, 'r');
    return {
      style: 'whole',
      runAll(total, inFlight) {
        const start = performance.now();
        return new Promise((resolve, reject) => {
          const ended = (failed) => {
            if (failed) reject(new Error('a read came up short'));
            else resolve({ nanoseconds: (performance.now() - start) * 1e6 });
          };
          runReads(fd, size, positions, total, inFlight, ended, each);
        });
      },
      close: () => closeSync(fd),
    };
  };
}
