// A binary of the addon that was compiled elsewhere from exactly these sources, for machines without a compiler.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../support/root.mjs';
import { runNpm } from '../support/npm.mjs';
import { fingerprint, readStamp } from '../support/stamp.ts';

/** The sources of a binary, both here and in the published package. */
const SOURCES = [
  'src-native/addon.gypi',
  'src-native/exports.map',
  'src-native/core',
  'src-native/platform',
  'src-native/binding',
];
const FOLDER = '.cache/published';

/** The inputs of a binary in scripts/prebuild.ts. */
export const PREBUILT_FROM = [
  'src-native/core',
  'src-native/platform',
  'src-native/binding',
  'src-native/exports.map',
  'scripts/prebuild',
];

const hashOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** The folders of prebuilds/ that may fit. A binary for the other C library of Linux does not load. */
function targets(): string[] {
  const target = `${process.platform}-${process.arch}`;
  return process.platform === 'linux' ? [target, `${target}-musl`] : [target];
}

/** A binary, and its description. */
interface Candidate {
  file: string;
  said: string;
}

/** Binaries of prebuilds/ that scripts/prebuild.ts made of these sources: its stamp begins with what they were made of. */
function* shipped(): Generator<Candidate> {
  for (const target of targets()) {
    const file = inRoot('prebuilds', target, 'uvfiles.node');
    if (!existsSync(file)) continue;
    const [from, hash] = readStamp(`.cache/prebuild/${target}.stamp`).split(' ');
    if (from === fingerprint(PREBUILT_FROM) && hash === hashOf(file))
      yield { file, said: `the one of prebuilds/${target}` };
  }
}

/** Binaries of the published package of this version, if it has the same sources. */
async function* published(): AsyncGenerator<Candidate> {
  const { name, version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  mkdirSync(inRoot(FOLDER), { recursive: true });
  writeFileSync(inRoot(FOLDER, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--prefer-offline'];
  const { code } = await runNpm([...args, '--fetch-retries=0', `${name}@${version}`], inRoot(FOLDER));
  const folder = inRoot(FOLDER, 'node_modules', name);
  if (code !== 0 || fingerprint(SOURCES, '', folder) !== fingerprint(SOURCES)) return;
  for (const target of targets()) {
    const file = path.join(folder, 'prebuilds', target, 'uvfiles.node');
    if (existsSync(file)) yield { file, said: `the one published in ${name} ${version} for ${target}` };
  }
}

/**
 * Copies the first binary that fits and loads to `place`. Resolves to a few words that say which, or to undefined.
 * @param loadError what is wrong with the binary at `place`, or ''
 */
export async function takeReadyMade(
  place: string,
  loadError: () => Promise<string>,
): Promise<string | undefined> {
  for await (const { file, said } of candidates()) {
    mkdirSync(path.dirname(inRoot(place)), { recursive: true });
    copyFileSync(file, inRoot(place));
    if (!(await loadError())) return said;
  }
  return undefined;
}

async function* candidates(): AsyncGenerator<Candidate> {
  yield* shipped();
  yield* published();
}
