// The tour (`npm start`): real work on real files through uvfiles, each result checked against node:fs, with time and
// event-loop delay beside fs.promises. `--small` does the same on little data.
import { performance } from 'node:perf_hooks';
import { appendLines, countLines, randomReads, readSmallFiles, rewriteLog, statTree } from './tour/jobs.mjs';
import { sideBySide } from './tour/measure.mjs';
import { progressLine } from './tour/progress.mjs';
import { printTable } from './tour/table.mjs';
import { makeLog, makeTree, temporaryDirectory } from './tour/workload.mjs';

const small = process.argv.includes('--small');
const scale = small
  ? { logBytes: 2e6, files: 200, reads: 2000, appends: 1000 }
  : { logBytes: 200e6, files: 4000, reads: 100_000, appends: 50_000 };

const started = performance.now();
const directory = temporaryDirectory();
const progress = progressLine();

const log = await makeLog(directory, scale.logBytes, (text) => progress.say(`Preparing: ${text}`));
const paths = await makeTree(directory, scale.files, (text) => progress.say(`Preparing: ${text}`));
const work = { directory, log, paths, ...scale };
const rows = [];
for (const [index, describe] of [
  countLines,
  randomReads,
  readSmallFiles,
  statTree,
  appendLines,
  rewriteLog,
].entries()) {
  const job = describe(work);
  const step = `Step ${index + 1} of 6, ${job.title}`;
  const { ours, theirs } = await sideBySide(job, (text) => progress.say(`${step}: ${text}`));
  progress.say(`${step}: checking against node:fs`);
  for (const [name, run] of [
    ['uvfiles', ours],
    ['fs.promises', theirs],
  ]) {
    if (!job.check(run.result)) throw new Error(`${job.title}: ${name} gave another result than node:fs`);
  }
  rows.push({ title: job.title, ours, theirs });
}
progress.clear();

const megabytes = (log.size / 1e6).toFixed(0);
console.log(
  `\nNode ${process.version}, a log of ${megabytes} MB and ${scale.files} small files; better of two runs\n`,
);
printTable(rows);
console.log(
  `\nEvery result was checked against node:fs. ${((performance.now() - started) / 1000).toFixed(0)} s in all.`,
);
