// Lets reads hang on a slow mount and asks other users of libuv's pool how long they wait meanwhile.
import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { answer } from '../harness/child.js';
import { checkPattern } from '../harness/fixtures.js';
import { runOnce } from '../harness/drive.js';
import { median } from '../harness/statistics.js';
import { contenderByName } from './contender-by-name.js';

const lookUp = promisify(lookup);
const random = promisify(randomBytes);

/** What bench/workloads/slow-mount.ts asks for. */
interface SlowMountTask {
  readonly contender: string;
  readonly path: string;
  readonly size: number;
  readonly hanging: number;
}

answer(async ({ contender: name, path, size, hanging }: SlowMountTask) => {
  const contender = await contenderByName(name);
  const positions = Float64Array.from({ length: 64 }, (_, index) => index * size);
  const subject = await contender.randomReader?.({ path, size, positions, slots: hanging });
  if (subject === undefined || subject.style === 'whole') throw new TypeError(`${name} gives no reads`);
  // Both answer slowly the first time that a process asks.
  await askBoth();
  const idle = await askRepeatedly(10, () => true);

  const start = performance.now();
  let pending = true;
  const reads = Array.from({ length: hanging }, (_, index) => runOnce(subject, index, index));
  const all = Promise.all(reads).finally(() => (pending = false));
  await wait(20);
  const meanwhile = await askRepeatedly(1000, () => pending);
  const results = await all;
  const readsMs = performance.now() - start;
  results.forEach((result, index) => checkPattern(subject.bytesOf(result, index), positions[index]!, size));
  await subject.close?.();
  return {
    lookupMs: median(meanwhile.lookups),
    lookupMaxMs: Math.max(...meanwhile.lookups),
    idleLookupMs: median(idle.lookups),
    randomMs: median(meanwhile.randoms),
    randomMaxMs: Math.max(...meanwhile.randoms),
    idleRandomMs: median(idle.randoms),
    readsMs,
  };
});

async function askRepeatedly(times: number, goOn: () => boolean) {
  const lookups: number[] = [];
  const randoms: number[] = [];
  for (let time = 0; time < times && goOn(); time++) {
    const [lookupMs, randomMs] = await askBoth();
    lookups.push(lookupMs);
    randoms.push(randomMs);
    await wait(5);
  }
  return { lookups, randoms };
}

function askBoth(): Promise<[lookupMs: number, randomMs: number]> {
  const begin = performance.now();
  const since = () => performance.now() - begin;
  return Promise.all([lookUp('localhost').then(since), random(16).then(since)]);
}
