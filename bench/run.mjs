// The benchmark: every workload against every contender that can do it, in turns. `node bench/run.mjs --help`.
import { readFileSync, writeFileSync } from 'node:fs';
import { discover, isWanted } from './harness/discover.mjs';
import { Fixtures } from './harness/fixtures.mjs';
import { evaluateFloors } from './harness/floors.mjs';
import { describeMachine, headerLines } from './harness/header.mjs';
import { firstMissing, whyNotLoaded } from './harness/library.mjs';
import { measureWorkload } from './harness/measure.mjs';
import { readOptions, usage } from './harness/options.mjs';
import { markdown, textTable } from './harness/table.mjs';

const marks = ['<!-- figures: begin -->', '<!-- figures: end -->'];

try {
  await main(readOptions(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof TypeError ? `${error.message}\n\n${usage}` : error);
  process.exitCode = 1;
}

async function main(options) {
  if (options.help) return console.log(usage);
  const contenders = await discover('contenders');
  const workloads = (await discover('workloads')).filter((workload) => isSelected(workload, options));
  if (workloads.length === 0) throw new TypeError('no workload has such a name');
  if (options.list) return list(workloads, contenders);

  const fixtures = new Fixtures(options.dir);
  removeWhenStopped(fixtures);
  const context = { ...options, fixtures };
  const machine = describeMachine(fixtures.directory);
  const plain = !options.markdown;
  if (plain) console.log(headerLines(machine).join('\n'));
  if (whyNotLoaded() !== undefined) console.error(`uvfiles cannot be loaded: ${whyNotLoaded()}`);

  const measured = [];
  for (const workload of workloads) {
    measured.push(await runOne(workload, contenders, context));
    clearProgress();
    if (plain) console.log(textTable(measured.at(-1)));
  }
  const failures = measured.flatMap((one) => one.results.filter((result) => result.failure));
  for (const { title, stack } of failures) console.error(`\n${title}: ${stack}`);
  // A wrong result is a failure; a slow one never is.
  if (failures.length > 0) process.exitCode = 1;

  if (options.markdown) console.log(markdown(machine, measured));
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify({ machine, measured }, null, 1));
  if (options.write !== undefined) writeBetweenMarks(options.write, markdown(machine, measured));
}

async function runOne(workload, contenders, context) {
  const { name, title, issue, inline = false } = workload;
  const head = { name, title, issue, inline, results: [], floors: [] };
  const missing = firstMissing(workload.requires ?? []);
  const able = contenders.filter((contender) => takesPart(contender, workload, context, missing));
  if (missing !== undefined && missing !== 'uvfiles') return { ...head, missing };
  const outcome = await measureWorkload(workload, able, context, showProgress);
  return { ...head, ...outcome, floors: evaluateFloors(workload.floors ?? [], outcome.results) };
}

function takesPart(contender, workload, context, missing) {
  if (workload.capability !== undefined && typeof contender[workload.capability] !== 'function') return false;
  if (contender.kind === 'ours') return missing === undefined;
  if (workload.contenders !== undefined && !workload.contenders.includes(contender.name)) return false;
  return contender.name === workload.baseline || isWanted(contender.name, context.contenders);
}

function isSelected(workload, options) {
  const issues = [workload.issue].flat();
  return (
    isWanted(workload.name, options.only) &&
    (options.issues.length === 0 || issues.some((issue) => options.issues.includes(issue)))
  );
}

function list(workloads, contenders) {
  for (const { name, title, issue } of workloads) console.log(`${name.padEnd(24)} #${issue}  ${title}`);
  console.log(`\ncontenders: ${contenders.map((contender) => contender.name).join(', ')}`);
}

function showProgress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function clearProgress() {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

function removeWhenStopped(fixtures) {
  process.once('exit', () => fixtures.remove());
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ]) {
    process.once(signal, () => process.exit(128 + number));
  }
}

function writeBetweenMarks(file, text) {
  const [before, rest] = readFileSync(file, 'utf8').split(marks[0]);
  const after = rest?.split(marks[1])[1];
  if (after === undefined) throw new Error(`${file} has no '${marks[0]}' and '${marks[1]}'`);
  writeFileSync(file, `${before}${marks[0]}\n${text}${marks[1]}${after}`);
}
