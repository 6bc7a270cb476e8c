// The package as it would be published from this tree, in an empty project, with no compiler within reach.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const require = createRequire(import.meta.url);
export const root = path.dirname(require.resolve('uvfiles/package.json'));
const { npmPackage } = (await import(new URL('../../scripts/prebuild/tools.mjs', import.meta.url).href)) as {
  npmPackage: (name: string, version: string) => Promise<string>;
};

/** A tool from npm, in a cache outside the tree; undefined, said aloud, where it cannot be had. */
export async function tool(name: string, version: string): Promise<string | undefined> {
  try {
    return await npmPackage(name, version);
  } catch (error) {
    console.log(`      skipped: ${name} is not to be had: ${String(error).split('\n', 1)[0]}`);
    return undefined;
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

/** Runs a program of Node's with a PATH on which there is Node and nothing else. */
export function runNode(
  script: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Result {
  const bin = path.join(scratch, 'bin');
  if (!existsSync(bin)) {
    mkdirSync(bin);
    symlinkSync(process.execPath, path.join(bin, 'node'));
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd,
    encoding: 'utf8',
    env: { HOME: process.env.HOME ?? os.tmpdir(), PATH: bin, CI: 'true', ...certificates, ...env },
    timeout: 240_000,
  });
  return { status, output: stdout + stderr };
}

export const scratch = mkdtempSync(path.join(realpathSync(os.tmpdir()), 'uvfiles-package-'));

/** npm's own program: the one that runs us, or the one beside this Node. */
export function npmProgram(): string | undefined {
  const beside = path.resolve(
    path.dirname(realpathSync(process.execPath)),
    '../lib/node_modules/npm/bin/npm-cli.js',
  );
  const running = process.env.npm_execpath;
  return [running, beside, '/usr/lib/node_modules/npm/bin/npm-cli.js'].find(
    (each) => each !== undefined && path.basename(each) === 'npm-cli.js' && existsSync(each),
  );
}

/** Lays out what npm would publish, with the binary that was built here in prebuilds/, and packs it. */
export function pack(npm: string): string {
  const stage = path.join(scratch, 'stage');
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { files: string[] };
  const names = manifest.files.filter((each) => !each.startsWith('!') && each !== 'prebuilds');
  for (const name of ['package.json', 'README.md', 'LICENSE', ...names]) {
    if (existsSync(path.join(root, name)))
      cpSync(path.join(root, name), path.join(stage, name), { recursive: true });
  }
  const binary = path.join(stage, 'prebuilds', target, 'uvfiles.node');
  cpSync(path.join(root, 'build/Release/uvfiles.node'), binary);
  const { status, output } = runNode(npm, ['pack', '--silent', '--pack-destination', scratch], stage);
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
