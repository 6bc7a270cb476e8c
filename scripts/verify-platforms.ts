// Runs the core suite on every binary that some runtime here can load, from the package as it is published, and prints a
// table. `npm run verify:platforms`, or `-- WORD...` for the rows that contain a word: `-- win32`. Under wine the mocha suite
// runs too; a word with a slash names test files of it: `-- mocha os/walk`. What is missing is downloaded from npm into a cache
// outside the tree, or installed from Debian as root.
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { inRoot } from './support/root.mjs';
import { SetupError, run } from './support/run.mjs';
import { ROWS, type Row, UNVERIFIED } from './verify-platforms/runtimes.ts';
import { runWineSuite } from './verify-platforms/wine-suite.ts';

const LIMIT_MS = 15 * 60_000;
const words = process.argv.slice(2).filter((each) => !each.includes('/'));
const testFiles = process.argv.slice(2).filter((each) => each.includes('/'));

/** An empty project with the packed package in it, and the suite. */
async function project(): Promise<string> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'uvfiles-verify-'));
  const packed = await run('npm', ['pack', '--silent', '--pack-destination', folder]);
  if (packed.code !== 0) throw new SetupError(`npm pack failed:\n${packed.output}`);
  const tarball = packed.output.trim().split('\n').at(-1);
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true, "type": "commonjs" }\n');
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', `./${tarball}`];
  const { code, output } = await run('npm', args, { cwd: folder });
  if (code !== 0) throw new SetupError(`npm install failed:\n${output}`);
  copyFileSync(inRoot('test/platform/core-suite.cjs'), path.join(folder, 'core-suite.cjs'));
  return folder;
}

/** Under wine, Node cannot use the pipe: output goes to a file. */
interface Ended {
  code: number | null;
  signal: string | null;
  output: string;
}

function runToFile(argv: string[], { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv }): Promise<Ended> {
  const file = path.join(cwd, 'output.txt');
  const output = openSync(file, 'w');
  return new Promise((resolve) => {
    const [command = '', ...args] = argv;
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', output, output], detached: true });
    const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), LIMIT_MS);
    const done = (how: Omit<Ended, 'output'>) => {
      clearTimeout(timer);
      closeSync(output);
      resolve({ ...how, output: readFileSync(file, 'utf8') });
    };
    child.on('error', (error) => done({ code: 127, signal: error.message }));
    child.on('close', (code, signal) => done({ code, signal }));
  });
}

interface Verdict {
  ok: boolean;
  result: string;
  version?: string;
  gaps?: string[];
}

async function verify(row: Row, folder: string): Promise<Verdict> {
  if (!existsSync(inRoot('prebuilds', row.target, 'uvfiles.node')))
    return { result: `not built: npm run build:prebuilt -- ${row.target}`, ok: false };
  const { argv, version, env = process.env } = await row.command();
  if (row.mocha)
    return { version, ...(await runWineSuite({ argv, env, major: row.mocha, words: testFiles })) };
  const lacking = (row.lacking ?? []).join(',');
  const { code, signal, output } = await runToFile([...argv, 'core-suite.cjs', 'uvfiles', lacking], {
    cwd: folder,
    env,
  });
  const counts = /^\d+ passed, \d+ failed, \d+ lacking$/m.exec(output)?.[0];
  const ok = code === 0 && counts !== undefined;
  const gaps = [...output.matchAll(/^ {2}(?:lacks|FAIL) .*$/gm)].map(([line]) => line.trim());
  if (!ok) console.log(output.trimEnd().split('\n').slice(-40).join('\n'));
  return { version, ok, gaps, result: counts ?? `ended early: ${signal ?? `exit code ${code}`}` };
}

function print(lines: [string, ...string[]][]): void {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  for (const line of lines) console.log(`| ${line.map((each, i) => each.padEnd(widths[i]!)).join(' | ')} |`);
}

const chosen = ROWS.filter((row) => {
  const text = `${row.target} ${row.runtime} ${row.under ?? ''}`.toLowerCase();
  return words.length === 0 || words.some((word) => text.includes(word.toLowerCase()));
});
const lines: [string, ...string[]][] = [['binary', 'runtime', 'under', 'result']];
const gaps: string[] = [];
let failed = 0;
const folder = await project();
try {
  for (const row of chosen) {
    const label = `${row.target}, ${row.runtime}${row.under ? ` under ${row.under}` : ''}`;
    const outcome = await verify(row, folder).catch((error: unknown): Verdict => ({
      ok: false,
      result: String(error),
    }));
    console.log(`${outcome.ok ? 'ok  ' : 'FAIL'} ${label}: ${outcome.result}`);
    if (!outcome.ok) failed++;
    const runtime = outcome.version
      ? row.runtime.replace(/^(\w+)(?: \d+)?/, `$1 ${outcome.version}`)
      : row.runtime;
    lines.push([row.target, runtime, row.under ?? '', outcome.result.split('\n')[0]!]);
    for (const gap of outcome.gaps ?? []) gaps.push(`${label}: ${gap}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (words.length === 0)
  for (const [target, why] of UNVERIFIED) lines.push([target, '', '', `unverified: ${why}`]);
console.log('');
print(lines);
if (gaps.length > 0) console.log(`\nKnown gaps and failures:\n${gaps.map((each) => `  ${each}`).join('\n')}`);
if (failed > 0) process.exitCode = 1;
