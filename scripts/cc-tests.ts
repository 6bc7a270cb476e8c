// Builds and runs the C++ tests of src-native/core without Node, under ASan with UBSan and under TSan.
// `npm run test:cc`, or `npm run test:cc -- open_file` for the programs whose name contains a word, or
// `-- --only=thread`. Objects are kept in build-cc/ and compiled again when a file they include has changed.
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { coreSources, hostSystem, testSources } from './native-sources.mjs';
import { cxx } from './support/compiler.ts';
import { fixedAddresses } from './support/fixed-addresses.ts';
import { inParallel } from './support/in-parallel.ts';
import { ensureLibuv, type LibuvFlags } from './support/libuv.ts';
import { inRoot, root } from './support/root.mjs';
import { run } from './support/run.mjs';

const [CXX, ...CXX_ARGS] = cxx();
const FLAGS = [
  ...['-std=c++17', '-fno-exceptions', '-fno-rtti', '-g', '-O1', '-fno-omit-frame-pointer', '-pthread'],
  ...[
    '-Wall',
    '-Wextra',
    '-Wno-unused-parameter',
    '-Werror',
    '-D_FILE_OFFSET_BITS=64',
    '-D_GNU_SOURCE',
    '-Isrc-native',
  ],
];
/** How long one program may run before it counts as hung. */
const PROGRAM_LIMIT_MS = 120_000;

interface Sanitizer {
  title: string;
  flags: string[];
  env: NodeJS.ProcessEnv;
}

interface Counts {
  passed: number;
  failed: number;
}

const SANITIZERS: Record<string, Sanitizer> = {
  address: {
    title: 'ASan+UBSan',
    flags: ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'],
    env: {
      ASAN_OPTIONS: 'detect_leaks=1:detect_stack_use_after_return=1:strict_init_order=1',
      UBSAN_OPTIONS: 'print_stacktrace=1',
    },
  },
  thread: { title: 'TSan', flags: ['-fsanitize=thread'], env: { TSAN_OPTIONS: 'second_deadlock_stack=1' } },
};

/** True if the object is newer than every file that its last compilation read. */
function isFresh(object: string, depfile: string): boolean {
  if (!existsSync(object) || !existsSync(depfile)) return false;
  const built = statSync(object).mtimeMs;
  const inputs = readFileSync(depfile, 'utf8')
    .replace(/^.*?:/s, '')
    .split(/[\s\\]+/)
    .filter(Boolean);
  return inputs.every((name) => {
    const found = statSync(path.resolve(root, name), { throwIfNoEntry: false });
    return found !== undefined && found.mtimeMs <= built;
  });
}

type Compiled = { object: string; error?: undefined } | { object?: undefined; error: string };

async function compile(
  source: string,
  folder: string,
  flags: string[],
  sameFlags: boolean,
): Promise<Compiled> {
  const object = inRoot(folder, source.replaceAll('/', '_').replace(/\.cc$/, '.o'));
  const depfile = object.replace(/\.o$/, '.d');
  if (sameFlags && isFresh(object, depfile)) return { object };
  const args = [...CXX_ARGS, ...flags, '-MMD', '-MF', depfile, '-c', source, '-o', object];
  const { code, output } = await run(CXX, args);
  return code === 0 ? { object } : { error: `${source} does not compile:\n${output}` };
}

/** The counts that a program printed last. Undefined if it crashed, hung, or ran no test. */
function countsOf(output: string): Counts | undefined {
  const match = /(\d+) passed, (\d+) failed\s*$/.exec(output.trimEnd());
  return match ? { passed: Number(match[1]), failed: Number(match[2]) } : undefined;
}

const prefix = await fixedAddresses();

interface Program {
  name: string;
  program: string;
  title: string;
  env: NodeJS.ProcessEnv;
}

async function runProgram({ name, program, title, env }: Program): Promise<Counts> {
  const [command, ...args] = [...prefix, program] as const;
  const { code, output } = await run(command, args, {
    env: { ...process.env, ...env },
    timeout: PROGRAM_LIMIT_MS,
  });
  // A sanitizer reports after the counts, at the end of main, so the exit code decides.
  const counts = countsOf(output) ?? countsOf(/^\d+ passed, \d+ failed$/m.exec(output)?.[0] ?? '');
  const ok = code === 0 && counts !== undefined && counts.passed > 0;
  const said = counts ? `${counts.passed} passed, ${counts.failed} failed` : 'no result';
  console.log(
    `  ${ok ? 'ok  ' : 'FAIL'} ${title.padEnd(11)} ${name.padEnd(28)} ${said}${ok ? '' : `, exit code ${code}`}`,
  );
  if (!ok) console.log(output.replaceAll(/^/gm, '       '));
  return { passed: counts?.passed ?? 0, failed: Math.max(counts?.failed ?? 0, ok ? 0 : 1) };
}

async function runUnder(
  { title, flags, env }: Sanitizer,
  tests: string[],
  libuv: LibuvFlags,
): Promise<Counts> {
  const all = [...FLAGS, ...flags, ...libuv.cflags];
  const folder = path.posix.join('build-cc', title.toLowerCase().replaceAll('+', '-'));
  mkdirSync(inRoot(folder), { recursive: true });
  const flagsFile = inRoot(folder, 'flags');
  const sameFlags = existsSync(flagsFile) && readFileSync(flagsFile, 'utf8') === all.join(' ');
  const core = coreSources(hostSystem);
  const objects = await inParallel([...core, ...tests], (source) => compile(source, folder, all, sameFlags));
  const broken = objects.flatMap(({ error }) => error ?? []);
  for (const error of broken) console.log(error);
  if (broken.length === 0) writeFileSync(flagsFile, all.join(' ')); // only now, so that no objects of two sets of flags are mixed
  // An archive, so that each program takes only the parts it names.
  const archive = inRoot(folder, 'core.a');
  rmSync(archive, { force: true });
  await run('ar', ['rcs', archive, ...objects.slice(0, core.length).flatMap((each) => each.object ?? [])]);
  const programs = tests.flatMap((source, index) => {
    const object = objects[core.length + index]?.object;
    return object === undefined ? [] : [{ source, object }];
  });
  const results = await inParallel(programs, async ({ source, object }) => {
    const name = path.basename(source, '.cc');
    const program = inRoot(folder, name);
    const args = [...CXX_ARGS, ...all, object, archive, '-o', program, ...libuv.libs];
    const { code, output } = await run(CXX, args);
    if (code === 0) return runProgram({ name, program, title, env });
    console.log(`  FAIL ${title.padEnd(11)} ${name} does not link:\n${output}`);
    return { passed: 0, failed: 1 };
  });
  return results.reduce(
    (sum, each) => ({ passed: sum.passed + each.passed, failed: sum.failed + each.failed }),
    { passed: 0, failed: broken.length },
  );
}

function conclude({ passed, failed, skipped }: Counts & { skipped: number }): void {
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  const counts = process.env.UVFILES_TEST_COUNTS;
  if (counts) writeFileSync(counts, `${passed} ${failed} ${skipped}\n`);
  if (failed > 0 || (passed === 0 && skipped === 0)) process.exitCode = 1;
}

const words = process.argv.slice(2).filter((each) => !each.startsWith('--'));
const only = process.argv.find((each) => each.startsWith('--only='))?.slice('--only='.length);
const tests = testSources().filter((name) => words.length === 0 || words.some((word) => name.includes(word)));
const libuv = await ensureLibuv();

if ('missing' in libuv) {
  console.log(`skipped: the C++ tests (${libuv.missing})`);
  conclude({ passed: 0, failed: 0, skipped: tests.length });
} else {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, sanitizer] of Object.entries(SANITIZERS)) {
    if ((only && only !== name) || tests.length === 0) continue;
    const { passed, failed } = await runUnder(sanitizer, tests, libuv);
    total.passed += passed;
    total.failed += failed;
  }
  if (tests.length === 0) console.log('No C++ test matches.');
  conclude(total);
}
