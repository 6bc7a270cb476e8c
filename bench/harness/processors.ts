// Whether other programs use the machine, which makes figures unreliable. The time of the benchmark itself, of the processes
// that it started and of the kernel's own threads, which work for them, does not count.
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { median } from './statistics.js';
import type { Measured } from './types.js';

const tooBusy = 0.15;
const tooMuchStolen = 0.03;
// The parent of all threads of the kernel.
const kernel = 2;

/** Processor time since the machine started, in ticks of its clock. */
interface ProcessorTime {
  /** The time of all processors, idle or not. */
  readonly all: number;
  /** The time of programs that this process did not start. */
  readonly others: number;
  /** Given to other machines by a hypervisor. */
  readonly stolen: number;
}

/** The processor time up to now; undefined where the system does not tell. */
export function processorTime(): ProcessorTime | undefined {
  try {
    const total = /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'latin1'))![1]!;
    const ticks = total.split(' ').map(Number);
    const [user = 0, nice = 0, system = 0] = ticks;
    return {
      all: ticks.slice(0, 8).reduce((sum, each) => sum + each, 0),
      others: user + nice + system - ownTicks(),
      stolen: ticks[7] ?? 0,
    };
  } catch {
    return undefined;
  }
}

/** The shares of the processors, 0 to 1, that others have had since `before`. */
export function sharesSince(before: ProcessorTime | undefined): { othersBusy?: number; stolen?: number } {
  const now = processorTime();
  if (before === undefined || now === undefined) return {};
  const share = (key: 'others' | 'stolen') =>
    Math.max(0, now[key] - before[key]) / Math.max(1, now.all - before.all);
  return { othersBusy: share('others'), stolen: share('stolen') };
}

/** Why a workload's figures should not be quoted, if other programs used too much processor time. */
export function busyNotes({ othersBusy = 0, stolen = 0 }: Partial<Measured>): string[] {
  const notes: string[] = [];
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  if (othersBusy > tooBusy)
    notes.push(`The machine was busy: other programs used ${percent(othersBusy)} of the processors.`);
  if (stolen > tooMuchStolen)
    notes.push(`The hypervisor gave ${percent(stolen)} of the processors' time to others meanwhile.`);
  return notes;
}

/** The same for several workloads together: the medians of their shares. */
export function busyNotesOf(workloads: readonly Measured[]): string[] {
  return busyNotes({
    othersBusy: median(workloads.map(({ othersBusy = 0 }) => othersBusy)),
    stolen: median(workloads.map(({ stolen = 0 }) => stolen)),
  });
}

// The time that this process, its descendants and the kernel's threads have used. The time of a process that has ended is part
// of that of its parent.
function ownTicks(): number {
  const parents = new Map<number, number>();
  const used = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const stat = Number.isNaN(pid) ? undefined : statOf(pid);
    if (stat === undefined) continue;
    parents.set(pid, stat.parent);
    used.set(pid, stat.ticks);
  }
  let sum = 0;
  for (const [pid, ticks] of used) if (isOwn(pid, parents)) sum += ticks;
  return sum;
}

function isOwn(pid: number, parents: ReadonlyMap<number, number>): boolean {
  for (let at: number | undefined = pid; at !== undefined; at = parents.get(at))
    if (at === process.pid || at === kernel) return true;
  return false;
}

function statOf(pid: number): { parent: number; ticks: number } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined; // It has ended since.
  }
  // After the name, which can contain spaces and parentheses: state, parent, ..., utime, stime, cutime, cstime.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
  return { parent: Number(fields[1]), ticks };
}
