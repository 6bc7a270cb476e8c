// Whether others use the machine: what is measured beside them says little.
import { cpus } from 'node:os';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Measured } from './types.js';

const lookMs = 100;
const tooBusy = 0.15;
const tooMuchStolen = 0.03;

/** The share of all processors, 0 to 1, that is used while this process waits for a moment. */
export async function busyShare(): Promise<number> {
  const before = times();
  await wait(lookMs);
  const after = times();
  const all = after.all - before.all;
  return all > 0 ? Math.max(0, 1 - (after.idle - before.idle) / all) : 0;
}

interface Stolen {
  readonly stolen: number;
  readonly all: number;
  readonly share: number;
}

/** What a hypervisor has given to others, in ticks; `share` is that since `before`. Nothing where the system does not tell. */
export function stolenTime(before: Omit<Stolen, 'share'> = { stolen: 0, all: 0 }): Stolen {
  try {
    const line = /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'latin1'))![1]!;
    const ticks = line.split(' ').map(Number);
    const stolen = ticks[7] ?? 0;
    const all = ticks.slice(0, 8).reduce((sum, each) => sum + each, 0);
    return { stolen, all, share: (stolen - before.stolen) / Math.max(1, all - before.all) };
  } catch {
    return { stolen: 0, all: 0, share: 0 };
  }
}

/** What is said of a workload that was measured on a busy machine. */
export function busyNotes({ othersBusy = 0, stolen = 0 }: Measured): string[] {
  const notes: string[] = [];
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  if (othersBusy > tooBusy)
    notes.push(`The machine was busy: others used ${percent(othersBusy)} of the processors just before.`);
  if (stolen > tooMuchStolen)
    notes.push(`The hypervisor gave ${percent(stolen)} of the processors' time to others meanwhile.`);
  return notes;
}

function times(): { idle: number; all: number } {
  let idle = 0;
  let all = 0;
  for (const { times: of } of cpus()) {
    idle += of.idle;
    all += of.idle + of.user + of.nice + of.sys + of.irq;
  }
  return { idle, all };
}
