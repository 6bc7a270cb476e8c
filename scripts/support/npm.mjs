// npm as the one who runs us has it: by the program that npm names in the environment, else by its name.
import path from 'node:path';
import { run, runNode } from './run.mjs';

/** Runs npm with `args` in `cwd`; resolves to { code, output }. */
export function runNpm(args, cwd) {
  const npm = process.env.npm_execpath ?? '';
  return path.basename(npm) === 'npm-cli.js'
    ? runNode(npm, args, { cwd })
    : run('npm', args, { cwd, shell: process.platform === 'win32' });
}
