// The benchmark: every workload against every contender that can do it, in turns. `npx tsx bench/run.ts --help`.
import { writeFileSync } from 'node:fs';
import { versionsOf, whoIsAble } from './harness/attendance.js';
import { besideBefore, contenderBefore } from './harness/before.js';
import { discover, isWanted } from './harness/discover.js';
import { Fixtures } from './harness/fixtures.js';
import { evaluateFloors } from './harness/floors.js';
import { describeMachine, headerLines } from './harness/header.js';
import { firstMissing, whyNotLoaded } from './harness/library.js';
import { measureWorkload } from './harness/measure.js';
import { processorTime, sharesSince } from './harness/processors.js';
import { readOptions, usage, type Options } from './harness/options.js';
import { readRuns, saveRun, unfinishedRun } from './harness/runs.js';
import { choiceOf, isChosen, setOf, type Choice } from './harness/sets.js';
import { markdown, textTable } from './harness/table.js';
import { reportPage } from './report/html.js';
import { publish } from './report/publish.js';
import type { AnyWorkload, Contender, Context, Measured, Run } from './harness/types.js';

/** What the harness is told, with the contenders that are asked for. */
type Asked = Context & Pick<Options, 'contenders'>;
type Chosen = AnyWorkload & { readonly choice?: Choice | undefined };

try {
  await main(readOptions(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof TypeError ? `${error.message}\n\n${usage}` : error);
  process.exitCode = 1;
}
// Also where a contender has left a thread behind.
process.exit();

async function main(options: Options): Promise<void> {
  if (options.help) {
    console.log(usage);
    return;
  }
  const contenders: Contender[] = await discover<Contender>('contenders');
  if (options.before !== undefined) contenders.unshift(await contenderBefore(options.before));
  const workloads = chosen(await discover<AnyWorkload>('workloads'), options).filter((workload) =>
    isSelected(workload, options),
  );
  if (workloads.length === 0) throw new TypeError('no workload has such a name');
  if (options.list) {
    list(workloads, contenders);
    return;
  }
  const run =
    options.from.length === 0
      ? await measureAll(workloads, contenders, options)
      : withGoals(readRuns(options.from), workloads);
  if (options.markdown) console.log(markdown(run));
  if (options.json !== undefined) saveRun(options.json, run);
  if (options.report !== undefined) writeFileSync(options.report, reportPage(run));
  if (options.publish) publish(run);
}

/** The workloads of the set that is asked for, each with what the set makes of it; all where none is. */
function chosen(workloads: readonly AnyWorkload[], options: Options): Chosen[] {
  if (options.before !== undefined) return workloads.map(besideBefore);
  if (options.set === undefined) return [...workloads];
  const set = setOf(options.set);
  return workloads.flatMap((workload) => {
    const choice = choiceOf(set, workload);
    return choice === undefined ? [] : { ...workload, choice, rounds: options.quick ? 2 : choice.rounds };
  });
}

async function measureAll(
  workloads: readonly Chosen[],
  contenders: readonly Contender[],
  options: Options,
): Promise<Run> {
  const fixtures = new Fixtures(options.dir);
  removeWhenStopped(fixtures);
  const context = { ...options, fixtures };
  const machine = describeMachine(fixtures.directory);
  const plain = !options.markdown;
  if (plain) console.log(headerLines(machine).join('\n'));
  if (whyNotLoaded() !== undefined) console.error(`uvfiles cannot be loaded: ${whyNotLoaded()}`);

  const kept = options.resume ? unfinishedRun(options.json!) : undefined;
  const measured: Measured[] = [...(kept?.measured ?? [])];
  const run = (): Run => ({
    machine,
    versions: [...new Set([...(kept?.versions ?? []), ...versionsIn(measured, contenders)])],
    measured,
  });
  const end = performance.now() + options.minutes * 60_000;
  for (const workload of workloads) {
    if (kept?.measured.some(({ name }) => name === workload.name)) continue;
    if (performance.now() > end) {
      console.log('\nThe time is up: the same command with --resume measures what is left.');
      break;
    }
    const one = await runOne(workload, contenders, context);
    measured.push(one);
    if (options.json !== undefined) saveRun(options.json, run());
    clearProgress();
    if (plain) console.log(textTable(one));
  }
  const { versions } = run();
  if (plain && versions.length > 0) console.log(`\nVersions: ${versions.join(', ')}`);
  const failures = measured.flatMap((one) => one.results.filter((result) => result.failure !== undefined));
  for (const { title, stack } of failures) console.error(`\n${title}: ${stack}`);
  // A wrong result is a failure; a slow one never is.
  if (failures.length > 0) process.exitCode = 1;
  return run();
}

/** The run with the current goals, which may differ from those at the time of the measurement. */
function withGoals(run: Run, workloads: readonly AnyWorkload[]): Run {
  const goalsOf = new Map(workloads.map(({ name, floors = [] }) => [name, floors]));
  const measured = run.measured.map((one) => ({
    ...one,
    floors: one.results.length === 0 ? [] : evaluateFloors(goalsOf.get(one.name) ?? [], one.results),
  }));
  return { ...run, measured };
}

/** The versions of all that took part in a workload. */
function versionsIn(measured: readonly Measured[], contenders: readonly Contender[]): string[] {
  const names = new Set(measured.flatMap(({ results }) => results.map(({ contender }) => contender)));
  const used = contenders.filter(({ name }) => names.has(name));
  return [...new Set(used.map(versionsOf))].filter((version) => version !== undefined);
}

async function runOne(workload: Chosen, contenders: readonly Contender[], context: Asked): Promise<Measured> {
  const { name, title, issue, inline = false, scaling } = workload;
  const head = {
    ...{ name, title, issue, inline, results: [], floors: [], absent: [] },
    ...(scaling && { scaling }),
  };
  const missing = firstMissing(workload.requires ?? []);
  if (missing !== undefined && missing !== 'uvfiles') return { ...head, missing };
  const wanted = contenders.filter((contender) => takesPart(contender, workload, context, missing));
  const { able, absent } = await whoIsAble(wanted, context);
  const before = processorTime();
  const begin = performance.now();
  const outcome = await measureWorkload(workload, able, context, showProgress);
  const seconds = Math.round((performance.now() - begin) / 100) / 10;
  return {
    ...head,
    ...outcome,
    absent,
    ...sharesSince(before),
    seconds,
    floors: evaluateFloors(workload.floors ?? [], outcome.results),
  };
}

function takesPart(
  contender: Contender,
  workload: Chosen,
  context: Asked,
  missing: string | undefined,
): boolean {
  if (workload.capability !== undefined && typeof contender[workload.capability] !== 'function') return false;
  if (contender.kind === 'ours') return missing === undefined;
  if (contender.lacks?.(workload.requires ?? []) !== undefined) return false;
  if (workload.choice !== undefined && !isChosen(workload.choice, contender, workload)) return false;
  if (workload.contenders !== undefined && !workload.contenders.includes(contender.name)) return false;
  return contender.name === workload.baseline || isWanted(contender.name, context.contenders);
}

function isSelected(workload: AnyWorkload, options: Options): boolean {
  return (
    isWanted(workload.name, options.only) &&
    (options.issues.length === 0 || options.issues.includes(workload.issue))
  );
}

function list(workloads: readonly AnyWorkload[], contenders: readonly Contender[]): void {
  for (const { name, title, issue } of workloads) console.log(`${name.padEnd(24)} #${issue}  ${title}`);
  console.log(`\ncontenders: ${contenders.map((contender) => contender.name).join(', ')}`);
}

function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

function removeWhenStopped(fixtures: Fixtures): void {
  process.once('exit', () => fixtures.remove());
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const) {
    process.once(signal, () => process.exit(128 + number));
  }
}
