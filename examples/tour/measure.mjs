// Times one job done twice, through uvfiles and through fs.promises, with the event loop's delay beside it.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

/**
 * Runs `ours` and `theirs` by turns, twice each in the order ABBA, and keeps the better run of each. Resolves to
 * `{ ours, theirs }`, each `{ ms, delayMs, result }`: the time, the longest that a timer was late, the job's result.
 */
export async function sideBySide({ ours, theirs }, say) {
  const best = {};
  for (const [name, round] of [
    ['ours', 1],
    ['theirs', 1],
    ['theirs', 2],
    ['ours', 2],
  ]) {
    say(`${name === 'ours' ? 'uvfiles' : 'fs.promises'}, run ${round} of 2`);
    const run = await timed(name === 'ours' ? ours : theirs);
    if (best[name] === undefined || run.ms < best[name].ms) best[name] = run;
  }
  return best;
}

async function timed(job) {
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
