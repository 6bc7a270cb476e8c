// One of several worker threads that read at random from one file. Compiled, with the contenders in it.
import { parentPort, workerData } from 'node:worker_threads';
import { drive } from '../harness/drive.js';
import fsCallback from '../contenders/fs-callback.js';
import fsPromises from '../contenders/fs-promises.js';
import uvfiles from '../contenders/uvfiles.js';
import type { Contender, ReadParams } from '../harness/types.js';

const contenders: readonly Contender[] = [uvfiles, fsPromises, fsCallback];
const { contender, params } = workerData as { contender: string; params: ReadParams };

const subject = await contenders.find(({ name }) => name === contender)!.randomReader!(params);
parentPort!.on('message', ({ total, inFlight }: { total: number; inFlight: number }) => {
  void drive(subject!, total, inFlight).then((driven) => parentPort!.postMessage(driven));
});
parentPort!.postMessage('ready');
