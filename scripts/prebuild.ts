// Builds the binaries that are published, into prebuilds/TARGET/uvfiles.node, and refuses those that break a rule.
// `npm run build:prebuilt -- TARGET...`, `-- --all`; `--native` takes this system's own compiler in place of the cross recipes,
// `--once` leaves out the second build, which must give the same bytes.
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { compile } from './prebuild/compile.ts';
import { faultsOf } from './prebuild/gates.ts';
import { TARGETS, recipe } from './prebuild/targets.ts';
import { PREBUILT_FROM } from './steps/ready-made.ts';
import { inRoot } from './support/root.mjs';
import { SetupError, step } from './support/run.mjs';
import { fingerprint, readStamp, writeStamp } from './support/stamp.ts';

const hashOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

interface How {
  /** With this system's own compiler. */
  native: boolean;
  /** Without the second build. */
  once: boolean;
}

async function prebuild(target: string, { native, once }: How): Promise<string> {
  const made = inRoot('prebuilds', target, 'uvfiles.node');
  const work = `.cache/prebuild/${target}`;
  const stampOf = () =>
    `${fingerprint(PREBUILT_FROM)} ${hashOf(made)} ${native ? 'native' : 'cross'} ${once ? 'once' : 'twice'}`;
  const about = () =>
    `${(readFileSync(made).length / 1024).toFixed(0)} kB, sha256 ${hashOf(made).slice(0, 16)}`;
  if (existsSync(made) && readStamp(`${work}.stamp`) === stampOf()) return `up to date: ${about()}`;
  const how = await recipe(target, native);
  const binary = await compile(how, `${work}/first`);
  const faults = await faultsOf(binary, target);
  if (faults.length > 0) throw new SetupError(`${target}: the binary ${faults.join(';\n  it ')}`);
  if (!once) {
    const again = await compile(how, `${work}/second`);
    if (hashOf(again) !== hashOf(binary))
      throw new SetupError(`${target}: two builds differ: ${work}/first and second`);
  }
  mkdirSync(path.dirname(made), { recursive: true });
  copyFileSync(binary, made);
  chmodSync(made, 0o755);
  writeStamp(`${work}.stamp`, stampOf());
  return `${about()}${once ? '' : ', twice the same'}`;
}

function targetsOf(words: string[]): string[] {
  const unknown = words.filter((each) => !TARGETS.includes(each));
  if (unknown.length > 0)
    throw new SetupError(`No such target: ${unknown.join(' ')}. There are ${TARGETS.join(' ')}.`);
  return words;
}

const options = new Set(process.argv.slice(2).filter((each) => each.startsWith('--')));
const words = process.argv.slice(2).filter((each) => !each.startsWith('--'));
try {
  const targets = options.has('--all') ? TARGETS : targetsOf(words);
  if (targets.length === 0) {
    console.log(
      `Usage: npm run build:prebuilt -- TARGET... | --all  [--native] [--once]\nTargets: ${TARGETS.join(' ')}`,
    );
    process.exit();
  }
  let failed = false;
  for (const target of targets) {
    const work = () => prebuild(target, { native: options.has('--native'), once: options.has('--once') });
    await step(target, work).catch((error: unknown) => {
      failed = true;
      console.error(error instanceof SetupError ? error.message : error);
    });
  }
  if (failed) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exitCode = 1;
}
