// Lets reads hang on a slow mount and asks other users of libuv's pool how long they wait meanwhile.
import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { answer } from '../harness/child.mjs';
import { checkPattern } from '../harness/fixtures.mjs';
import { runOnce } from '../harness/drive.mjs';
import { median } from '../harness/statistics.mjs';
import { contenderByName } from './contender-by-name.mjs';

const lookUp = promisify(lookup);
const random = promisify(randomBytes);

answer(async ({ contender: name, path, size, hanging }) => {
  const contender = await contenderByName(name);
  const positions = Float64Array.from({ length: 64 }, (_, index) => index * size);
  const subject = await contender.randomReader({ path, size, positions, slots: hanging });
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
  results.forEach((result, index) => checkPattern(subject.bytesOf(result, index), positions[index], size));
  await subject.close();
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

async function askRepeatedly(times, goOn) {
  const lookups = [];
  const randoms = [];
  for (let time = 0; time < times && goOn(); time++) {
    const [lookupMs, randomMs] = await askBoth();
    lookups.push(lookupMs);
    randoms.push(randomMs);
    await wait(5);
  }
  return { lookups, randoms };
}

function askBoth() {
  const begin = performance.now();
  const since = () => performance.now() - begin;
  return Promise.all([lookUp('localhost').then(since), random(16).then(since)]);
}
