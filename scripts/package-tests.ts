// Runs the own tests of packages that use node:fs, with Node itself and with uvfiles/promises behind the facade of Node's own
// tests (node-tests/facade.cts), and prints both counts. The packages come from their git repositories and npm, and stay in
// a cache outside of the repository. For running by hand: `npm run test:packages [-- NAME...]`
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

import { fetchPackage, type Finished, packageCache, run } from './node-tests/fetch-package.js';
import { PACKAGES, type TestedPackage } from './node-tests/packages.js';
import { writeFacade } from './node-tests/write-facade.js';

const ours = path.resolve(import.meta.dirname, '../dist/cjs/promises/index.js');
if (!existsSync(ours)) throw new Error('dist/ is missing: run `npm run build` first');
mkdirSync(packageCache, { recursive: true });
const facade = writeFacade(packageCache);

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
  const folder = fetchPackage(each);
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
