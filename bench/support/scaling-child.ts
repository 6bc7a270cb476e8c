// A process in which worker threads read at random from one file: with a pool of its own size, and its own table of mounts.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { serve } from '../harness/service.js';
import type { Driven, ReadParams } from '../harness/types.js';

export interface ScalingTask {
  readonly contender: string;
  readonly params: Omit<ReadParams, 'positions'> & { readonly positions: readonly number[] };
  readonly workers: number;
  /** How many mounts to add to the namespace that the process has been started in. */
  readonly mounts: number;
  /** The worker's compiled script. */
  readonly script: string;
}

let workers: Worker[] = [];

serve({
  async start({ contender, params, workers: count, mounts, script }: ScalingTask): Promise<void> {
    if (mounts > 0) addMounts(mounts);
    const positions = Float64Array.from(params.positions);
    workers = Array.from(
      { length: count },
      () => new Worker(script, { workerData: { contender, params: { ...params, positions } } }),
    );
    await Promise.all(workers.map((worker) => once(worker, 'message')));
  },
  async run({ total, inFlight }: { total: number; inFlight: number }): Promise<Driven> {
    const each = Math.ceil(total / workers.length);
    const cpu = process.cpuUsage();
    const start = performance.now();
    const driven = await Promise.all(
      workers.map(async (worker) => {
        worker.postMessage({ total: each, inFlight });
        return (await once(worker, 'message')) as [Driven];
      }),
    );
    const nanoseconds = (performance.now() - start) * 1e6;
    const { user, system } = process.cpuUsage(cpu);
    const operations = each * workers.length;
    const latencies = driven.flatMap(([{ latencies: of }]) => of.slice(0, 1024));
    return { operations, nanoseconds, latencies, cpuUs: (user + system) / operations };
  },
});

// One process for all: mount(8) reads the whole table for each mount that it adds.
const mountsInPython = `
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
BIND, REC, PRIVATE = 1 << 12, 1 << 14, 1 << 18
def mount(source, target, kind, flags):
    if libc.mount(source, target, kind, flags, None) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
mount(None, b'/', None, REC | PRIVATE)
mount(b'none', os.fsencode(sys.argv[1]), b'tmpfs', 0)
os.chdir(sys.argv[1])
for i in range(int(sys.argv[2])):
    name = str(i).encode()
    os.mkdir(name)
    mount(name, name, None, BIND)
`;

// Gone with the process: the namespace is its own.
function addMounts(count: number): void {
  const top = mkdtempSync(path.join(tmpdir(), 'uvfiles-mounts-'));
  execFileSync('python3', ['-c', mountsInPython, top, String(count)], { stdio: 'inherit' });
}
