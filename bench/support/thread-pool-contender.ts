// A contender that reads in a pool of JavaScript threads, as many as libuv's pool has, whichever package runs them.
import { poolSize } from '../harness/header.js';
import { compiledWorker } from './compiled-worker.js';
import { threadReader, threadWholeReader, type Start, type ThreadPool } from './thread-pool-readers.js';
import type { SharedMemory } from './reading-tasks.js';
import type { Contender } from '../harness/types.js';

/** The names of all contenders that read in threads of JavaScript. */
export const threadPools = ['piscina', 'tinypool', 'workerpool', 'poolifier', 'shared-ring'] as const;

/** What a package needs to start its pool: a compiled worker, the number of threads, and what the workers are told. */
interface PoolOptions {
  readonly worker: string;
  readonly threads: number;
  readonly workerData: SharedMemory | undefined;
}

/**
 * @param name of the package, and of the contender
 * @param open loads the package; the function that it gives starts a pool of it
 */
export function threadPoolContender(
  { name, order }: { name: string; order: number },
  open: () => Promise<(options: PoolOptions) => ThreadPool>,
): Contender {
  const starter = async (): Promise<Start> => {
    const start = await open();
    const worker = compiledWorker(`${name}-worker.ts`);
    return (workerData) => start({ worker, threads: poolSize(), workerData });
  };
  return {
    name,
    title: `${name} + readSync`,
    kind: 'peer',
    order,
    package: name,
    randomReader: async (params) => threadReader(params, await starter()),
    wholeReader: async (params) => threadWholeReader(params, await starter()),
  };
}
