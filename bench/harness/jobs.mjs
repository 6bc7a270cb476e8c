// Workloads that are one whole job rather than very many operations, whose result is known.
import { performance } from 'node:perf_hooks';
import { watchStalls } from './loop-delay.mjs';

/**
 * The `measure` of a workload whose subject's `run()` resolves to something that `params.expected` must equal.
 * With `stalls` it also reports the longest stall of the loop, up to and including `touch(result)`.
 * A job is done again and again for `forMs` milliseconds, so that it pays for the garbage it makes; once without.
 */
export function measureJob({
  stalls = false,
  touch = () => {},
  resultOf = (result) => result,
  forMs = 0,
} = {}) {
  return async (subject, params, _total, { quick = false } = {}) => {
    const watch = stalls ? watchStalls() : undefined;
    const start = performance.now();
    let result;
    let times = 0;
    do {
      result = await runJob(subject);
      touch(result);
      times++;
    } while (!quick && performance.now() - start < forMs);
    const nanoseconds = (performance.now() - start) * 1e6;
    const values = stalls ? await watch.stop() : {};
    // A contender that is too slow for the whole job says how much of it it did, and in what time.
    if (result?.seconds !== undefined)
      return { operations: result.operations, nanoseconds: result.seconds * 1e9, cpuUs: NaN };
    const outcome = resultOf(result);
    if (outcome !== params.expected) throw new Error(`the result is ${outcome}, not ${params.expected}`);
    return { operations: times * (params.operations ?? 1), nanoseconds, values };
  };
}

function runJob(subject) {
  if (subject.style !== 'callback') return subject.run(0, 0);
  return new Promise((resolve, reject) => {
    subject.run(0, 0, (error, result) => (error ? reject(error) : resolve(result)));
  });
}
