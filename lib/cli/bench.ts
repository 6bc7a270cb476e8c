// uvfiles bench [PATH]: a comparison with fs.promises on the user's own disk.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as process from 'node:process';
import { parseArgs } from 'node:util';
import { columns, duration, paint } from './table.js';
import { UsageError } from './usage.js';
import type { Workload } from './workloads.js';

export const help = `Usage: uvfiles bench [PATH] [--seconds N] [--json]

Runs the same workloads with uvfiles and with fs.promises in PATH (default: the current directory), and shows which is
faster. The two take turns in one process. It creates a temporary directory of about 20 MB in PATH and removes it.

  --seconds N   the duration of the measurement, 1 to 600 (default: 20)
  --json        print one JSON object instead of text

Exit codes: 0 on success, 1 after an error, 2 for incorrect usage.`;

interface Figures {
  /** Nanoseconds per call, the median over the rounds. */
  perCallNs: number;
  /** Nanoseconds from a call to its result. */
  p50Ns: number;
  p99Ns: number;
}

/** What `uvfiles bench --json` prints for each workload. `ratio` is how many times as fast uvfiles is, with its quartiles. */
interface Result {
  name: string;
  inFlight: number;
  uvfiles: Figures;
  fsPromises: Figures;
  ratio: number;
  from: number;
  to: number;
}

const ROUNDS = 5;

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}

const ascending = (values: number[]): number[] => values.sort((a, b) => a - b);

/** Calls for `ms` milliseconds, `inFlight` at a time. Gives the nanoseconds of each call, and of all. */
async function turn(
  call: (number: number) => Promise<unknown>,
  inFlight: number,
  ms: number,
): Promise<{ perCall: number; latencies: number[] }> {
  const latencies: number[] = [];
  const begin = performance.now();
  const end = begin + ms;
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let now = performance.now(); now < end;) {
      await call(next++);
      const then = performance.now();
      latencies.push((then - now) * 1e6);
      now = then;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { perCall: ((performance.now() - begin) * 1e6) / latencies.length, latencies };
}

function figures(turns: { perCall: number; latencies: number[] }[]): Figures {
  const latencies = ascending(turns.flatMap((each) => each.latencies));
  return {
    perCallNs: quantile(ascending(turns.map((each) => each.perCall)), 0.5),
    p50Ns: quantile(latencies, 0.5),
    p99Ns: quantile(latencies, 0.99),
  };
}

async function compare(workload: Workload, ms: number): Promise<Result> {
  const { name, inFlight, ours, theirs } = workload;
  const each = ms / (2 * (ROUNDS + 0.5));
  await turn(ours, inFlight, each / 2);
  await turn(theirs, inFlight, each / 2);
  const own = [];
  const others = [];
  const ratios = [];
  for (let round = 0; round < ROUNDS; round++) {
    const first = round % 2 === 0 ? [ours, theirs] : [theirs, ours];
    const turns = [await turn(first[0]!, inFlight, each), await turn(first[1]!, inFlight, each)];
    if (round % 2 !== 0) turns.reverse();
    own.push(turns[0]!);
    others.push(turns[1]!);
    ratios.push(turns[1]!.perCall / turns[0]!.perCall);
  }
  ascending(ratios);
  return {
    name,
    inFlight,
    uvfiles: figures(own),
    fsPromises: figures(others),
    ratio: quantile(ratios, 0.5),
    from: quantile(ratios, 0.25),
    to: quantile(ratios, 0.75),
  };
}

/** Summarizes the ratios in one sentence. */
export function verdict(results: readonly Result[]): string {
  const ratios = ascending(results.map((each) => each.ratio));
  const mean = Math.exp(ratios.reduce((sum, each) => sum + Math.log(each), 0) / ratios.length);
  const behind = results.filter((each) => each.to < 0.95);
  const names = behind.map((each) => `${each.name}, ${each.inFlight} in flight`).join('; ');
  const head =
    mean >= 1.05
      ? `On this disk, uvfiles is ${mean.toPrecision(2)} times as fast as fs.promises (geometric mean)`
      : mean > 0.95
        ? 'On this disk, uvfiles and fs.promises are equally fast'
        : `On this disk, uvfiles has ${mean.toPrecision(2)} times the speed of fs.promises (geometric mean)`;
  return behind.length === 0
    ? `${head}. It is not slower in any workload.`
    : `${head}. It is slower in: ${names}.`;
}

function print(results: readonly Result[]): void {
  const rows = results.map((each) => [
    each.name,
    String(each.inFlight),
    duration(each.uvfiles.perCallNs),
    duration(each.fsPromises.perCallNs),
    `${each.ratio.toPrecision(3)}x`,
    `${each.from.toPrecision(2)}-${each.to.toPrecision(2)}`,
    duration(each.uvfiles.p99Ns),
    duration(each.fsPromises.p99Ns),
  ]);
  const head = [
    '',
    'in flight',
    'uvfiles',
    'fs.promises',
    'faster',
    'quartiles',
    'uvfiles p99',
    'fs.promises p99',
  ];
  const [first, ...lines] = columns([head, ...rows]);
  process.stdout.write(
    `${paint('dim', first!)}\n${lines.join('\n')}\n\n${paint('bold', verdict(results))}\n`,
  );
}

async function measure(path: string, seconds: number): Promise<Result[]> {
  const { tempfile } = await import('../index.js');
  const { prepare } = await import('./workloads.js');
  await using folder = await tempfile.temporaryDirectory({ dir: path, prefix: '.uvfiles-bench-' });
  const { workloads, close } = await prepare(folder.name);
  const results: Result[] = [];
  try {
    for (const each of workloads) results.push(await compare(each, (seconds * 1000) / workloads.length));
  } finally {
    await close();
  }
  return results;
}

/** Resolves to the exit code. */
export async function bench(args: string[], version: string): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: { json: { type: 'boolean', default: false }, seconds: { type: 'string', default: '20' } },
    allowPositionals: true,
  });
  if (positionals.length > 1) throw new UsageError(`expected one PATH, got ${positionals.length}`);
  const path = positionals[0] ?? '.';
  if (!fs.statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`${path} is not a directory`);
  }
  const seconds = Number(values.seconds);
  if (!(seconds >= 1 && seconds <= 600)) {
    throw new UsageError(`--seconds must be a number from 1 to 600, got ${values.seconds}`);
  }
  const load = os.loadavg()[0]!;
  const processors = os.availableParallelism();
  const busy = load > processors / 2;
  const setting = `uvfiles ${version}, Node.js ${process.versions.node}, ${processors} processors, load ${load.toFixed(1)}`;
  if (!values.json) {
    process.stdout.write(`${setting}\n`);
    if (busy) {
      process.stdout.write(paint('yellow', 'The machine is busy, so the results are less accurate.\n'));
    }
    process.stdout.write('\n');
  }
  const results = await measure(path, seconds);
  if (values.json) {
    const node = process.versions.node;
    const report = { version, node, processors, load, results, verdict: verdict(results) };
    process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  } else print(results);
  return 0;
}
