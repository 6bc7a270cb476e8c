// Runs the whole mocha suite on Node for Windows under wine, one file at a time, each with a time limit, and compares the
// failures with the list of known ones. A new failure is an error, and so is a listed test that passes.
import { closeSync, existsSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { run } from '../support/run.mjs';
import { inRoot } from '../support/root.mjs';
import { KNOWN_GAPS } from './known-gaps.ts';
import { layOutMochaSuite } from './mocha-suite.ts';

/** The time limit of one file. The longest takes a minute on an idle machine. */
const FILE_LIMIT_MS = 6 * 60_000;
const FOLDER = '.cache/wine-suite';
/** Folders of tests that run: the others are about building and packing, servers, or Node's own functions. */
const OF_WINDOWS =
  /^(arguments|errors|file|native|open|os|path|python|runtime|schedule|stdio|tempfile|text|whole-file)\//;

/** Ends every Windows program of this prefix, also those that have left the group of the one that was started. */
const endAll = (env: NodeJS.ProcessEnv) => run('wineserver', ['-k'], { env, timeout: 30_000 });

/** Wine gives Node no pipe that it understands: output goes to a file. Resolves to whether it ended by itself. */
function runWine(
  argv: string[],
  { cwd, env, log }: { cwd: string; env: NodeJS.ProcessEnv; log: string },
): Promise<boolean> {
  const output = openSync(log, 'w');
  return new Promise((resolve) => {
    const child = spawn(argv[0]!, argv.slice(1), {
      cwd,
      env,
      stdio: ['ignore', output, output],
      detached: true,
    });
    let ended = true;
    const timer = setTimeout(() => {
      ended = false;
      void endAll(env);
      process.kill(-child.pid!, 'SIGKILL');
    }, FILE_LIMIT_MS);
    child.on('close', () => {
      clearTimeout(timer);
      closeSync(output);
      resolve(ended);
    });
  });
}

/** The events that line-reporter.cjs writes, one per line. */
interface Event {
  what: 'begin' | 'pass' | 'skip' | 'fail' | 'end';
  title: string;
  said: string;
}

interface FileResult {
  passed: number;
  skipped: number;
  /** Reasons, by title. */
  failures: Map<string, string>;
}

async function runFile(
  file: string,
  argv: string[],
  { folder, env }: { folder: string; env: NodeJS.ProcessEnv },
): Promise<FileResult> {
  const lines = path.join(folder, 'lines.txt');
  const log = path.join(folder, 'output.txt');
  rmSync(lines, { force: true });
  const before = ['--require', './scripts/verify-platforms/tolerant-suite.cjs'];
  const mocha = ['node_modules/mocha/bin/mocha.js', ...before, '--no-config', '--exit', '--timeout', '60000'];
  const reporter = ['--reporter', './scripts/verify-platforms/line-reporter.cjs'];
  const ended = await runWine([...argv, ...mocha, ...reporter, `test/${file}`], {
    cwd: folder,
    env: { ...env, UVFILES_SUITE_LINES: 'lines.txt', NODE_OPTIONS: '--enable-source-maps' },
    log,
  });
  const events: Event[] = existsSync(lines)
    ? readFileSync(lines, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Event)
    : [];
  const titles = (what: Event['what']) =>
    events.filter((each) => each.what === what).map((each) => each.title);
  const failures = new Map(
    events.filter((each) => each.what === 'fail').map((each) => [each.title, each.said]),
  );
  if (events.at(-1)?.what !== 'end') {
    const how = ended ? 'the process ended' : `not done after ${FILE_LIMIT_MS / 60_000} minutes`;
    const last = events.at(-1);
    const title = last?.what === 'begin' ? last.title : `(after) ${last?.title ?? 'nothing'}`;
    failures.set(title, `${how}: ${readFileSync(log, 'utf8').trim().slice(-1500)}`);
  }
  return { passed: titles('pass').length, skipped: titles('skip').length, failures };
}

/** The known failures in `file`: title to { reason, either }. */
function known(file: string): Map<string, { reason: string; either: boolean }> {
  const found = new Map<string, { reason: string; either: boolean }>();
  for (const { why, whose, tests, either = false } of KNOWN_GAPS)
    for (const title of tests[file] ?? []) found.set(title, { reason: `${whose}: ${why}`, either });
  return found;
}

interface WineSuite {
  argv: string[];
  env: NodeJS.ProcessEnv;
  major: string;
  words?: string[];
}

interface WineResult {
  ok: boolean;
  result: string;
  gaps: string[];
}

/**
 * Runs the suite (the files whose names contain one of `words`, or all) with `argv` (wine and a Node for Windows) and
 * reports the differences from the list.
 */
export async function runWineSuite({ argv, env, major, words = [] }: WineSuite): Promise<WineResult> {
  const folder = inRoot(`${FOLDER}-${major}`);
  layOutMochaSuite(folder);
  const files = readdirSync(path.join(folder, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((each) => each.endsWith('.test.js') && OF_WINDOWS.test(each))
    .sort();
  const chosen = files.filter((each) => words.length === 0 || words.some((word) => each.startsWith(word)));
  const counts = { passed: 0, skipped: 0, known: 0, unexpected: 0 };
  const gaps: string[] = [];
  for (const file of chosen) {
    const name = file.replace(/\.test\.js$/, '');
    const expected = known(name);
    const { passed, skipped, failures } = await runFile(file, argv, { folder, env });
    const fresh = [...failures].filter(([title]) => !expected.has(title));
    const mended = [...expected]
      .filter(([title, { either }]) => !either && !failures.has(title))
      .map(([title]) => title);
    counts.passed += passed;
    counts.skipped += skipped;
    counts.known += failures.size - fresh.length;
    counts.unexpected += fresh.length + mended.length;
    const label = fresh.length + mended.length > 0 ? 'FAIL' : 'ok  ';
    console.log(`  ${label} ${name}: ${passed} passed, ${failures.size} failed, ${skipped} skipped`);
    for (const [title, said] of fresh)
      console.log(`       new: ${title}\n         ${said.replaceAll('\n', '\n         ')}`);
    for (const title of mended) console.log(`       passes, though known to fail: ${title}`);
    for (const [title, { reason }] of expected)
      if (failures.has(title)) gaps.push(`${name}: ${title} (${reason})`);
  }
  const result = `${counts.passed} passed, ${counts.unexpected} failed, ${counts.known} known gaps, ${counts.skipped} skipped`;
  return { ok: counts.unexpected === 0 && counts.passed > 0, result, gaps };
}
