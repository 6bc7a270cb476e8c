// Step 1: the packages that package-lock.json names, without running anybody's install script.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../support/root.mjs';
import { SetupError, run, runNode } from '../support/run.mjs';

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
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const npm = process.env.npm_execpath ?? '';
  const { code, output } =
    path.basename(npm) === 'npm-cli.js'
      ? await runNode(npm, args)
      : await run('npm', args, { shell: process.platform === 'win32' });
  if (code !== 0) {
    throw new SetupError(
      `npm ${args.join(' ')} failed. Is the npm registry reachable from here?\n\n${output}`,
    );
  }
  return 'installed';
}
