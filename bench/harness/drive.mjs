// Keeps a number of operations in flight until a total is done, in the style that is natural to each contender:
// an awaited promise, a callback, or a plain call. The loops do nothing else, so that their cost stays out of it.
import { performance } from 'node:perf_hooks';

// One operation in so many is timed: reading the clock twice costs as much as a tenth of a cached read.
const sampleEvery = 8;

/**
 * Runs `total` operations, `inFlight` at a time. `subject.style` is 'promise' (`run(index, slot)` returns a promise),
 * 'callback' (`run(index, slot, done)`), 'sync' (`run(index, slot)` returns when done; one at a time whatever
 * `inFlight` says), or 'whole' (`runAll(total, inFlight)` does everything by itself).
 * Resolves to `{ operations, nanoseconds, latencies }`, latencies in microseconds.
 */
export async function drive(subject, total, inFlight) {
  const latencies = [];
  const start = performance.now();
  await styles[subject.style](subject, total, inFlight, latencies);
  return { operations: total, nanoseconds: (performance.now() - start) * 1e6, latencies };
}

const styles = {
  async promise(subject, total, inFlight, latencies) {
    let next = 0;
    const oneSlot = async (slot) => {
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
  },

  callback(subject, total, inFlight, latencies) {
    return new Promise((resolve, reject) => {
      let next = 0;
      let done = 0;
      const begins = new Float64Array(inFlight);
      const finished = Array.from({ length: inFlight }, (_, slot) => (error) => {
        if (error) return reject(error);
        if (begins[slot] !== 0) {
          latencies.push((performance.now() - begins[slot]) * 1e3);
          begins[slot] = 0;
        }
        if (++done === total) resolve();
        else if (next < total) begin(slot);
      });
      const begin = (slot) => {
        const index = next++;
        if (index % sampleEvery === 0) begins[slot] = performance.now();
        subject.run(index, slot, finished[slot]);
      };
      for (let slot = 0; slot < inFlight && next < total; slot++) begin(slot);
    });
  },

  sync(subject, total, _inFlight, latencies) {
    for (let index = 0; index < total; index++) {
      if (index % sampleEvery === 0) {
        const begin = performance.now();
        subject.run(index, 0);
        latencies.push((performance.now() - begin) * 1e3);
      } else {
        subject.run(index, 0);
      }
    }
  },

  whole(subject, total, inFlight) {
    return subject.runAll(total, inFlight);
  },
};

/** One operation to its end in any style: for checking results outside of the timed part. */
export function runOnce(subject, index, slot) {
  if (subject.style !== 'callback') return Promise.resolve(subject.run(index, slot));
  return new Promise((resolve, reject) => {
    subject.run(index, slot, (error, result) => (error ? reject(error) : resolve(result)));
  });
}
