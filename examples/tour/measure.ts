// Measures one job through uvfiles and through fs.promises: the time, and the delay of the event loop.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

/** The files that the tour uses. */
export interface Work {
  readonly directory: string;
  readonly log: { readonly path: string; readonly size: number; readonly lines: number };
  readonly paths: readonly string[];
  readonly reads: number;
  readonly appends: number;
}

/** The same work done in two ways. `check` compares a result with that of synchronous node:fs. */
export interface Job<R> {
  readonly title: string;
  ours(): Promise<R>;
  theirs(): Promise<R>;
  check(result: R): boolean;
}

/** One run: its time, the 99th percentile of the delay of timers, and the job's result. */
export interface Run<R = unknown> {
  readonly ms: number;
  readonly delayMs: number;
  readonly result: R;
}

/** How often each way runs. The table shows the median run. */
export const rounds = 5;

/** Runs both ways in turn, so that each is first equally often, and keeps the median run of each. */
export async function sideBySide<R>(
  job: Job<R>,
  say: (text: string) => void,
): Promise<{ ours: Run<R>; theirs: Run<R> }> {
  const ours: Run<R>[] = [];
  const theirs: Run<R>[] = [];
  for (let round = 1; round <= rounds; round++) {
    const both = [
      async () => ours.push(await timed(() => job.ours())),
      async () => theirs.push(await timed(() => job.theirs())),
    ];
    say(`round ${round} of ${rounds}`);
    for (const run of round % 2 === 0 ? both.reverse() : both) await run();
  }
  return { ours: median(ours), theirs: median(theirs) };
}

/** The run with the median time. */
export function median<R>(runs: readonly Run<R>[]): Run<R> {
  return [...runs].sort((a, b) => a.ms - b.ms)[Math.floor(runs.length / 2)]!;
}

async function timed<R>(job: () => Promise<R>): Promise<Run<R>> {
  const resolution = 1;
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  const start = performance.now();
  const result = await job();
  const ms = performance.now() - start;
  delay.disable();
  // If the histogram's timer never ran, the job has blocked the loop all the time.
  const delayMs = delay.count === 0 ? ms : Math.max(0, delay.percentile(99) / 1e6 - resolution);
  return { ms, delayMs, result };
}
