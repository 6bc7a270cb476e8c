// The type tests of uvfiles/promises with the types of each supported major version of Node, as a program that installs the
// package would see them: `npm run test:types:node`. The types come from npm and stay in a cache outside of the repository.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const VERSIONS = [20, 22, 24, 26];
const TESTS = ['promises.test-d.ts', 'promises.test-d.cts', 'expect.cts'];

const root = path.resolve(import.meta.dirname, '..');
const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  module: 'nodenext',
  target: 'es2022',
  lib: ['es2023', 'esnext.disposable'],
  types: ['node'],
  noEmit: true,
};

/** A project that has the package and `@types/node` of that version; undefined where npm cannot be reached. */
function projectWith(version: number): string | undefined {
  const project = path.join(tmpdir(), 'uvfiles-type-tests', `node-${version}`);
  const installed = path.join(project, 'node_modules');
  mkdirSync(project, { recursive: true });
  writeFileSync(path.join(project, 'package.json'), '{ "private": true, "type": "module" }');
  if (!existsSync(path.join(installed, '@types/node'))) {
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save'];
    const { status } = spawnSync('npm', ['install', ...flags, `@types/node@${version}`], { cwd: project });
    if (status !== 0) return undefined;
  }
  rmSync(path.join(installed, 'uvfiles'), { recursive: true, force: true });
  for (const part of ['package.json', 'dist'])
    cpSync(path.join(root, part), path.join(installed, 'uvfiles', part), { recursive: true });
  for (const name of TESTS) cpSync(path.join(root, 'test/types', name), path.join(project, name));
  writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*'] }));
  return project;
}

for (const version of VERSIONS) {
  const project = projectWith(version);
  if (project === undefined) {
    console.log(`Types of Node ${version}: skipped: npm cannot be reached`);
    continue;
  }
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', project], { encoding: 'utf8' });
  console.log(`Types of Node ${version}: ${status === 0 ? 'passed' : `failed\n${stdout}`}`);
  if (status !== 0) process.exitCode = 1;
}
