// Fetches packages with their own tests, from their git repositories and npm, into a cache outside of this repository.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { TestedPackage } from './packages.js';

const TIMEOUT = 600_000; // milliseconds for one step

/** Where the packages stay. */
export const packageCache: string = path.join(tmpdir(), 'uvfiles-package-tests');

/** How a program has ended, and what it has printed. */
export interface Finished {
  readonly status: number | null;
  readonly output: string;
}

/** Runs a program in the directory `cwd`, and waits for it. */
export function run(command: string, args: readonly string[], cwd: string, env = {}): Finished {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, GIT_TERMINAL_PROMPT: '0', ...env },
    maxBuffer: 2 ** 28,
    timeout: TIMEOUT,
  });
  return { status, output: `${stdout}${stderr}` };
}

/**
 * Clones the package at its tag and installs what its tests need, once.
 * @returns the package's folder; undefined where it cannot be fetched
 */
export function fetchPackage({ name, repository, tag, tools }: TestedPackage): string | undefined {
  mkdirSync(packageCache, { recursive: true });
  const folder = path.join(packageCache, `${name}-${tag}`);
  const installed = path.join(folder, 'node_modules');
  if (existsSync(installed)) return folder;
  rmSync(folder, { recursive: true, force: true });
  const url = `https://github.com/${repository}.git`;
  const clone = ['clone', '--quiet', '--depth=1', '--branch', tag, url, folder];
  if (run('git', clone, packageCache).status !== 0) return undefined;
  const manifest = path.join(folder, 'package.json');
  const { devDependencies, ...rest } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  // What else they list is for checking and publishing.
  writeFileSync(manifest, JSON.stringify(rest));
  const wanted = tools.map((tool) =>
    tool.lastIndexOf('@') > 0 ? tool : `${tool}@${devDependencies[tool] ?? 'latest'}`,
  );
  const flags = ['--ignore-scripts', '--no-save', '--no-package-lock', '--no-audit', '--no-fund'];
  if (run('npm', ['install', ...flags, ...wanted], folder).status === 0) return folder;
  rmSync(installed, { recursive: true, force: true });
  return undefined;
}
