// @ts-check (plain JavaScript, because it runs before the packages are installed) Step 1: the packages that
// package-lock.json names, without running install scripts.
import { readFileSync } from 'node:fs';
import { runNpm } from '../support/npm.mjs';
import { inRoot } from '../support/root.mjs';
import { SetupError } from '../support/run.mjs';

/**
 * The packages that a lock file names, by where they are.
 * @param {string} file
 * @returns {Record<string, { version?: string; optional?: boolean }> | undefined}
 */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(inRoot(file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** True where npm's own record of node_modules has every package of the lock, at its version. */
function isInstalled() {
  const wanted = packagesOf('package-lock.json') ?? {};
  const present = packagesOf('node_modules/.package-lock.json');
  if (!present) return false;
  return Object.entries(wanted).every(
    ([place, entry]) => place === '' || entry.optional || present[place]?.version === entry.version,
  );
}

/** Installs when node_modules is missing or not what the lock says. */
export async function install() {
  if (isInstalled()) return 'up to date';
  // --include=dev: NODE_ENV=production and `omit=dev` leave out what builds. --prefer-offline: the lock file names the versions.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--include=dev', '--prefer-offline'];
  const { code, output } = await runNpm(args);
  if (code !== 0) {
    throw new SetupError(
      `npm ${args.join(' ')} failed. Is the npm registry reachable from here?\n\n${output.trim()}`,
    );
  }
  return 'installed';
}
