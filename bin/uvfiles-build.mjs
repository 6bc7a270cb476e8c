#!/usr/bin/env node
// Builds the addon from the sources in this package, for a system that has no binary in prebuilds/:  npx uvfiles build
//
// The result goes to build/Release/ of the package, where the loader looks first. Never run by an installation. It takes
// node-gyp and node-addon-api from where they are (the project, npm itself), or has npm download them.
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { addonSources, hostSystem } from '../scripts/native-sources.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const work = path.join(root, 'build', 'source');
const result = path.join(root, 'build', 'Release', 'uvfiles.node');
/** @type {Record<string, string>} */
const VERSIONS = { 'node-gyp': '12', 'node-addon-api': '8' };

const HELP = `Usage: npx uvfiles build [--nodedir=PREFIX]

Builds the native addon from the sources in the package, with node-gyp. This requires Python 3, make and a C++20
compiler (on Windows, the Visual Studio Build Tools). It uses the header files in PREFIX/include/node, or those that
are installed with Node. If there are none, node-gyp downloads them.

Exit codes: 0 on success, 1 after an error, 2 for incorrect usage.`;

class Refusal extends Error {}

/**
 * The folder of a package that can be found from one of `places`; or ''.
 * @param {string} name
 * @param {string[]} places
 * @returns {string}
 */
function findPackage(name, places) {
  for (const place of places) {
    try {
      return path.dirname(createRequire(path.join(place, 'x.js')).resolve(`${name}/package.json`));
    } catch {
      // not there
    }
  }
  return '';
}

function npmFolder() {
  const beside = path.resolve(path.dirname(realpathSync(process.execPath)), '../lib/node_modules/npm');
  const windows = path.resolve(path.dirname(realpathSync(process.execPath)), 'node_modules/npm');
  const running = process.env.npm_execpath && path.resolve(path.dirname(process.env.npm_execpath), '..');
  return [running, beside, windows].find((each) => each && existsSync(path.join(each, 'bin/npm-cli.js')));
}

/**
 * The two tools' folders, downloaded into the work folder where they are not found.
 * @param {string} project
 */
function tools(project) {
  const npm = npmFolder();
  const places = [root, project, ...(npm ? [npm] : [])];
  const found = Object.fromEntries(Object.keys(VERSIONS).map((name) => [name, findPackage(name, places)]));
  const missing = Object.keys(VERSIONS).filter((name) => found[name] === '');
  if (missing.length === 0) return found;
  const wanted = missing.map((name) => `${name}@${VERSIONS[name]}`);
  const advice = `Install them in your project and try again: npm install --save-dev ${wanted.join(' ')}`;
  if (!npm)
    throw new Refusal(`${missing.join(' and ')} not found, and there is no npm to download them. ${advice}`);
  console.log(`Downloading ${wanted.join(' and ')} with npm`);
  writeFileSync(path.join(work, 'package.json'), '{ "private": true }\n');
  const args = [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-save',
    '--no-package-lock',
    ...wanted,
  ];
  const { status } = spawnSync(process.execPath, [path.join(npm, 'bin/npm-cli.js'), ...args], {
    cwd: work,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Refusal(`npm could not download ${missing.join(' and ')}. ${advice}`);
  for (const name of missing) found[name] = findPackage(name, [work]);
  return found;
}

/**
 * The prefix that has this Node's own headers, so that nothing is downloaded; undefined where there are none.
 * @param {string | undefined} given
 */
function headersPrefix(given) {
  if (given) return path.resolve(given);
  const prefix = path.resolve(path.dirname(realpathSync(process.execPath)), '..');
  return existsSync(path.join(prefix, 'include/node/node_api.h')) ? prefix : undefined;
}

/** @param {string} addonApi */
function layOut(addonApi) {
  cpSync(path.join(root, 'src-native'), path.join(work, 'src-native'), { recursive: true });
  const target = {
    target_name: 'uvfiles',
    includes: ['src-native/addon.gypi'],
    sources: addonSources(hostSystem),
    include_dirs: ['src-native', addonApi],
  };
  // JSON is Python enough for gyp.
  writeFileSync(path.join(work, 'binding.gyp'), JSON.stringify({ targets: [target] }, undefined, 2));
}

/**
 * @param {string} nodeGyp
 * @param {string | undefined} nodedir
 */
function build(nodeGyp, nodedir) {
  const prefix = headersPrefix(nodedir);
  const args = [path.join(nodeGyp, 'bin/node-gyp.js'), 'rebuild', ...(prefix ? [`--nodedir=${prefix}`] : [])];
  console.log(`Building the addon for ${process.platform}-${process.arch}, Node ${process.versions.node}`);
  if (!prefix) console.log('The header files of Node are not installed: node-gyp downloads them.');
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: work,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { MAKEFLAGS: '-j4', ...process.env },
  });
  if (status === 0) return;
  throw new Refusal(`${stdout}${stderr}
node-gyp could not build the addon. Its output is above. Check that these are installed:
  Debian, Ubuntu   apt-get install python3 make g++
  Fedora           dnf install python3 make gcc-c++
  Alpine           apk add python3 make g++
  macOS            xcode-select --install
  Windows          Visual Studio Build Tools with "Desktop development with C++", and Python 3
Node's header files${prefix ? '' : ', which node-gyp tried to download. If you have them, pass --nodedir=PREFIX (PREFIX/include/node)'}.`);
}

function options() {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: { nodedir: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  return values;
}

/**
 * Whether it is what `parseArgs` reports about an option or argument that is none.
 * @param {unknown} error
 * @returns {error is Error}
 */
function isUsage(error) {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}

function main() {
  const { help, nodedir } = options();
  if (help) return console.log(HELP);
  const project = process.cwd();
  process.chdir(root); // the list of sources is relative to it
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    const found = tools(project);
    layOut(found['node-addon-api'] ?? '');
    build(found['node-gyp'] ?? '', nodedir);
    mkdirSync(path.dirname(result), { recursive: true });
    copyFileSync(path.join(work, 'build/Release/uvfiles.node'), result);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  createRequire(import.meta.url)(result);
  console.log(`Built and loaded ${result}`);
}

try {
  main();
} catch (error) {
  if (isUsage(error)) console.error(`uvfiles build: ${error.message}\nTry: npx uvfiles build --help`);
  else console.error(error instanceof Refusal ? `uvfiles build: ${error.message}` : error);
  process.exitCode = isUsage(error) ? 2 : 1;
}
