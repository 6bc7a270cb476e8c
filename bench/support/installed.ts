// Packages of contenders: the versions of those in node_modules, and those that are too large for it, installed when they are
// first asked for.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Context } from '../harness/types.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = path.join(root, '.cache/bench/packages');
const limitMs = 180_000;

/** The version of a package of node_modules, or of the project itself. */
export function versionOf(name: string): string {
  const folder = name === 'uvfiles' ? root : path.join(root, 'node_modules', name);
  return versionIn(folder) ?? 'not installed';
}

/** Where a package lies that is installed on demand. */
export function onDemandFolder(name: string): string {
  return path.join(cache, name.replace('/', '+'), 'node_modules', name);
}

/** The version of a package that was installed on demand. */
export function onDemandVersion(name: string): string | undefined {
  return versionIn(onDemandFolder(name));
}

/**
 * Installs a package of npm into a folder that git ignores, unless it is there. Resolves to the reason where that is not
 * possible. A quick run installs nothing.
 * @param major the major version that is asked for
 */
export async function installOnDemand(
  name: string,
  major: number,
  { quick }: Context,
): Promise<string | undefined> {
  if (onDemandVersion(name)?.startsWith(`${major}.`)) return undefined;
  if (quick) return `${name} is not installed, and --quick installs nothing`;
  const folder = path.join(cache, name.replace('/', '+'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save'];
  try {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    await promisify(execFile)(npm, ['install', ...options, `${name}@${major}`], {
      cwd: folder,
      timeout: limitMs,
      shell: process.platform === 'win32',
    });
    return onDemandVersion(name) === undefined ? `npm installed no ${name}` : undefined;
  } catch (error) {
    return `npm cannot install ${name}: ${lastLine((error as { stderr?: string }).stderr ?? String(error))}`;
  }
}

function versionIn(folder: string): string | undefined {
  const file = path.join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
