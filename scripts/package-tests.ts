// Runs the own tests of packages that use node:fs, with Node itself and with uvfiles/promises behind the facade of Node's own
// tests (node-tests/facade.cts), and prints both counts. The packages come from their git repositories and npm, and stay in
// a cache outside of the repository. For running by hand: `npm run test:packages [-- NAME...]`
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { PACKAGES, type TestedPackage } from './node-tests/packages.js';
import { writeFacade } from './node-tests/write-facade.js';

const TIMEOUT = 600_000; // milliseconds for one step
const cache = path.join(tmpdir(), 'uvfiles-package-tests');
const ours = path.resolve(import.meta.dirname, '../dist/cjs/promises/index.js');
if (!existsSync(ours)) throw new Error('dist/ is missing: run `npm run build` first');
mkdirSync(cache, { recursive: true });
const facade = writeFacade(cache);

interface Finished {
  readonly status: number | null;
  readonly output: string;
}

function run(command: string, args: readonly string[], cwd: string, env = {}): Finished {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, GIT_TERMINAL_PROMPT: '0', ...env },
    maxBuffer: 2 ** 28,
    timeout: TIMEOUT,
  });
  return { status, output: `${stdout}${stderr}` };
}

/** Clones the package at its tag and installs what its tests need, once. Undefined where that cannot be done. */
function fetched({ name, repository, tag, tools }: TestedPackage): string | undefined {
  const folder = path.join(cache, `${name}-${tag}`);
  const installed = path.join(folder, 'node_modules');
  if (existsSync(installed)) return folder;
  rmSync(folder, { recursive: true, force: true });
  const url = `https://github.com/${repository}.git`;
  if (run('git', ['clone', '--quiet', '--depth=1', '--branch', tag, url, folder], cache).status !== 0)
    return undefined;
  const manifest = path.join(folder, 'package.json');
  const { devDependencies, ...rest } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  // What else they list is for checking and publishing.
  writeFileSync(manifest, JSON.stringify(rest));
  const wanted = tools.map((tool) =>
    tool.includes('@') ? tool : `${tool}@${devDependencies[tool] ?? 'latest'}`,
  );
  const flags = ['--ignore-scripts', '--no-save', '--no-package-lock', '--no-audit', '--no-fund'];
  if (run('npm', ['install', ...flags, ...wanted], folder).status === 0) return folder;
  rmSync(installed, { recursive: true, force: true });
  return undefined;
}

/** The count in the last summary of mocha, ava, tap or node:test. */
function passedIn(output: string): number {
  const plain = output.replace(/\u001b\[[\d;]*m/g, '');
  const counts = [
    ...plain.matchAll(/^\s*(\d+) passing/gm),
    ...plain.matchAll(/^\s*(\d+) tests? passed/gm),
    ...plain.matchAll(/^(?:#|ℹ) pass (\d+)/gm),
  ];
  const points = [...plain.matchAll(/^ok \d+/gm)].length; // of programs that print TAP
  return counts.length > 0 ? counts.reduce((sum, [, count]) => sum + Number(count), 0) : points;
}

/** Runs the tests with `replacement` in the place of Node's functions. */
function test(
  folder: string,
  { commands }: TestedPackage,
  replacement: string,
): Finished & { passed: number } {
  let output = '';
  let status: number | null = 0;
  for (const [program, ...args] of commands) {
    const finished = run(process.execPath, [path.join(folder, program!), ...args], folder, {
      NODE_OPTIONS: `--require ${facade}`,
      UVFILES_FACADE: replacement,
    });
    output += finished.output;
    if (finished.status !== 0) status = finished.status;
  }
  return { status, output, passed: passedIn(output) };
}

const names = process.argv.slice(2);
const selected = PACKAGES.filter(({ name }) => names.length === 0 || names.includes(name));
for (const each of selected) {
  const title = `${each.name} ${each.tag.replace(/^v/, '')}`.padEnd(26);
  const folder = fetched(each);
  if (folder === undefined) {
    console.log(`${title} skipped: it cannot be fetched here`);
    continue;
  }
  const [node, mine] = [test(folder, each, 'node'), test(folder, each, ours)];
  console.log(`${title} Node ${node.passed} passed, uvfiles ${mine.passed} passed`);
  if (node.passed > 0 && mine.passed >= node.passed && (mine.status === 0 || node.status !== 0)) continue;
  console.log(mine.output.split('\n').slice(-80).join('\n'));
  process.exitCode = 1;
}
