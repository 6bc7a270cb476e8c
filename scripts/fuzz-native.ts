// Builds and runs the fuzz targets of src-native/test/fuzz with libFuzzer, ASan and UBSan: npm run fuzz does so first, and
// `tsx scripts/fuzz-native.ts` alone. -- --seconds 600 for each target, or --seed 1 for the same inputs each time, as in CI. An input
// that fails is kept in build-cc/fuzz; `build-cc/fuzz/NAME FILE` repeats it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { coreSources } from './native-sources.mjs';

const root = path.resolve(import.meta.dirname, '..');
const TARGETS = 'src-native/test/fuzz';
const SUFFIX = '_fuzz.cc';
/** The number of inputs of a run with a seed, which takes about 10 seconds per target. */
const RUNS: Readonly<Record<string, number>> = {
  mount_table: 150_000,
  beneath: 40_000,
  lists: 20_000,
  names: 15_000,
};
const LONGEST_INPUT = 2000;
/** Seconds for one input; a parser that takes longer is too slow for its length. */
const SLOWEST = 10;
const COMPILER = process.env.CLANGXX ?? 'clang++';
const SANITIZERS = ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'];
const FLAGS = [
  ...['-std=c++17', '-fno-exceptions', '-g', '-O1', '-pthread', '-D_FILE_OFFSET_BITS=64', '-D_GNU_SOURCE'],
  ...['-Isrc-native', ...SANITIZERS, '-fsanitize=fuzzer-no-link'],
];

function succeeds(command: string, args: readonly string[], o: { input?: string } = {}): boolean {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['pipe', 'inherit', 'inherit'], ...o });
  return status === 0;
}

/** The flags for libuv's headers, Node's own or the system's, or undefined. The targets call a few functions of it. */
function libuv(): string[] | undefined {
  const { status, stdout } = spawnSync('pkg-config', ['--cflags', '--libs', 'libuv'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split(/\s+/) : existsSync('/usr/include/uv.h') ? ['-luv'] : undefined;
}

/** Why the targets cannot be built here; undefined if they can. */
function missing(): string | undefined {
  if (process.platform !== 'linux') return 'they are about Linux';
  const probe = 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }';
  const folder = mkdtempSync(path.join(tmpdir(), 'uvfiles-probe-'));
  const args = ['-x', 'c++', '-', '-fsanitize=fuzzer,address', '-o', path.join(folder, 'probe')];
  const { status } = spawnSync(COMPILER, args, { input: probe });
  rmSync(folder, { recursive: true });
  if (status !== 0) return `there is no ${COMPILER} with libFuzzer`;
  return libuv() === undefined ? 'there is no libuv1-dev' : undefined;
}

/** Builds each target, by make, which compiles only what has changed. */
function build(folder: string, names: readonly string[]): boolean {
  mkdirSync(path.join(root, folder), { recursive: true });
  const objectOf = (source: string): string =>
    `${folder}/${source.replaceAll('/', '_').replace(/\.cc$/, '.o')}`;
  const core = coreSources('linux');
  const sources = [...core, ...names.map((name) => `${TARGETS}/${name}${SUFFIX}`)];
  const rules = sources.flatMap((source) => [
    `${objectOf(source)}: ${source}`,
    `\t@${COMPILER} ${FLAGS.join(' ')} ${libuv()!.join(' ')} -Wno-unused-command-line-argument -MMD -c ${source} -o $@`,
  ]);
  const archive = `${folder}/core.a`;
  const programs = names.flatMap((name) => [
    `${folder}/${name}: ${objectOf(`${TARGETS}/${name}${SUFFIX}`)} ${archive}`,
    `\t@${COMPILER} -pthread -fsanitize=fuzzer ${SANITIZERS.join(' ')} $^ ${libuv()!.join(' ')} -o $@`,
  ]);
  const makefile = [
    `all: ${names.map((name) => `${folder}/${name}`).join(' ')}`,
    ...programs,
    `${archive}: ${core.map(objectOf).join(' ')}`,
    '\t@rm -f $@ && ar rcs $@ $^',
    ...rules,
    `-include $(wildcard ${folder}/*.d)`,
    '',
  ].join('\n');
  return succeeds('make', ['-f', '-', `-j${availableParallelism()}`], { input: makefile });
}

/** Runs each target. True if none has failed. Also true, with a printed reason, if they cannot be built. */
export function fuzzNative({ seed, seconds }: { seed?: number; seconds: number }): boolean {
  const reason = missing();
  if (reason !== undefined) {
    console.log(`skipped: the fuzz targets of the C++ code (${reason})`);
    return true;
  }
  const folder = 'build-cc/fuzz';
  const names = readdirSync(path.join(root, TARGETS))
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length));
  if (!build(folder, names)) return false;
  return names.every((name) => {
    const found = mkdtempSync(path.join(tmpdir(), 'uvfiles-corpus-'));
    const length = seed === undefined ? `-max_total_time=${seconds}` : `-runs=${RUNS[name] ?? 10_000}`;
    const args = [
      ...[
        length,
        `-max_len=${LONGEST_INPUT}`,
        `-timeout=${SLOWEST}`,
        `-artifact_prefix=${path.join(root, folder)}/`,
      ],
      ...['-print_final_stats=0', '-verbosity=1', ...(seed === undefined ? [] : [`-seed=${seed}`])],
      // Not relative: a target may change its directory.
      ...[found, path.join(root, TARGETS, 'corpus', name)],
    ];
    const started = performance.now();
    const { status, stderr } = spawnSync(path.join(root, folder, name), args, {
      cwd: root,
      encoding: 'utf8',
    });
    rmSync(found, { recursive: true });
    const summary =
      stderr
        .trimEnd()
        .split('\n')
        .findLast((line) => line.includes('cov:')) ?? '';
    console.log(
      `${name}: ${status === 0 ? 'ok' : 'FAILED'} in ${((performance.now() - started) / 1000).toFixed(1)} s, ${summary.trim()}`,
    );
    if (status !== 0) console.log(stderr);
    return status === 0;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
  });
  const seed = values.seed === undefined ? undefined : Number(values.seed);
  if (!fuzzNative({ seconds: Number(values.seconds), ...(seed === undefined ? {} : { seed }) }))
    process.exitCode = 1;
}
