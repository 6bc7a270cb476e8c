// Keeps a number of operations in flight until a total is done, in the style that is natural to each contender: an
// awaited promise, a callback, or a plain call. The loops do nothing else, so that they cost little.
import { performance } from 'node:perf_hooks';
import type {
  CallbackSubject,
  Driven,
  PromiseSubject,
  SingleSubject,
  Subject,
  SyncSubject,
} from './types.js';

// Only one of this many operations is timed, because reading the clock twice costs a tenth of a cached read.
const sampleEvery = 8;

/** Runs `total` operations, `inFlight` at a time. Latencies are in microseconds. */
export async function drive(subject: Subject, total: number, inFlight: number): Promise<Driven> {
  const latencies: number[] = [];
  const start = performance.now();
  if (subject.style === 'whole') {
    const own = await subject.runAll(total, inFlight);
    if (own !== undefined) return own;
  } else {
    await begin(subject, total, inFlight, latencies);
  }
  return { operations: total, nanoseconds: (performance.now() - start) * 1e6, latencies };
}

function begin(
  subject: SingleSubject,
  total: number,
  inFlight: number,
  latencies: number[],
): Promise<unknown> | undefined {
  switch (subject.style) {
    case 'promise':
      return drivePromises(subject, total, inFlight, latencies);
    case 'callback':
      return driveCallbacks(subject, total, inFlight, latencies);
    case 'sync':
      driveSync(subject, total, latencies);
      return undefined;
  }
}

async function drivePromises(
  subject: PromiseSubject,
  total: number,
  inFlight: number,
  latencies: number[],
): Promise<void> {
  let next = 0;
  const oneSlot = async (slot: number): Promise<void> => {
    while (next < total) {
      const index = next++;
      if (index % sampleEvery === 0) {
        const begin = performance.now();
        await subject.run(index, slot);
        latencies.push((performance.now() - begin) * 1e3);
      } else {
        await subject.run(index, slot);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, total) }, (_, slot) => oneSlot(slot)));
}

function driveCallbacks(
  subject: CallbackSubject,
  total: number,
  inFlight: number,
  latencies: number[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    let next = 0;
    let done = 0;
    const begins = new Float64Array(inFlight);
    const finished = Array.from({ length: inFlight }, (_, slot) => (error: Error | null | undefined) => {
      if (error) return void reject(error);
      if (begins[slot] !== 0) {
        latencies.push((performance.now() - begins[slot]!) * 1e3);
        begins[slot] = 0;
      }
      if (++done === total) resolve();
      else if (next < total) beginNext(slot);
    });
    const beginNext = (slot: number): void => {
      const index = next++;
      if (index % sampleEvery === 0) begins[slot] = performance.now();
      subject.run(index, slot, finished[slot]!);
    };
    for (let slot = 0; slot < inFlight && next < total; slot++) beginNext(slot);
  });
}

function driveSync(subject: SyncSubject, total: number, latencies: number[]): void {
  for (let index = 0; index < total; index++) {
    if (index % sampleEvery === 0) {
      const begin = performance.now();
      subject.run(index, 0);
      latencies.push((performance.now() - begin) * 1e3);
    } else {
      subject.run(index, 0);
    }
  }
}

/** Runs one operation of any style to its end, to check results outside of the timed part. */
export async function runOnce(subject: SingleSubject, index: number, slot: number): Promise<unknown> {
  if (subject.style !== 'callback') return subject.run(index, slot);
  return new Promise((resolve, reject) => {
    subject.run(index, slot, (error, result) => (error == null ? resolve(result) : reject(error)));
  });
}
