// Times one job done twice, through uvfiles and through fs.promises, with the event loop's delay beside it.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

/** What the tour works on. */
export interface Work {
  readonly directory: string;
  readonly log: { readonly path: string; readonly size: number; readonly lines: number };
  readonly paths: readonly string[];
  readonly reads: number;
  readonly appends: number;
}

/** The same work done in two ways. `check` compares a result with what synchronous node:fs says. */
export interface Job<R> {
  readonly title: string;
  ours(): Promise<R>;
  theirs(): Promise<R>;
  check(result: R): boolean;
}

/** One run: its time, the 99th percentile of how late timers were, and the job's result. */
export interface Run<R = unknown> {
  readonly ms: number;
  readonly delayMs: number;
  readonly result: R;
}

/** Runs both ways by turns, twice each in the order ABBA, and keeps the better run of each. */
export async function sideBySide<R>(
  job: Job<R>,
  say: (text: string) => void,
): Promise<{ ours: Run<R>; theirs: Run<R> }> {
  const run = (name: 'uvfiles' | 'fs.promises', round: number): Promise<Run<R>> => {
    say(`${name}, run ${round} of 2`);
    return timed(() => (name === 'uvfiles' ? job.ours() : job.theirs()));
  };
  const ours = await run('uvfiles', 1);
  const theirs = better(await run('fs.promises', 1), await run('fs.promises', 2));
  return { ours: better(ours, await run('uvfiles', 2)), theirs };
}

function better<R>(a: Run<R>, b: Run<R>): Run<R> {
  return b.ms < a.ms ? b : a;
}

async function timed<R>(job: () => Promise<R>): Promise<Run<R>> {
  const resolution = 1;
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  const start = performance.now();
  const result = await job();
  const ms = performance.now() - start;
  delay.disable();
  // A job that never lets the histogram's timer run has held the loop all the time.
  const delayMs = delay.count === 0 ? ms : Math.max(0, delay.percentile(99) / 1e6 - resolution);
  return { ms, delayMs, result };
}
