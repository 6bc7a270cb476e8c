// The figures of docs/reliability.md. `npx tsx scripts/reliability-figures.ts` runs the tests of test/reliability and writes their figures
// into the page. With a FILE it runs nothing, and takes the figures that a run with UVFILES_FIGURES=FILE has left there. With --check FILE
// it writes nothing, and fails where a figure of the page is malformed, or stale beside those of that run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { figuresOn, parseFigures, staleFigures, withFigures } from './support/figures.js';

const PAGE = path.join(import.meta.dirname, '../docs/reliability.md');

const { values, positionals } = parseArgs({
  options: { check: { type: 'string' } },
  allowPositionals: true,
});
if (values.check !== undefined) check(values.check);
else if (positionals[0] !== undefined) write(positionals[0]);
else run();

function check(file: string): void {
  const figures = parseFigures(existsSync(file) ? readFileSync(file, 'utf8') : '');
  const published = figuresOn(readFileSync(PAGE, 'utf8'), figures.keys());
  const stale = staleFigures(published, figures);
  if (stale.length === 0) console.log(`${figures.size} figures, all as published`);
  for (const each of stale) console.log(each);
  if (stale.length > 0) console.log('npx tsx scripts/reliability-figures.ts writes the page anew');
  process.exitCode = stale.length === 0 ? 0 : 1;
}

function write(file: string): void {
  const figures = parseFigures(readFileSync(file, 'utf8'));
  if (figures.size === 0) throw new Error('the run has left no figures');
  writeFileSync(PAGE, withFigures(readFileSync(PAGE, 'utf8'), figures));
}

/** A failed run leaves the page as it is. */
function run(): void {
  const scratch = mkdtempSync(path.join(tmpdir(), 'uvfiles-figures-'));
  const file = path.join(scratch, 'figures');
  const configurations = [[], ['--config', '.mocharc.long.json']];
  try {
    const failed = configurations.filter((args) => {
      const command = ['node_modules/mocha/bin/mocha.js', ...args, 'test/reliability'];
      const env = { ...process.env, UVFILES_FIGURES: file };
      return spawnSync(process.execPath, command, { stdio: 'inherit', env }).status !== 0;
    });
    if (failed.length === 0) write(file);
    process.exitCode = failed.length;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
