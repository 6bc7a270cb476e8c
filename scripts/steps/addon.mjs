// Step 2: the addon, built from source by node-gyp when what is there is not what these sources make on this Node.
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { addonSources, hostSystem } from '../native-sources.mjs';
import { inRoot } from '../support/root.mjs';
import { SetupError, exists, run, runNode } from '../support/run.mjs';
import { fingerprint, readStamp, writeStamp } from '../support/stamp.mjs';

const ADDON = 'build/Release/uvfiles.node';
const STAMP = 'build/Release/uvfiles.stamp';
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

async function requireTools() {
  if (process.platform === 'win32') return; // node-gyp finds Visual Studio by itself, and says so if it does not
  const tools = [
    ['Python 3', [process.env.PYTHON, process.env.npm_config_python, 'python3', 'python']],
    ['make', [process.env.MAKE, 'make', 'gmake']],
    ['a C++20 compiler', [process.env.CXX?.split(' ')[0], 'g++', 'c++', 'clang++']],
  ];
  const missing = [];
  for (const [name, commands] of tools) {
    const answers = await Promise.all(commands.filter(Boolean).map(exists));
    if (!answers.includes(true)) missing.push(name);
  }
  if (missing.length > 0) {
    throw new SetupError(
      `The addon is built from source and this machine lacks ${missing.join(' and ')}.\n${INSTALL_TOOLS}`,
    );
  }
}

async function nodeGyp(command, { cwd, define = [] } = {}) {
  const prefix = headersPrefix();
  const { code, output } = await runNode(
    inRoot('node_modules/node-gyp/bin/node-gyp.js'),
    [command, ...(prefix ? [`--nodedir=${prefix}`] : []), '--', ...define.map((each) => `-D${each}`)],
    { cwd, env: { ...process.env, MAKEFLAGS: process.env.MAKEFLAGS ?? '-j4' } },
  );
  if (code === 0) return;
  const said = output.replaceAll(/^(gyp info |make: |  [A-Z]+\().*\n/gm, '').trim();
  const wayOut = prefix
    ? ''
    : `\n\nThis Node has no headers beside it, so node-gyp has to download them. Without a network: install Node's
headers, and set npm_config_nodedir to the prefix that has include/node/node_api.h.`;
  throw new SetupError(`node-gyp ${command} failed.\n\n${said}${wayOut}`);
}

/** Runs node-gyp's commands in `cwd` with this Node's own headers; `define` are gyp variables, `NAME=VALUE`. */
export async function makeAddon({ clean = false, cwd, define } = {}) {
  if (clean) await nodeGyp('clean', { cwd });
  await nodeGyp('configure', { cwd, define });
  await nodeGyp('build', { cwd });
}

/** What the loader says against the built addon, or '' when it loads: an undefined symbol is no linker's error here. */
async function loadError() {
  const { code, output } = await run(process.execPath, ['-e', `require(${JSON.stringify(inRoot(ADDON))})`]);
  return code === 0 ? '' : output.trim();
}

/** Builds when the addon is missing, not of these sources, or built for another Node major, system or processor. */
export async function buildAddon() {
  const sources = addonSources(hostSystem);
  if (!sources.some((name) => name.startsWith('src-native/binding/'))) {
    throw new SetupError('src-native/binding has no sources: there is no addon to build.');
  }
  const target = `${process.versions.node.split('.')[0]} ${process.platform} ${process.arch}`;
  const stamp = `${target} ${fingerprint(INPUTS)}`;
  const before = readStamp(STAMP);
  if (existsSync(inRoot(ADDON)) && before === stamp) return 'up to date';
  await requireTools();
  // Objects of another Node or system must go; changes of the sources are make's to follow, by their times. Where those
  // lie, as in an unpacked archive, the addon may not load, and everything is built.
  let keep = before.startsWith(`${target} `);
  await makeAddon({ clean: !keep });
  if (keep && (await loadError())) {
    keep = false;
    await makeAddon({ clean: true });
  }
  const error = await loadError();
  if (error) throw new SetupError(`The addon was built, but does not load.\n\n${error}`);
  writeStamp(STAMP, stamp);
  return keep ? 'rebuilt what changed' : 'built';
}
