// Measures one workload: contenders take turns within each round, in one process, so that other load on the machine
// affects all of them. The ratios within each round are compared, by their median.
import { setTimeout as wait } from 'node:timers/promises';
import { collectYoungGarbage } from './garbage.js';
import { setInline } from './library.js';
import { inTurn, median, medianInterval, percentile, curveShares, ratios } from './statistics.js';
import type { AnyWorkload, Contender, Context, Result, Round, Skip } from './types.js';

const fewestOperations = 20;
const stopMs = 10_000;

/** One contender at work. */
interface Runner {
  readonly contender: Contender;
  readonly samples: Round[];
  subject?: object | undefined;
  /** Operations per round. */
  total: number;
  failure?: Error;
}

/**
 * Runs a workload against contenders and gives one result per contender, with `failure` in the place of figures where it
 * could not run. `progress(text)` is called before each step.
 */
export async function measureWorkload(
  workload: AnyWorkload,
  contenders: readonly Contender[],
  context: Context,
  progress: (text: string) => void,
): Promise<{ results: Result[]; skipped?: string }> {
  const params = (await workload.fixture?.(context)) ?? {};
  if (isSkip(params)) return { skipped: params.skip, results: [] };
  setInline(workload.inline ?? false);
  const runners: Runner[] = [];
  try {
    for (const contender of contenders) {
      progress(`${workload.name}: ${contender.name} warms up`);
      const runner = await prepare(workload, contender, params, context);
      // A contender that returns no subject does not support this variant of the job.
      if (runner.subject !== undefined || runner.failure !== undefined) runners.push(runner);
    }
    const rounds = workload.rounds ?? context.rounds;
    for (let round = 0; round < rounds; round++) {
      progress(`${workload.name}: round ${round + 1} of ${rounds}`);
      for (const runner of inTurn(runners, round)) await measureOnce(workload, runner, params, context);
    }
  } finally {
    for (const runner of runners) await stop(runner);
    setInline(true);
    await workload.cleanup?.(params);
  }
  return { results: summarise(runners, workload.baseline) };
}

function isSkip(params: object): params is Skip {
  return 'skip' in params;
}

async function prepare(
  workload: AnyWorkload,
  contender: Contender,
  params: object,
  context: Context,
): Promise<Runner> {
  const runner: Runner = { contender, samples: [], total: 0 };
  try {
    runner.subject = await start(workload, contender, params, context);
    if (runner.subject === undefined) return runner;
    await workload.verify?.(runner.subject, params);
    runner.total = await calibrate(workload, runner.subject, params, context);
  } catch (error) {
    runner.failure = error as Error;
  }
  return runner;
}

function start(workload: AnyWorkload, contender: Contender, params: object, context: Context) {
  if (workload.start !== undefined) return workload.start(contender, params, context);
  if (workload.capability === undefined) throw new TypeError(`${workload.name} says neither what nor how`);
  // The types of a workload say that its params are those of its capability.
  const begin = contender[workload.capability] as (
    of: object,
  ) => object | undefined | Promise<object | undefined>;
  return begin.call(contender, params);
}

// The number of operations that fill a round. The passes that determine it are also the warm-up.
async function calibrate(
  workload: AnyWorkload,
  subject: object,
  params: object,
  context: Context,
): Promise<number> {
  if (workload.fixedTotal !== undefined) {
    const total = workload.fixedTotal(context);
    if (workload.warmUp ?? true) await workload.measure(subject, params, total, context);
    return total;
  }
  const most = workload.mostOperations ?? Number.POSITIVE_INFINITY;
  let total = Math.min(most, workload.firstOperations ?? 200);
  for (let pass = 0; pass < 3; pass++) {
    const sample = await workload.measure(subject, params, total, context);
    const fitting = (sample.operations * context.roundMs * 1e6) / sample.nanoseconds;
    total = Math.round(Math.min(most, Math.max(fewestOperations, fitting)));
  }
  return total;
}

async function measureOnce(
  workload: AnyWorkload,
  runner: Runner,
  params: object,
  context: Context,
): Promise<void> {
  if (runner.failure !== undefined || runner.subject === undefined) return;
  try {
    collectYoungGarbage();
    // Background threads sweep the collected memory.
    await wait(20);
    const cpu = process.cpuUsage();
    const sample = await workload.measure(runner.subject, params, runner.total, context);
    const { user, system } = process.cpuUsage(cpu);
    const latencies = sample.latencies ?? [];
    runner.samples.push({
      nsPerOp: sample.nanoseconds / sample.operations,
      operations: sample.operations,
      cpuUs: sample.cpuUs ?? (user + system) / sample.operations,
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      values: sample.values ?? {},
      ...(latencies.length > 0 && { curve: curveShares.map((share) => percentile(latencies, share)) }),
      ...(sample.timeline && { timeline: sample.timeline }),
    });
    await workload.verify?.(runner.subject, params);
  } catch (error) {
    runner.failure = error as Error;
  }
}

async function stop(runner: Runner): Promise<void> {
  try {
    const closed = (runner.subject as { close?(): unknown } | undefined)?.close?.();
    // A contender's thread pool that never ends must not block the benchmark.
    await Promise.race([closed, wait(stopMs)]);
  } catch (error) {
    runner.failure ??= error as Error;
  }
}

function summarise(runners: readonly Runner[], baseline: string | undefined): Result[] {
  const base = runners.find((runner) => runner.contender.name === baseline);
  return runners.map(({ contender, samples, failure }) => {
    const head = { contender: contender.name, title: contender.title, kind: contender.kind };
    if (failure !== undefined) return { ...head, failure: failure.message, stack: failure.stack ?? '' };
    const of = (key: 'nsPerOp' | 'p50' | 'p99' | 'cpuUs') => samples.map((sample) => sample[key]);
    const baseSamples = base?.failure === undefined ? (base?.samples ?? []) : [];
    const throughput = ratios(
      baseSamples.map((sample) => sample.nsPerOp),
      of('nsPerOp'),
    );
    const ratioInterval = base?.contender === contender ? undefined : medianInterval(throughput);
    const curves = samples.flatMap(({ curve }) => (curve === undefined ? [] : [curve]));
    return {
      ...head,
      nsPerOp: median(of('nsPerOp')),
      ratio: median(throughput),
      ...(ratioInterval && { ratioInterval }),
      ...(curves.length > 0 && {
        curve: curveShares.map((_, index) => median(curves.map((curve) => curve[index]!))),
      }),
      p50: median(of('p50')),
      p99: median(of('p99')),
      cpuUs: median(of('cpuUs')),
      values: medianValues(samples),
      samples,
    };
  });
}

function medianValues(samples: readonly Round[]): Record<string, number> {
  const names = new Set(samples.flatMap((sample) => Object.keys(sample.values)));
  return Object.fromEntries(
    [...names].map((name) => [name, median(samples.map((s) => s.values[name] ?? NaN))]),
  );
}
