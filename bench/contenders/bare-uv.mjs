// A bare C++ loop of uv_queue_work and its callback: what libuv's pool can do at best when each read is one request.
import { closeSync, openSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { loadNative } from '../native/load.mjs';

export default {
  name: 'bare-uv',
  title: 'bare uv_queue_work (a limit)',
  kind: 'limit',
  order: 70,

  async randomReader({ path, size, positions }) {
    const { runReads } = loadNative();
    const fd = openSync(path, 'r');
    return {
      style: 'whole',
      runAll: (total, inFlight) => {
        const start = performance.now();
        return new Promise((resolve, reject) => {
          runReads(fd, size, positions, total, inFlight, (failed) => {
            if (failed) reject(new Error('a read came up short'));
            else resolve({ nanoseconds: (performance.now() - start) * 1e6 });
          });
        });
      },
      close: () => closeSync(fd),
    };
  },
};
