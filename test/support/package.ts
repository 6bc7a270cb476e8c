// The package as it would be published from this tree, in an empty project without a compiler.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

import { npmPackage } from '../../scripts/prebuild/tools.js';
import { stagePackage } from '../../scripts/support/stage.js';
import { skip } from './skip.js';

const require = createRequire(import.meta.url);
export const root = path.dirname(require.resolve('uvfiles/package.json'));

/** The folder of a tool from npm, in a cache outside the tree. Skips the test where npm cannot install it. */
export async function tool(test: Mocha.Context, name: string, version: string): Promise<string> {
  try {
    return await npmPackage(name, version);
  } catch (error) {
    return skip(test, `npm cannot install ${name}: ${String(error).split('\n', 1)[0]}`);
  }
}

export const target = `${process.platform}-${process.arch}`;

export interface Result {
  status: number | null;
  output: string;
}

// Where a registry's certificate is signed by the machine's own authority, npm would try again and again without it.
const { NODE_EXTRA_CA_CERTS } = process.env;
const certificates = NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS };

/** Runs a program of Node with a PATH that contains only Node. */
export function runNode(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Result {
  const bin = path.join(scratch, 'bin');
  if (!existsSync(bin)) {
    mkdirSync(bin);
    symlinkSync(process.execPath, path.join(bin, 'node'));
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd,
    encoding: 'utf8',
    env: { HOME: process.env.HOME ?? os.tmpdir(), PATH: bin, CI: 'true', ...certificates, ...env },
    timeout: 240_000,
  });
  return { status, output: stdout + stderr };
}

/** A directory that is removed when the process ends. */
export const scratch = mkdtempSync(path.join(realpathSync(os.tmpdir()), 'uvfiles-process-package-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** npm's own program: the one that runs us, the one beside this Node, or the one that the user's PATH leads to. */
export function npmProgram(): string | undefined {
  const beside = path.resolve(
    path.dirname(realpathSync(process.execPath)),
    '../lib/node_modules/npm/bin/npm-cli.js',
  );
  const running = process.env.npm_execpath;
  const found = (process.env.PATH ?? '')
    .split(path.delimiter)
    .map((each) => path.join(each, 'npm'))
    .filter((each) => path.isAbsolute(each) && existsSync(each))
    .map((each) => realpathSync(each));
  return [running, beside, ...found].find(
    (each) => each !== undefined && path.basename(each) === 'npm-cli.js' && existsSync(each),
  );
}

/** npm's own program. Skips with the reason if there is none. */
export function needsNpm(context: Mocha.Context): string {
  const npm = process.platform === 'win32' ? undefined : npmProgram();
  return npm ?? skip(context, 'no npm-cli.js beside this Node');
}

/** The registry of npm, according to the user's own settings. */
export function registryOf(npm: string): string {
  return runNode(npm, ['config', 'get', 'registry'], scratch).output.split('\n', 1)[0]!;
}

/** Lays out what npm would publish, with the binary that was built here in prebuilds/, and packs it. */
export function pack(npm: string): string {
  const stage = path.join(scratch, 'stage');
  stagePackage(stage);
  const { status, output } = runNode(
    npm,
    ['pack', '--silent', '--ignore-scripts', '--pack-destination', scratch],
    stage,
  );
  if (status !== 0) throw new Error(output);
  return path.join(scratch, output.trim().split('\n').at(-1)!);
}

/** An empty project. */
export function project(name: string, files: Record<string, string> = {}): string {
  const folder = path.join(scratch, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    path.join(folder, 'package.json'),
    '{ "name": "consumer", "version": "1.0.0", "private": true }\n',
  );
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(folder, file), text);
  return folder;
}

/** A project with the package installed. Skips if there is no npm. */
export function consumer(context: Mocha.Context, name: string, files: Record<string, string>): string {
  const npm = needsNpm(context);
  const folder = project(name, files);
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', pack(npm)];
  const { status, output } = runNode(npm, args, folder);
  if (status !== 0) throw new Error(output);
  return folder;
}
