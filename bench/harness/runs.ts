// Runs that are kept in files: written after each workload, so that a run that is stopped keeps what it has, and read back.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Machine } from './header.js';
import type { Measured, Run } from './types.js';

/** Writes a run as JSON. A reader finds the file as it was or as it is, never half of it. */
export function saveRun(file: string, run: Run): void {
  const temporary = `${file}.partial`;
  writeFileSync(temporary, JSON.stringify(run, null, 1));
  renameSync(temporary, file);
}

/** Merges the runs of several files. If several have the same workload, the last one counts. */
export function readRuns(files: readonly string[]): Run {
  return mergeRuns(files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Run));
}

/** The results of a stopped run in its file; undefined if there are none. Failed workloads are measured again. */
export function unfinishedRun(file: string): Run | undefined {
  if (!existsSync(file)) return undefined;
  const run = readRuns([file]);
  return { ...run, measured: run.measured.filter((each) => !hasFailed(each)) };
}

/** Merges several runs. Throws a TypeError if they were not measured on the same machine with the same Node. */
export function mergeRuns(runs: readonly Run[]): Run {
  const last = runs.at(-1);
  if (last === undefined) throw new TypeError('there is no run');
  const other = runs.find(({ machine }) => settingOf(machine) !== settingOf(last.machine));
  if (other !== undefined)
    throw new TypeError(
      `these runs cannot be compared: ${settingOf(other.machine)}; ${settingOf(last.machine)}`,
    );
  const measured = new Map<string, Measured>();
  for (const run of runs) for (const each of run.measured) measured.set(each.name, each);
  const versions = [...new Set(runs.flatMap((run) => run.versions))];
  return { machine: last.machine, versions, measured: [...measured.values()] };
}

function hasFailed({ results }: Measured): boolean {
  return results.some(({ failure }) => failure !== undefined);
}

// All but the time.
function settingOf({ date: _, ...rest }: Machine): string {
  return Object.values(rest).join(', ');
}
