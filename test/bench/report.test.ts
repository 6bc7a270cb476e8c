// What is made of a run: the report's page, the README's table and its pictures.
import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { reportPage } from '../../bench/report/html.ts';
import { picture } from '../../bench/report/picture.ts';
import { writeBetweenMarks } from '../../bench/report/publish.ts';
import { readmeTable } from '../../bench/report/readme.ts';
import type { Run } from '../../bench/harness/types.ts';
import { sampleRun } from './support/sample-run.ts';

// As it is read back: JSON has no NaN.
const run = JSON.parse(JSON.stringify(sampleRun)) as Run;

describe("the benchmark's report", () => {
  it('has every workload, contender, goal and reason in its page, before any script runs', () => {
    const page = reportPage(run).split('<script')[0]!;
    for (const { title } of run.measured) expect(page).to.contain(title);
    expect(page).to.contain('uvfiles 0.1.0, piscina 5.3.2');
    expect(page).to.contain('met: at least 8x (20x)');
    expect(page).to.contain('NOT met: at least 2x (0.5x)');
    expect(page).to.contain('deno was skipped: not installed');
    expect(page).to.contain('Skipped: no page cache');
    expect(page).to.contain('others used 40 % of the processors');
    expect(page).to.contain('18.00-22.00');
  });

  it('refers to nothing outside of its page, and lets no text of the run end a script', () => {
    const page = reportPage(run);
    expect(page.match(/<(?:script|link|img)[^>]+(?:src|href)="(?!data:)/g)).to.equal(null);
    expect(page).not.to.contain('a </script>');
    expect(page.match(/<\/script>/g)).to.have.length(2);
  });

  it('writes the table of the README with intervals, the best of each kind, and what is slower', () => {
    const table = readmeTable(run).split('\n');
    expect(table).to.include(
      '| cached 4 KiB read, one after another | **20x** (18-22) | 1.3x | shared-ring 2.0x | bun 2.5x | fs-sync 25x |',
    );
    expect(table).to.include('| a tree of 20,000 files removed | **0.5x** (0.5-0.6) |  |  |  |  |');
  });

  it('draws a picture for light and one for dark ground, with a mark per row', () => {
    for (const scheme of ['light', 'dark'] as const) {
      const svg = picture(run, scheme);
      expect(svg).to.match(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
      expect(svg.match(/<circle/g)).to.have.length(2);
      expect(svg).to.contain('cached 4 KiB read, one after another');
    }
    expect(picture(run, 'light')).not.to.equal(picture(run, 'dark'));
  });

  it('replaces what stands between the marks of a file, and refuses a file without them', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'uvfiles-marks-'));
    try {
      const file = path.join(directory, 'page.md');
      writeFileSync(file, 'before\n<!-- figures: begin -->\nold\n<!-- figures: end -->\nafter\n');
      writeBetweenMarks(file, 'new\n');
      expect(readFileSync(file, 'utf8')).to.equal(
        'before\n<!-- figures: begin -->\nnew\n<!-- figures: end -->\nafter\n',
      );
      writeFileSync(file, 'no marks\n');
      expect(() => writeBetweenMarks(file, 'new\n')).to.throw('figures: begin');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('has its marks in the pages that are written', () => {
    for (const page of ['README.md', 'docs/benchmarks.md']) {
      const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
      expect(text.split('<!-- figures: begin -->')).to.have.length(2);
      expect(text.split('<!-- figures: end -->')).to.have.length(2);
    }
  });
});
