// Runs Node's own tests of its file system functions against uvfiles/promises, beside Node itself through the same facade.
//
// The tests come from Debian's source package of nodejs, or the public git repository, and stay in a cache outside of this
// one: nothing of them is committed. `tsx scripts/node-tests.ts [--from DIRECTORY] [--node BINARY] [--verbose] [PART-OF-NAME...]`
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { getNodeTests } from './node-tests/get.js';
import { INTERNALS } from './node-tests/known.js';
import { writeFacade } from './node-tests/write-facade.js';

type Result = 'passed' | 'failed' | 'skipped';
interface Outcome {
  readonly result: Result;
  readonly output: string;
}

const TIMEOUT = 60_000; // milliseconds for one test
const root = path.resolve(import.meta.dirname, '..');
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: 'string' },
    node: { type: 'string', default: process.execPath },
    verbose: { type: 'boolean', default: false },
  },
});

const cache = path.join(tmpdir(), 'uvfiles-node-tests');
mkdirSync(cache, { recursive: true });
const source = options.from ?? getNodeTests(cache);
if (source === undefined) {
  console.log(
    'skipped: neither the source package of nodejs nor its repository can be fetched here (see scripts/node-tests/get.ts)',
  );
  process.exit(0);
}
const facade = writeFacade(cache);
const folder = path.join(source, 'test/parallel');
const tests = readdirSync(folder)
  .filter((name) => /^test-fs-.*\.m?js$/.test(name))
  .filter((name) => positionals.length === 0 || positionals.some((part) => name.includes(part)));

/** Flags that the test asks for in its first lines. */
function flagsOf(file: string): string[] {
  const match = /^\/\/ Flags: (.*)$/m.exec(readFileSync(file, 'utf8'));
  return match === null ? [] : match[1]!.trim().split(/\s+/);
}

function run(name: string, replacement: string, worker: number): Promise<Outcome> {
  const file = path.join(folder, name);
  const child = spawn(options.node, [...flagsOf(file), '--require', facade, file], {
    cwd: source,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      UVFILES_FACADE: replacement,
      TEST_THREAD_ID: String(worker),
      NODE_TEST_DIR: cache,
      NODE_SKIP_FLAG_CHECK: '1',
    },
  });
  let output = '';
  const collect = (bytes: Buffer): void => {
    output += bytes.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT);
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (signal !== null) output += `\nended by ${signal}`;
      const skipped = /^1\.\.0 # Skipped/m.test(output);
      resolve({ result: skipped ? 'skipped' : code === 0 ? 'passed' : 'failed', output });
    });
  });
}

const ours = path.join(root, 'dist/cjs/promises/index.js');
if (!existsSync(ours)) throw new Error('dist/ is missing: run `npm run build` first');
const outcomes = new Map<string, { node: Outcome; ours: Outcome }>();
const queue = [...tests];

async function work(worker: number): Promise<void> {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    outcomes.set(name, { node: await run(name, 'node', worker), ours: await run(name, ours, worker) });
    if (options.verbose) process.stderr.write('.');
  }
}

await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, (_, i) => work(i + 1)));

/** The numbers of passed, failed and skipped tests whose names begin with this. */
function row(title: string, prefix: string): string {
  const all = [...outcomes].filter(([name]) => name.startsWith(prefix)).map(([, outcome]) => outcome);
  const cells = (['node', 'ours'] as const).map((who) =>
    (['passed', 'failed', 'skipped'] as const)
      .map((result) => String(all.filter((each) => each[who].result === result).length).padStart(7))
      .join(' '),
  );
  return `${title.padEnd(24)} ${String(all.length).padStart(5)}  ${cells.join('   ')}`;
}

const behind = tests.filter((name) => {
  const { node, ours: mine } = outcomes.get(name)!;
  return node.result === 'passed' && mine.result !== 'passed';
});
const missing = behind.filter((name) => !INTERNALS.has(name));
for (const name of behind) {
  const reason = INTERNALS.get(name);
  console.log(reason === undefined ? `not passed: ${name}` : `needs Node's internals: ${name}: it ${reason}`);
  if (options.verbose && reason === undefined)
    console.log(outcomes.get(name)!.ours.output.split('\n').slice(0, 40).join('\n'));
}
/** Names of tests that do not concern uvfiles, with the reason. */
function tell(reason: string, names: readonly string[]): void {
  if (names.length > 0) console.log(`${reason} (${names.length}): ${names.join(', ')}`);
}

tell(
  'skipped, because they skip themselves on this system',
  tests.filter((name) => outcomes.get(name)!.node.result === 'skipped'),
);
tell(
  'skipped, because Node itself fails through the facade',
  tests.filter((name) => outcomes.get(name)!.node.result === 'failed'),
);
console.log(`
Node's own tests            through the facade
                               Node itself               uvfiles/promises
                         files   passed  failed skipped    passed  failed skipped
${row('test-fs-promises-*', 'test-fs-promises')}
${row('test-fs-*', 'test-fs-')}
`);
// The rest cannot run on promises: Node itself fails through the facade, mostly because callbacks' arguments are checked
// synchronously.
const counts = { passed: 0, failed: missing.length, skipped: 0 };
for (const { node, ours: mine } of outcomes.values())
  if (mine.result === 'passed') counts.passed++;
  else if (mine.result === 'skipped' || node.result !== 'passed') counts.skipped++;
counts.skipped += behind.length - missing.length;
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
const { UVFILES_TEST_COUNTS: report } = process.env;
if (report !== undefined) writeFileSync(report, `${counts.passed} ${counts.failed} ${counts.skipped}\n`);
process.exitCode = missing.length === 0 ? 0 : 1;
