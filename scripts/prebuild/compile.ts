// Compiles and links the addon for one target by calling the compiler directly. Two builds give the same bytes: all targets
// share a few flags, the sources are in a fixed order, and no path of this machine is in the binary.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { addonSources } from '../native-sources.mjs';
import { inParallel } from '../support/in-parallel.ts';
import { inRoot, root } from '../support/root.mjs';
import { SetupError, run } from '../support/run.mjs';
import { importThunks } from './node-imports.ts';
import type { Recipe, Source } from './targets.ts';
import { cache, nodeHeaders } from './tools.ts';

const FLAGS = [
  ...['-std=gnu++20', '-fno-exceptions', '-fno-rtti', '-fno-strict-aliasing', '-fvisibility=hidden'],
  ...[
    '-ffunction-sections',
    '-fdata-sections',
    '-Wall',
    '-Wextra',
    '-Wno-unused-parameter',
    '-Wno-unknown-warning-option',
    '-Wno-restrict',
  ],
];
const DEFINES = [
  'NDEBUG',
  'NAPI_VERSION=9',
  'NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS',
  'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
];

/** Code that runs for every small operation is optimized for speed. Code that waits for the system is optimized for size. */
const levelOf = (source: string) => (/^src-native\/(core|binding)\/\w+\.cc$/.test(source) ? '-O2' : '-Os');

// zig caches what it compiles. A build must not use the addon's objects of an earlier build, but may use zig's own libraries.
async function mustRun(folder: string, command: string, args: string[]): Promise<void> {
  const env = {
    ...process.env,
    ZIG_GLOBAL_CACHE_DIR: path.join(cache, 'zig-cache'),
    ZIG_LOCAL_CACHE_DIR: inRoot(folder, 'zig-cache'),
  };
  const { code, output } = await run(command, args, { env });
  if (code !== 0) throw new SetupError(`${path.basename(command)} ${args.at(-1)}:\n${output.slice(0, 4000)}`);
}

/** Clears the build time in the header of a PE file. */
function forgetTime(file: string): void {
  const bytes = readFileSync(file);
  bytes.writeUInt32LE(0, bytes.readUInt32LE(0x3c) + 8);
  writeFileSync(file, bytes);
}

/** Empties `folder` (relative to the root), builds into it, and returns the binary's absolute path. */
export async function compile(recipe: Recipe, folder: string): Promise<string> {
  rmSync(inRoot(folder), { recursive: true, force: true });
  mkdirSync(inRoot(folder), { recursive: true });
  const [command = '', ...prefix] = recipe.command;
  const headers = await nodeHeaders();
  const { include_dir: addonApi } = createRequire(import.meta.url)('node-addon-api') as {
    include_dir: string;
  };
  const flags = [
    ...prefix,
    ...FLAGS,
    ...recipe.flags,
    ...[...DEFINES, ...recipe.defines].map((each) => `-D${each}`),
    ...['-Isrc-native', '-isystem', path.relative(root, path.resolve(root, addonApi)), '-isystem', headers],
    ...[`-ffile-prefix-map=${headers}=node`, `-ffile-prefix-map=${root}=.`],
    `-ffile-prefix-map=${cache}=cache`,
  ];
  const own: Source[] = addonSources(recipe.gyp).map((source) => ({ source, flags: [] }));
  const objects = await inParallel([...own, ...recipe.sources], async ({ source, flags: more }) => {
    const name = path.relative(cache, path.resolve(root, source)).startsWith('..')
      ? source
      : path.basename(source);
    const object = path.posix.join(folder, name.replaceAll('/', '_').replace(/\.\w+$/, '.o'));
    await mustRun(folder, command, [...flags, levelOf(source), ...more, '-c', '-o', object, source]);
    return object;
  });
  if (recipe.system === 'win32') {
    const thunks = path.posix.join(folder, 'node_imports.cc');
    writeFileSync(inRoot(thunks), importThunks(objects, recipe.arch));
    const object = path.posix.join(folder, 'node_imports.o');
    objects.push(object);
    await mustRun(folder, command, [...flags, '-c', '-o', object, thunks]);
  }
  const binary = path.posix.join(folder, 'uvfiles.node');
  const [linker = '', ...first] = recipe.linker;
  await mustRun(folder, linker, [...first, '-o', binary, ...objects, ...recipe.link]);
  if (recipe.system === 'win32') forgetTime(inRoot(binary));
  return inRoot(binary);
}
