// Runs pjdfstest's cases through the library, on files in memory and on the disk, and compares what they say:
//   node --import tsx test/testing/posix/pjdfstest/run.ts [--only chmod/] [--disk FOLDER] An assertion must have the same
//   outcome in memory as on the disk. reasons.ts gives the reason for one that fails on both.
import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { reasonOf } from './reasons.js';
import { fetchCases } from './source.js';

type Kind = 'memory' | 'disk';
type Outcome = 'passed' | 'failed' | 'not applicable';
/** The outcome of one assertion, and the reason. */
interface Assertion {
  readonly outcome: Outcome;
  readonly why: string;
}

const LACKING: Assertion = { outcome: 'failed', why: ' without an answer' };
const here = path.dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: { only: { type: 'string' }, disk: { type: 'string' }, jobs: { type: 'string', default: '4' } },
});

function end(skip: string): never {
  console.log(`skipped: ${skip}`);
  if (process.env.UVFILES_TEST_COUNTS !== undefined)
    writeFileSync(process.env.UVFILES_TEST_COUNTS, '0 0 1\n');
  process.exit(0);
}

if (process.platform !== 'linux' || process.getuid!() !== 0)
  end('it takes Linux and root to act as several users on real files');
const fetched = fetchCases();
if ('skip' in fetched) end(`pjdfstest cannot be fetched: ${fetched.skip}`);

const work = mkdtempSync(path.join(tmpdir(), 'uvfiles-pjdfstest-'));
chmodSync(work, 0o755);
process.once('exit', () => rmSync(work, { recursive: true, force: true }));
// The cases look for their command in the directories above.
const tests = path.join(work, 'tests');
cpSync(fetched.folder, tests, { recursive: true });
const command = path.join(work, 'pjdfstest');
const compiled = spawnSync('cc', ['-O1', '-o', command, path.join(here, 'stand-in.c')], { encoding: 'utf8' });
if (compiled.status !== 0)
  end(`the stand-in cannot be compiled: ${compiled.error?.message ?? compiled.stderr}`);
copyFileSync(path.join(here, 'shell-functions.sh'), path.join(work, 'shell-functions.sh'));

const cases = readdirSync(tests, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.t') && name.startsWith(values.only ?? ''))
  .sort();

/** Runs a case, and reads its output line by line. */
function run(kind: Kind, name: string, top: string, index: number): Promise<Assertion[]> {
  const directory = path.join(top, `c${index}`);
  mkdirSync(directory);
  const file = path.join(tests, name);
  const functions = kind === 'memory' ? `. "${work}/shell-functions.sh"; ` : '';
  const child = spawn('sh', ['-c', `${functions}. "$0" 3>&1`, file], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      ...process.env,
      PJD_SOCKET: path.join(work, kind),
      PJD_COMMAND: command,
      ...(kind === 'memory' ? { PJD_CWD: `/c${index}` } : {}),
    },
  });
  let output = '';
  child.stdout.setEncoding('latin1').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(assertionsOf(output)));
  });
}

function assertionsOf(output: string): Assertion[] {
  const lines = output.split('\n');
  // This is how a case says that it is for another system.
  if (/^1\.\.1\nok 1\n$/.test(output))
    return [{ outcome: 'not applicable', why: 'the case is for another system' }];
  const all: Assertion[] = [];
  let why: string | undefined;
  for (const line of lines) {
    const note = /^# not applicable: (.*)/.exec(line);
    const said = /^(not )?ok \d+(.*)/.exec(line);
    if (note !== null) why = note[1];
    else if (said !== null) {
      // A directive of TAP, split so that the lint rules do not report it as unfinished work.
      const expected = /# TO[D]O(.*)/.exec(said[2]!)?.[1];
      if (why === undefined && said[1] !== undefined && expected !== undefined)
        why = `pjdfstest expects it of no Linux:${expected}`;
      if (why !== undefined) all.push({ outcome: 'not applicable', why });
      else all.push({ outcome: said[1] === undefined ? 'passed' : 'failed', why: said[2]! });
      why = undefined;
    }
  }
  const planned = Number(/^1\.\.(\d+)/m.exec(output)?.[1] ?? 0);
  while (all.length < planned) all.push({ outcome: 'failed', why: 'the case ended before' });
  return all;
}

async function start(kind: Kind, top: string): Promise<ChildProcess> {
  const server = fork(path.join(here, 'server.ts'), [kind, path.join(work, kind), top], {
    execArgv: ['--import', 'tsx'],
  });
  await new Promise((resolve, reject) => {
    server.once('message', resolve);
    server.once('exit', () => reject(new Error('the server ended')));
  });
  return server;
}

async function runAll(kind: Kind): Promise<Map<string, Assertion[]>> {
  // The shell uses the same file system for both, because the cases ask which one it is.
  const shared = values.disk ?? (existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
  const top = mkdtempSync(path.join(shared, 'uvfiles-pjdfstest-'));
  chmodSync(top, 0o755);
  const server = await start(kind, top);
  const results = new Map<string, Assertion[]>();
  try {
    const left = cases.entries();
    const worker = async (): Promise<void> => {
      for (const [index, name] of left) results.set(name, await run(kind, name, top, index));
    };
    await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
  } finally {
    server.disconnect();
    rmSync(top, { recursive: true, force: true });
  }
  return results;
}

const OUTCOMES: readonly Outcome[] = ['passed', 'failed', 'not applicable'];
const COLUMNS = (['memory', 'disk'] as const).flatMap((kind) => OUTCOMES.map((each) => `${kind}: ${each}`));
type Row = Record<string, number>;
const count = (row: Row, column: string): number => (row[column] = (row[column] ?? 0) + 1);

const results = await Promise.all([runAll('memory'), runAll('disk')]);
const rows: Record<string, Row> = {};
const total: Row = {};
const reasons: Row = {};
const wrong: string[] = [];
for (const name of cases) {
  const [memory, disk] = results.map((each) => each.get(name)!) as [Assertion[], Assertion[]];
  for (let i = 0; i < Math.max(memory.length, disk.length); i++) {
    const [m, d] = [memory[i] ?? LACKING, disk[i] ?? LACKING];
    for (const row of [(rows[path.dirname(name)] ??= {}), total]) {
      count(row, `memory: ${m.outcome}`);
      count(row, `disk: ${d.outcome}`);
    }
    if (m.outcome === 'not applicable' && d.outcome === m.outcome) count(reasons, `not applicable: ${m.why}`);
    if (m.outcome === d.outcome && m.outcome !== 'failed') continue;
    const fails = [m, d].map(({ outcome }) => outcome === 'failed') as [boolean, boolean];
    const reason = reasonOf(name, i + 1, ...fails);
    if (reason !== undefined) count(reasons, `failed: ${reason}`);
    else wrong.push(`${name} ${i + 1}: memory ${m.outcome}${m.why}; disk ${d.outcome}${d.why}`);
  }
}
const line = (name: string, cells: readonly string[]): string => [name.padEnd(15), ...cells].join(' | ');
console.log(line('', COLUMNS));
for (const [name, row] of [...Object.entries(rows), ['total', total] as const])
  console.log(
    line(
      name,
      COLUMNS.map((each) => String(row[each] ?? 0).padStart(each.length)),
    ),
  );
for (const [reason, n] of Object.entries(reasons).sort(([, a], [, b]) => b - a))
  console.log(`${String(n).padStart(6)}  ${reason}`);
for (const each of wrong) console.log(`WITHOUT A REASON: ${each}`);
if (process.env.UVFILES_TEST_COUNTS !== undefined) {
  const numbers = [total['memory: passed'] ?? 0, wrong.length, total['memory: not applicable'] ?? 0];
  writeFileSync(process.env.UVFILES_TEST_COUNTS, `${numbers.join(' ')}\n`);
}
process.exitCode = wrong.length === 0 ? 0 : 1;
