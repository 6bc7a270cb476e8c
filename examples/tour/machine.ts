// Whether the machine had time for the tour: figures of a machine that is busy otherwise are worth little.
import os from 'node:os';
import process from 'node:process';

/** Processor time since the start of the machine and of this process, in milliseconds, and the time of the look. */
interface Look {
  readonly at: number;
  readonly busy: number;
  readonly own: number;
}

export function look(): Look {
  const busy = os.cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  const { user, system } = process.cpuUsage();
  return { at: performance.now(), busy, own: (user + system) / 1000 };
}

/** How many processors the other programs kept busy between two looks, on average. */
export function usedByOthers(before: Look, after: Look): number {
  const busy = after.busy - before.busy - (after.own - before.own);
  return Math.max(0, busy / (after.at - before.at));
}

/** What to tell of that: undefined where it is less than a quarter of the machine. */
export function warningOf(used: number, processors: number): string | undefined {
  if (!(used > processors / 4)) return undefined;
  return `Warning: other programs kept ${used.toFixed(1)} of ${processors} processors busy during the tour, so these results may be wrong.
Run the tour again when the machine is idle.`;
}
