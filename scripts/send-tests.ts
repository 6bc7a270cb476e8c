// Runs send's own tests with serveFile in its place (send-tests/shim.cts), and prints how many pass, and why others do not.
// The tests come from send's git repository and stay in a cache outside of this one. `npm run test:send`
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { fetchPackage, packageCache, run } from './node-tests/fetch-package.js';
import { PACKAGES } from './node-tests/packages.js';
import { writeAsScript } from './node-tests/write-facade.js';
import { reasonOf } from './send-tests/differences.js';

interface Report {
  readonly passes: readonly { fullTitle: string }[];
  readonly failures: readonly { fullTitle: string; err: { message?: string } }[];
}

const library = path.resolve(import.meta.dirname, '../dist/lib/index.js');
if (!existsSync(library)) throw new Error('dist/ is missing: run `npm run build` first');
const folder = fetchPackage(PACKAGES.find(({ name }) => name === 'send')!);
const { UVFILES_TEST_COUNTS: report } = process.env;
if (folder === undefined) {
  console.log("skipped: send's repository or npm cannot be reached here");
  if (report !== undefined) writeFileSync(report, '0 0 1\n');
  process.exit(0);
}

const shim = writeAsScript(path.join(import.meta.dirname, 'send-tests/shim.cts'), packageCache);
const output = path.join(packageCache, `send-report-${process.pid}.json`);
const mocha = path.join(folder, 'node_modules/mocha/bin/mocha.js');
const flags = ['--require', shim, '--reporter', 'json', '--reporter-option', `output=${output}`];
// Its own limit of 2 seconds is short on a busy machine.
const ended = run(process.execPath, [mocha, '--timeout', '60000', ...flags], folder, {
  UVFILES_LIBRARY: library,
});
if (!existsSync(output)) throw new Error(`send's tests did not run: ${ended.output}`);
const { passes, failures } = JSON.parse(readFileSync(output, 'utf8')) as Report;
for (const file of [shim, output]) rmSync(file);

const explained = new Map<string, number>();
const unexplained = failures.filter(({ fullTitle }) => {
  const reason = reasonOf(fullTitle);
  if (reason !== undefined) explained.set(reason, (explained.get(reason) ?? 0) + 1);
  return reason === undefined;
});
console.log(`${passes.length} of ${passes.length + failures.length} tests of send pass`);
for (const [reason, count] of explained) console.log(`${String(count).padStart(4)} do not: ${reason}`);
for (const { fullTitle, err } of unexplained) console.log(`failed: ${fullTitle}: ${err.message ?? ''}`);
const counts = [passes.length, unexplained.length, failures.length - unexplained.length] as const;
console.log(`${counts[0]} passed, ${counts[1]} failed, ${counts[2]} skipped`);
if (report !== undefined) writeFileSync(report, `${counts.join(' ')}\n`);
process.exitCode = unexplained.length === 0 ? 0 : 1;
