// Shared by build.ts and check.ts.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
/** The folder of typedoc: its package, its settings. */
export const tools = path.join(root, 'site');
export const output = path.join(root, '.cache/site');
export const model = path.join(root, '.cache/site.json');

/** Runs a program to its end, and ends this one with its exit code unless that is 0. */
export function must(program: string, args: string[], cwd: string): void {
  const windows = process.platform === 'win32';
  const { status, error } = spawnSync(program, args, { cwd, stdio: 'inherit', shell: windows });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Installs typedoc as site/package-lock.json says, unless it is there. */
export function installTools(): void {
  const versionIn = (file: string): string | undefined => {
    if (!existsSync(file)) return undefined;
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  };
  const { dependencies } = JSON.parse(readFileSync(path.join(tools, 'package.json'), 'utf8')) as {
    dependencies: { typedoc: string };
  };
  if (versionIn(path.join(tools, 'node_modules/typedoc/package.json')) === dependencies.typedoc) return;
  must('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], tools);
}
