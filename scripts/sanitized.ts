// Builds the addon under a sanitizer in a tree of its own, build-SANITIZER/, and runs tests on it in this Node: the
// lifetime tests, or the files that are named.
// `npm run test:asan`, `npm run test:tsan`, `npm run test:asan -- test/native/workers.test.ts`.
//
// The tree has copies of what Node loads, since Node resolves a link to where it points and would load the plain addon
// from there; the C++ sources and node_modules are links.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { makeAddon } from './steps/addon.ts';
import { cxx } from './support/compiler.ts';
import { fixedAddresses } from './support/fixed-addresses.ts';
import { inRoot } from './support/root.mjs';
import { SetupError, run, step } from './support/run.mjs';
import { ownReports } from './support/sanitizer-reports.ts';

/** Tests of the lifetime of environments: workers, the end of the process, copies of the JavaScript. */
const LIFETIME_TESTS = [
  'test/file/process-end.test.ts',
  'test/native/javascript-copies.test.ts',
  'test/native/workers.test.ts',
];

const LINKS = ['binding.gyp', 'src-native', 'node_modules'];
const COPIES = [
  'package.json',
  'tsconfig.json',
  '.mocharc.json',
  'scripts',
  'dist',
  'lib',
  'test',
  'examples',
];

/** The runtime to load before Node, and its options. What it reports goes to files: children's reports count too. */
interface Sanitizer {
  library: string;
  env: (log: string) => NodeJS.ProcessEnv;
}

const SANITIZERS: Record<string, Sanitizer> = {
  address: {
    library: 'libasan.so',
    env: (log) => ({
      ASAN_OPTIONS: `log_path=${log}:abort_on_error=1:detect_leaks=1:detect_stack_use_after_return=0`,
      // Node leaves memory behind at exit. Therefore ownReports, not the exit code, decides which leaks are ours.
      LSAN_OPTIONS: 'exitcode=0',
    }),
  },
  thread: {
    library: 'libtsan.so',
    env: (log) => ({
      TSAN_OPTIONS: `log_path=${log}:exitcode=0:suppressions=${inRoot('scripts/suppressions/tsan.txt')}`,
    }),
  },
};

async function findRuntime(library: string): Promise<string> {
  const [compiler, ...args] = cxx();
  const { code, output } = await run(compiler, [...args, `-print-file-name=${library}`]);
  const file = output.trim();
  if (code !== 0 || !path.isAbsolute(file)) {
    throw new SetupError(`The compiler has no ${library}. On Debian it comes with g++ (libasan, libtsan).`);
  }
  return realpath(file); // the dynamic loader wants the library, not the linker script of the same name
}

/** Lays out the tree again, except for the objects of an earlier build. */
function layOut(tree: string): void {
  mkdirSync(tree, { recursive: true });
  for (const name of readdirSync(tree)) {
    if (name !== 'build') rmSync(path.join(tree, name), { recursive: true });
  }
  for (const name of LINKS) symlinkSync(inRoot(name), path.join(tree, name));
  for (const name of COPIES) {
    if (existsSync(inRoot(name))) cpSync(inRoot(name), path.join(tree, name), { recursive: true });
  }
}

async function main(): Promise<void> {
  const [name = '', ...named] = process.argv.slice(2);
  const sanitizer = SANITIZERS[name];
  if (!sanitizer) throw new SetupError('Usage: npx tsx scripts/sanitized.ts address|thread [TEST FILE...]');
  const files = named.length > 0 ? named : LIFETIME_TESTS;
  const tree = inRoot(`build-${name}`);
  const reports = path.join(tree, 'reports');
  const runtime = await findRuntime(sanitizer.library);
  await step('sanitized addon', async () => {
    layOut(tree);
    mkdirSync(reports);
    await makeAddon({ cwd: tree, define: [`uvfiles_sanitize=${name}`] });
    return `built with -fsanitize=${name}`;
  });
  const mocha = inRoot('node_modules/mocha/bin/mocha.js');
  const [command, ...args] = [
    ...(await fixedAddresses()),
    process.execPath,
    mocha,
    '--timeout=120000',
    ...files,
  ];
  const { status, signal } = spawnSync(command, args, {
    cwd: tree,
    stdio: 'inherit',
    env: {
      ...process.env,
      ...sanitizer.env(path.join(reports, 'report')),
      LD_PRELOAD: runtime,
      UVFILES_SANITIZER: name,
    },
  });
  const ours = readdirSync(reports).flatMap((file) =>
    ownReports(readFileSync(path.join(reports, file), 'utf8')),
  );
  for (const report of ours) console.error(`\n${report}`);
  console.log(
    `${ours.length} sanitizer reports of ours; all that was said is in ${path.relative(inRoot(), reports)}/`,
  );
  if (status !== 0 || signal || ours.length > 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof SetupError ? `\n${error.message}` : error);
  process.exitCode = 1;
}
