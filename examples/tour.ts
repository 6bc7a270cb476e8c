// The tour (`npm start`): does real work with uvfiles and with fs.promises, compares the results, and shows time and event-loop
// delay of both. `--small` uses less data. In a clone of the repository: npx tsx examples/tour.ts
import { availableParallelism } from 'node:os';
import { look, usedByOthers, warningOf } from './tour/machine.ts';
import { type Job, rounds, sideBySide, type Work } from './tour/measure.ts';
import { progressLine } from './tour/progress.ts';
import { countLines, randomReads, readSmallFiles, statTree } from './tour/reading.ts';
import { printTable, type Row } from './tour/table.ts';
import { makeLog, makeTree, temporaryDirectory } from './tour/workload.ts';
import { appendLines, rewriteLog } from './tour/writing.ts';

const small = process.argv.includes('--small');
const scale = small
  ? { logBytes: 2e6, files: 200, reads: 2000, appends: 1000 }
  : { logBytes: 60e6, files: 4000, reads: 30_000, appends: 10_000 };

const before = look();
const directory = temporaryDirectory();
const progress = progressLine();

const log = await makeLog(directory, scale.logBytes, (text) => progress.say(`Preparing: ${text}`));
const paths = await makeTree(directory, scale.files, (text) => progress.say(`Preparing: ${text}`));
const work: Work = { directory, log, paths, reads: scale.reads, appends: scale.appends };

const rows = [
  await run(1, countLines(work)),
  await run(2, randomReads(work)),
  await run(3, readSmallFiles(work)),
  await run(4, statTree(work)),
  await run(5, appendLines(work)),
  await run(6, rewriteLog(work)),
];
progress.clear();

const megabytes = (log.size / 1e6).toFixed(0);
console.log(`\nNode ${process.version}, a log of ${megabytes} MB and ${scale.files} small files\n`);
printTable(rows);
console.log(`
Times are medians of ${rounds} runs. The two take turns. "faster" is the time of fs.promises divided by that of uvfiles.
"delay" is the event-loop delay during the job (uvfiles / fs.promises): 99 % of timers fired no later than this. Less is better.`);
const after = look();
const warning = warningOf(usedByOthers(before, after), availableParallelism());
if (warning !== undefined) console.log(`\n${warning}`);
console.log(
  `\nEvery result was checked against node:fs. Total time: ${((after.at - before.at) / 1000).toFixed(0)} s.`,
);

async function run<R>(number: number, job: Job<R>): Promise<Row> {
  const step = `Step ${number} of 6, ${job.title}`;
  const { ours, theirs } = await sideBySide(job, (text) => progress.say(`${step}: ${text}`));
  progress.say(`${step}: checking against node:fs`);
  for (const [name, { result }] of [
    ['uvfiles', ours],
    ['fs.promises', theirs],
  ] as const) {
    if (!job.check(result))
      throw new Error(`${job.title}: the result of ${name} differs from that of node:fs`);
  }
  return { title: job.title, ours, theirs };
}
