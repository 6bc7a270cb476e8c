// Builds and runs the simulation of src-native/core (src-native/test/simulation), in which a seeded scheduler stands in for
// threads, libuv, the kernel and time. `npm run test:simulation` runs the same seeds each time.
//
// `npm run test:simulation -- --seconds=600` tries new seeds for so long (of processor time), `-- --seed=N` repeats one run,
// and `-- --from=N --runs=N` runs a range. `-- --known-faults` puts the faults of support/known-faults.ts back, one after another, and
// fails where the simulation does not find one again.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

import { cxx } from './support/compiler.ts';
import { KNOWN_FAULTS, type KnownFault, withFault } from './support/known-faults.js';

const root = path.resolve(import.meta.dirname, '..');
const SEEDS = ['--from=1', '--runs=1000'];
/** The number of runs within which each known fault is found. */
const SEEDS_OF_FAULTS = ['--from=1', '--runs=10000'];
const LIMIT_MS = 900_000;

/** The sources of core's dispatcher. The simulation replaces `perform` and the platform. */
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
  ...['-D_FILE_OFFSET_BITS=64', '-D_GNU_SOURCE'],
];
// The simulation's threads.h and clock.h come first, in place of core's.
const INCLUDES = ['-Isrc-native/test/simulation/include', '-Isrc-native'];

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

interface Compiler {
  readonly command: readonly [program: string, ...args: string[]];
  readonly sanitizers: readonly string[];
  /** The folder that holds uv.h. */
  readonly headers: string;
}

function compilation({ command, sanitizers, headers }: Compiler, source: string, object: string): string[] {
  const system = headers === '/usr/include' ? [] : ['-isystem', headers];
  return [...command, ...FLAGS, ...sanitizers, ...INCLUDES, ...system, '-c', source, '-o', object];
}

function link({ command, sanitizers }: Compiler, objects: readonly string[], program: string): boolean {
  const [compiler, ...args] = command;
  return run(compiler, [...args, ...sanitizers, ...objects, '-o', program]);
}

/** Compiles everything, a few files at a time, and links it. Gives the objects, or nothing where that fails. */
function build(compiler: Compiler, program: string): string[] | undefined {
  const folder = path.dirname(program);
  mkdirSync(folder, { recursive: true });
  const simulation = readdirSync(path.join(root, 'src-native/test/simulation')).filter((name) =>
    name.endsWith('.cc'),
  );
  const sources = [
    ...[...CORE, 'process_pool'].map((name) => `src-native/core/${name}.cc`),
    ...simulation.map((name) => `src-native/test/simulation/${name}`),
  ];
  const make = ['all:', ...sources.map((source) => ` ${objectOf(source)}`)].join('');
  const rules = sources.map((source) => {
    const command = compilation(compiler, source, path.join(folder, objectOf(source)));
    return `${objectOf(source)}:\n\t@${command.join(' ')}`;
  });
  const { status } = spawnSync('make', ['-f', '-', `-j${availableParallelism()}`], {
    cwd: root,
    input: [make, ...rules, `.PHONY: all ${sources.map(objectOf).join(' ')}`, ''].join('\n'),
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const objects = sources.map((source) => path.join(folder, objectOf(source)));
  return status === 0 && link(compiler, objects, program) ? objects : undefined;
}

/** Whether the simulation finds a fault that has been put back. */
function finds(fault: KnownFault, compiler: Compiler, objects: readonly string[], folder: string): boolean {
  const source = path.join(root, `src-native/core/${fault.source}.cc`);
  const [faulty, object, program] = ['faulty.cc', 'faulty.o', 'faulty'].map((name) =>
    path.join(folder, name),
  ) as [string, string, string];
  writeFileSync(faulty, withFault(readFileSync(source, 'utf8'), fault));
  const [command, ...args] = compilation(compiler, faulty, object) as [string, ...string[]];
  const others = objects.filter((each) => path.basename(each) !== `${fault.source}.o`);
  if (!run(command, args) || !link(compiler, [...others, object], program)) return false;
  const { stdout } = spawnSync(program, SEEDS_OF_FAULTS, { encoding: 'utf8', timeout: LIMIT_MS });
  const found = stdout.split('\n').find((line) => line.startsWith('FAILED') && fault.finding.test(line));
  console.log(`${fault.title}: ${found ?? 'NOT FOUND'}`);
  return found !== undefined;
}

/** Without sanitizers, which the faults do not need: the seeds are many. */
function findKnownFaults(command: Compiler['command'], headers: string): boolean {
  const compiler = { command, headers, sanitizers: [] };
  const folder = path.join(root, 'build-cc/simulation-of-faults');
  const objects = build(compiler, path.join(folder, 'simulation'));
  if (objects === undefined) return false;
  return KNOWN_FAULTS.map((fault) => finds(fault, compiler, objects, folder)).every(Boolean);
}

/** With the arguments of the simulation's program. */
function simulate(command: Compiler['command'], headers: string, args: readonly string[]): boolean {
  const program = path.join(root, 'build-cc/simulation/simulation');
  const isBuilt = build({ command, headers, sanitizers: SANITIZERS }, program) !== undefined;
  return isBuilt && run(program, args);
}

function objectOf(source: string): string {
  return path.basename(source).replace(/\.cc$/, '.o');
}

const compiler = cxx();
const headers = libuvHeaders();
if (
  process.platform !== 'linux' ||
  headers === undefined ||
  spawnSync(compiler[0], ['--version']).status !== 0
) {
  console.log('skipped: the simulation needs Linux, a C++ compiler and the headers of libuv');
} else {
  const given = process.argv.slice(2);
  const done = given.includes('--known-faults')
    ? findKnownFaults(compiler, headers)
    : simulate(compiler, headers, given.length > 0 ? given : SEEDS);
  if (!done) process.exitCode = 1;
}
