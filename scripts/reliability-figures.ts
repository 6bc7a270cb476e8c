// Runs the tests of test/reliability and writes their figures into docs/reliability.md: npx tsx scripts/reliability-figures.ts
// With a FILE it runs nothing, and takes the figures that a run with UVFILES_FIGURES=FILE has left there.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const PAGE = 'docs/reliability.md';
const scratch = mkdtempSync(path.join(tmpdir(), 'uvfiles-figures-'));
const given = process.argv[2];
const file = given ?? path.join(scratch, 'figures');
if (given === undefined) writeFileSync(file, '');
const mocha = (...args: string[]): number | null =>
  spawnSync(process.execPath, ['node_modules/mocha/bin/mocha.js', ...args, 'test/reliability'], {
    stdio: 'inherit',
    env: { ...process.env, UVFILES_FIGURES: file },
  }).status;
const results = given === undefined ? [mocha(), mocha('--config', '.mocharc.long.json')] : [];
const failed = results.filter((status) => status !== 0);

const sums = new Map<string, number>();
for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
  const { name, value } = JSON.parse(line) as { name: string; value: number };
  sums.set(name, (sums.get(name) ?? 0) + value);
}
rmSync(scratch, { recursive: true });
const rows = [...sums].map(([name, value]) => `| ${name} | ${value.toLocaleString('en-US')} |`);
const table = ['| what | how many |', '|---|---|', ...rows].join('\n');
const page = readFileSync(PAGE, 'utf8');
const [before, after] = [page.split('<!-- figures -->')[0]!, page.split('<!-- /figures -->')[1]!];
writeFileSync(PAGE, `${before}<!-- figures -->\n\n${table}\n\n<!-- /figures -->${after}`);
process.exitCode = failed.length;
