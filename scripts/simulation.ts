// Builds and runs the simulation of src-native/core (src-native/test/simulation), in which a seeded scheduler stands in for
// threads, libuv, the kernel and time. `npm run test:simulation` runs the same seeds each time.
//
// `npm run test:simulation -- --seconds=600` tries new seeds for so long (of processor time), `-- --seed=N` repeats one run,
// and `-- --from=N --runs=N` runs a range.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const SEEDS = ['--from=1', '--runs=1000'];
const LIMIT_MS = 900_000;

/** What core's dispatcher consists of. Perform and the platform are played by the simulation. */
const CORE = [
  'batch',
  'block_pool',
  'completions',
  'dispatcher',
  'dispatcher_jobs',
  'drain',
  'lanes',
  'parking',
  'poller',
];
const SANITIZERS = ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'];
const FLAGS = [
  ...['-std=c++17', '-fno-exceptions', '-g', '-O1', '-Wall', '-Wextra', '-Wno-unused-parameter', '-Werror'],
  ...['-D_FILE_OFFSET_BITS=64', '-D_GNU_SOURCE', ...SANITIZERS],
];

function run(command: string, args: readonly string[]): boolean {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', timeout: LIMIT_MS });
  if (error !== undefined) console.log(`${command}: ${error.message}`);
  return status === 0;
}

/** The folder that holds uv.h: Node's own headers, or libuv's. */
function libuvHeaders(): string | undefined {
  const own = path.resolve(path.dirname(process.execPath), '../include/node');
  return [own, '/usr/include', '/usr/local/include'].find((folder) => existsSync(path.join(folder, 'uv.h')));
}

/** Compiles everything, a few files at a time, and links it. */
function build(compiler: string, headers: string, program: string): boolean {
  const folder = path.dirname(program);
  mkdirSync(folder, { recursive: true });
  const simulation = readdirSync(path.join(root, 'src-native/test/simulation')).filter((name) =>
    name.endsWith('.cc'),
  );
  const sources = [
    ...[...CORE, 'process_pool'].map((name) => `src-native/core/${name}.cc`),
    ...simulation.map((name) => `src-native/test/simulation/${name}`),
  ];
  // The simulation's threads.h and clock.h come first, in place of core's.
  const includes = ['-Isrc-native/test/simulation/include', '-Isrc-native'];
  const system = headers === '/usr/include' ? [] : ['-isystem', headers];
  const make = ['all:', ...sources.map((source) => ` ${objectOf(source)}`)].join('');
  const rules = sources.map((source) => {
    const command = [
      compiler,
      ...FLAGS,
      ...includes,
      ...system,
      '-c',
      source,
      '-o',
      path.join(folder, objectOf(source)),
    ];
    return `${objectOf(source)}:\n\t@${command.join(' ')}`;
  });
  const { status } = spawnSync('make', ['-f', '-', `-j${availableParallelism()}`], {
    cwd: root,
    input: [make, ...rules, `.PHONY: all ${sources.map(objectOf).join(' ')}`, ''].join('\n'),
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const objects = sources.map((source) => path.join(folder, objectOf(source)));
  return status === 0 && run(compiler, [...SANITIZERS, ...objects, '-o', program]);
}

function objectOf(source: string): string {
  return path.basename(source).replace(/\.cc$/, '.o');
}

const compiler = process.env.CXX ?? 'g++';
const headers = libuvHeaders();
if (
  process.platform !== 'linux' ||
  headers === undefined ||
  spawnSync(compiler, ['--version']).status !== 0
) {
  console.log('skipped: the simulation needs Linux, a C++ compiler and the headers of libuv');
} else {
  const program = path.join(root, 'build-cc/simulation/simulation');
  const given = process.argv.slice(2);
  const done = build(compiler, headers, program) && run(program, given.length > 0 ? given : SEEDS);
  if (!done) process.exitCode = 1;
}
