// Step 2: the addon, built from source by node-gyp if the existing one is not of these sources and this Node.
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { addonSources, hostSystem } from '../native-sources.mjs';
import { cxx } from '../support/compiler.ts';
import { inRoot } from '../support/root.mjs';
import { SetupError, exists, run, runNode } from '../support/run.mjs';
import { fingerprint, readStamp, writeStamp } from '../support/stamp.ts';
import { takeReadyMade } from './ready-made.ts';

const ADDON = 'build/Release/uvfiles.node';
const STAMP = 'build/Release/uvfiles.stamp';
const LOG = '.cache/addon-build.log';
const INPUTS = [
  'binding.gyp',
  'src-native/addon.gypi',
  'src-native/exports.map',
  'src-native/core',
  'src-native/platform',
  'src-native/binding',
];

/** The prefix of this Node's own headers, so that node-gyp need not download any; undefined where there are none. */
function headersPrefix() {
  const prefix = path.resolve(path.dirname(realpathSync(process.execPath)), '..');
  return existsSync(path.join(prefix, 'include/node/node_api.h')) ? prefix : undefined;
}

const INSTALL_TOOLS = `To install what is needed:
  Debian, Ubuntu   apt-get install python3 make g++
  Fedora           dnf install python3 make gcc-c++
  Alpine           apk add python3 make g++
  macOS            xcode-select --install
  Windows          Visual Studio Build Tools with "Desktop development with C++", and Python 3`;

/** What this machine lacks for a build. */
async function missingTools(): Promise<string[]> {
  if (process.platform === 'win32') return []; // node-gyp finds Visual Studio by itself, and says so if it does not
  const tools: [name: string, commands: (string | undefined)[]][] = [
    ['Python 3', [process.env.PYTHON, process.env.npm_config_python, 'python3', 'python']],
    ['make', [process.env.MAKE, 'make', 'gmake']],
    ['a C++20 compiler', [cxx()[0], 'g++', 'c++', 'clang++']],
  ];
  const missing: string[] = [];
  for (const [name, commands] of tools) {
    const answers = await Promise.all(commands.flatMap((each) => each || []).map(exists));
    if (!answers.includes(true)) missing.push(name);
  }
  return missing;
}

/**
 * The first error in the output of a build, with the lines that belong to it: compilers run in parallel, and what they print
 * last is seldom the cause.
 */
export function firstError(output: string): string {
  const lines = output.replaceAll(/^(gyp info |make: |make\[|  [A-Z]+\().*\n/gm, '').split('\n');
  const isError = (line: string) =>
    /\b(?:fatal )?error\b ?(?:[A-Z]+\d+)?:|undefined reference|^gyp: |^gyp ERR! (?!cwd|not ok|node|System|command|(?:build|configure) error)/.test(
      line,
    );
  const at = lines.findIndex(isError);
  if (at === -1) return lines.join('\n').trim().split('\n').slice(-20).join('\n');
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => isError(line) || /^\s*$|: warning: |^In file |^gyp ERR! /.test(line));
  return [lines[at], ...rest.slice(0, end === -1 ? 8 : Math.min(end, 8))].join('\n');
}

interface BuildOptions {
  cwd?: string | undefined;
  /** Variables of gyp, `NAME=VALUE`. */
  define?: readonly string[] | undefined;
  /** Receives the output of the build as it arrives. */
  heard?: ((text: string) => void) | undefined;
}

async function nodeGyp(command: string, { cwd, define = [], heard }: BuildOptions): Promise<void> {
  const prefix = headersPrefix();
  const { code, output } = await runNode(
    inRoot('node_modules/node-gyp/bin/node-gyp.js'),
    [command, ...(prefix ? [`--nodedir=${prefix}`] : []), '--', ...define.map((each) => `-D${each}`)],
    { cwd, env: { ...process.env, MAKEFLAGS: process.env.MAKEFLAGS ?? '-j4' }, heard },
  );
  if (code === 0) return;
  writeStamp(LOG, output);
  const wayOut = /node_api\.h|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|node-v\S+headers/.test(prefix ? '' : output)
    ? `\n\nThis Node has no headers beside it, so node-gyp has to download them. Without a network: install Node's
headers, and set npm_config_nodedir to the prefix that has include/node/node_api.h.`
    : '';
  throw new SetupError(
    `node-gyp ${command} failed. The first error (everything it printed is in ${LOG}):\n\n${firstError(output)}${wayOut}`,
  );
}

/** Runs node-gyp's commands in `cwd` with this Node's own headers. */
export async function makeAddon({
  clean = false,
  cwd,
  define,
  heard,
}: BuildOptions & { clean?: boolean }): Promise<void> {
  if (clean) await nodeGyp('clean', { cwd });
  await nodeGyp('configure', { cwd, define });
  await nodeGyp('build', { cwd, heard });
}

/** The error of the loader for the built addon, or '' if it loads. The linker does not report undefined symbols here. */
async function loadError(): Promise<string> {
  const { code, output } = await run(process.execPath, ['-e', `require(${JSON.stringify(inRoot(ADDON))})`]);
  return code === 0 ? '' : output.trim();
}

/** A listener to the output of a build, which reports how many files have been compiled and, if known, of how many. */
function countFiles(say: (text: string) => void, total: number | undefined): (text: string) => void {
  let done = 0;
  return (text) => {
    // make announces a file when it begins with it; MSBuild prints its name.
    const begun = text.match(/^ +(?:CXX\(target\) .*|\S+\.cc)$/gm)?.length ?? 0;
    if (begun === 0) return;
    done += begun;
    say(
      total === undefined
        ? `compiling, ${done} files`
        : `compiling, ${Math.min(done, total)} of ${total} files`,
    );
  };
}

async function withoutCompiler(missing: string[], stamp: string): Promise<string> {
  const lacks = missing.join(' and ');
  const taken = await takeReadyMade(ADDON, loadError);
  if (taken === undefined) {
    throw new SetupError(
      `The addon is built from source, and this machine lacks ${lacks}.
Neither prebuilds/ nor npm has a binary of exactly these sources for this system.
${INSTALL_TOOLS}`,
    );
  }
  writeStamp(STAMP, stamp);
  return `not compiled, since this machine lacks ${lacks}; took ${taken}`;
}

/** Builds when the addon is missing, not of these sources, or built for another Node major, system or processor. */
export async function buildAddon(say: (text: string) => void = () => undefined): Promise<string> {
  const sources = addonSources(hostSystem);
  if (!sources.some((name) => name.startsWith('src-native/binding/'))) {
    throw new SetupError('src-native/binding has no sources: there is no addon to build.');
  }
  const target = `${process.versions.node.split('.')[0]} ${process.platform} ${process.arch}`;
  const stamp = `${target} ${fingerprint(INPUTS)}`;
  const before = readStamp(STAMP);
  if (existsSync(inRoot(ADDON)) && before === stamp) return 'up to date';
  const missing = await missingTools();
  if (missing.length > 0) return withoutCompiler(missing, stamp);
  // Objects of another Node or system are removed. make detects changes of the sources by their times. If these times are
  // wrong, as in an unpacked archive, the addon may not load, and then everything is built.
  let keep = before.startsWith(`${target} `);
  await makeAddon({ clean: !keep, heard: countFiles(say, keep ? undefined : sources.length) });
  if (keep && (await loadError())) {
    keep = false;
    await makeAddon({ clean: true, heard: countFiles(say, sources.length) });
  }
  const error = await loadError();
  if (error) throw new SetupError(`The addon was built, but does not load.\n\n${error}`);
  writeStamp(STAMP, stamp);
  return keep ? 'rebuilt what changed' : 'built';
}
