// Whether the machine had time for the tour: figures of a busy machine mean little.
import os from 'node:os';
import process from 'node:process';

/** Processor time since the start of the machine and of this process, and the current time, in milliseconds. */
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

/** How many processors other programs kept busy between two samples, on average. */
export function usedByOthers(before: Look, after: Look): number {
  const busy = after.busy - before.busy - (after.own - before.own);
  return Math.max(0, busy / (after.at - before.at));
}

/** The warning about this; undefined below a quarter of the machine. */
export function warningOf(used: number, processors: number): string | undefined {
  if (!(used > processors / 4)) return undefined;
  return `Warning: other programs kept ${used.toFixed(1)} of ${processors} processors busy during the tour, so these results may be wrong.
Run the tour again when the machine is idle.`;
}
