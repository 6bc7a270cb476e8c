// @ts-check (plain JavaScript, because it runs before the packages are installed)
// Runs npm: the program that npm names in the environment, or else the command `npm`.
import path from 'node:path';
import { run, runNode } from './run.mjs';

/**
 * Runs npm with `args` in `cwd`.
 * @param {readonly string[]} args
 * @param {string} [cwd]
 */
export function runNpm(args, cwd) {
  const npm = process.env.npm_execpath ?? '';
  return path.basename(npm) === 'npm-cli.js'
    ? runNode(npm, args, { cwd })
    : run('npm', args, { cwd, shell: process.platform === 'win32' });
}
