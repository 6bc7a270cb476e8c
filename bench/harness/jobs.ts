// Workloads that are one whole job with a known result, instead of many operations.
import { performance } from 'node:perf_hooks';
import { runOnce } from './drive.js';
import { watchStalls } from './loop-delay.js';
import type { Context, Sample, SingleSubject } from './types.js';

interface JobOptions<R> {
  readonly stalls?: boolean;
  readonly touch?: (result: R) => void;
  readonly resultOf?: (result: R) => number;
  readonly forMs?: number;
}

export interface JobParams {
  /** What the job must result in. */
  readonly expected: number;
  /** The number of operations that it counts as. Default: one. */
  readonly operations?: number;
}

/** The result of a contender that is too slow for the whole job: how much of it was done, and in what time. */
export interface Part {
  readonly operations: number;
  readonly seconds: number;
}

/**
 * The `measure` of a workload whose subject's `run()` resolves to something that `params.expected` must equal.
 * With `stalls` it also reports the longest stall of the loop, up to and including `touch(result)`.
 * A job is done again and again for `forMs` milliseconds, so that it pays for the garbage it makes; once without.
 */
export function measureJob<R = number>({
  stalls = false,
  touch = () => undefined,
  resultOf = Number,
  forMs = 0,
}: JobOptions<R> = {}) {
  return async (
    subject: SingleSubject,
    params: JobParams,
    _total: number,
    { quick }: Context,
  ): Promise<Sample> => {
    const watch = stalls ? watchStalls() : undefined;
    const start = performance.now();
    let result: R | Part;
    let times = 0;
    do {
      result = (await runOnce(subject, 0, 0)) as R | Part;
      if (isPart(result))
        return { operations: result.operations, nanoseconds: result.seconds * 1e9, cpuUs: NaN };
      touch(result);
      times++;
    } while (!quick && performance.now() - start < forMs);
    const nanoseconds = (performance.now() - start) * 1e6;
    const values = (await watch?.stop()) ?? {};
    const outcome = resultOf(result);
    if (outcome !== params.expected) throw new Error(`the result is ${outcome}, not ${params.expected}`);
    return { operations: times * (params.operations ?? 1), nanoseconds, values };
  };
}

function isPart(result: unknown): result is Part {
  return typeof result === 'object' && result !== null && 'seconds' in result;
}
