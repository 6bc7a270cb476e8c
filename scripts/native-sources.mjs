// @ts-check (plain JavaScript: binding.gyp runs it with Node alone, and the package includes it)
// Lists the addon's C++ sources for one operating system, one per line, so that binding.gyp, the stamp of setup.mjs and
// the C++ tests agree on what the addon is made of. `node scripts/native-sources.mjs linux|mac|win`.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Folders of src-native/platform that a system is made of, by gyp's name for the system.
 * @type {Record<string, string[]>}
 */
const PLATFORM_FOLDERS = {
  linux: ['posix', 'linux'],
  mac: ['posix', 'darwin', 'uncached'],
  win: ['win32', 'uncached'],
};

/** gyp's name for the system this runs on. */
export const hostSystem =
  process.platform === 'win32' ? 'win' : process.platform === 'darwin' ? 'mac' : process.platform;

/**
 * @param {string} folder
 * @param {string} extension
 * @returns {string[]} relative to the repository's root
 */
function filesUnder(folder, extension) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .map((name) => path.posix.join(folder, name.split(path.sep).join('/')))
    .sort();
}

/**
 * Sources without Node-API: what the C++ tests compile. Paths are relative to the repository's root.
 * @param {string} system gyp's name for it
 */
export function coreSources(system) {
  const folders = PLATFORM_FOLDERS[system] ?? ['posix', 'uncached'];
  return [
    ...filesUnder('src-native/core', '.cc'),
    ...folders.flatMap((folder) => filesUnder(`src-native/platform/${folder}`, '.cc')),
  ];
}

/**
 * All of the addon's sources, relative to the repository's root, with forward slashes as gyp wants them.
 * @param {string} system gyp's name for it
 */
export function addonSources(system) {
  return [...coreSources(system), ...filesUnder('src-native/binding', '.cc')];
}

/** The C++ test programs: each file has a main of its own. */
export function testSources() {
  return filesUnder('src-native/test', '_test.cc');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sources = addonSources(process.argv[2] ?? hostSystem);
  if (sources.length > 0) console.log(sources.join('\n'));
}
