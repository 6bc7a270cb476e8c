// The results of a run: the report's page, the README's table and its pictures.
import { expect } from 'chai';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { reportPage } from '../../bench/report/html.ts';
import { picturesOf } from '../../bench/report/picture.ts';
import { publish, writeBetweenMarks } from '../../bench/report/publish.ts';
import { readmeTable } from '../../bench/report/readme.ts';
import type { Result, Run } from '../../bench/harness/types.ts';
import { sampleRun } from './support/sample-run.ts';

// The run as it is read back, because JSON has no NaN.
const run = JSON.parse(JSON.stringify(sampleRun)) as Run;

/** The run with another time per operation of uvfiles, and another ratio by that. */
function withFigures({ measured, ...rest }: Run, nsPerOp: number | null): Run {
  const ratio = nsPerOp === null ? null : 10_000 / nsPerOp;
  const interval = ratio === null ? undefined : { low: ratio * 0.9, high: ratio * 1.1, confidence: 0.9 };
  const change = (result: Result): Result =>
    result.contender === 'uvfiles'
      ? ({ ...result, nsPerOp, ratio, ratioInterval: interval, p50: nsPerOp, p99: nsPerOp } as Result)
      : result;
  return { ...rest, measured: measured.map((each) => ({ ...each, results: each.results.map(change) })) };
}

/** The text that publishing writes into a copy of the pages. */
function published(of: Run): { readme: string; benchmarks: string; pictures: string[] } {
  const directory = mkdtempSync(path.join(tmpdir(), 'uvfiles-published-'));
  try {
    mkdirSync(path.join(directory, 'docs'));
    const pages = ['README.md', 'docs/benchmarks.md'];
    for (const page of pages)
      writeFileSync(path.join(directory, page), '<!-- figures: begin -->\n<!-- figures: end -->\n');
    publish(of, directory);
    const [readme, benchmarks] = pages.map((page) => readFileSync(path.join(directory, page), 'utf8'));
    const pictures = path.join(directory, 'docs/pictures');
    const texts = readdirSync(pictures).map((name) => readFileSync(path.join(pictures, name), 'utf8'));
    return { readme: readme!, benchmarks: benchmarks!, pictures: texts };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const pictureNames = (of: Run): string[] =>
  picturesOf(of).flatMap(({ name }) => [`${name}-light.svg`, `${name}-dark.svg`]);

const cellsOf = (row: string): number => row.split(/(?<!\\)\|/).length;

describe("the benchmark's report", () => {
  it('contains every workload, contender, goal and reason before any script runs', () => {
    const page = reportPage(run).split('<script')[0]!;
    for (const { title } of run.measured) expect(page).to.contain(title);
    expect(page).to.contain('uvfiles 0.1.0, piscina 5.3.2');
    expect(page).to.contain('met: at least 8x (20x)');
    expect(page).to.contain('NOT met: at least 2x (0.5x). Reason: the disk discards');
    expect(page).to.contain('deno was skipped: not installed');
    expect(page).to.contain('Skipped: no page cache');
    expect(page).to.contain('other programs used 40 % of the processors');
    expect(page).to.contain('18.00-22.00');
  });

  it('refers to nothing outside its page, and escapes text of the run within scripts', () => {
    const page = reportPage(run);
    expect(page.match(/<(?:script|link|img)[^>]+(?:src|href)="(?!data:)/g)).to.equal(null);
    expect(page).not.to.contain('a </script>');
    expect(page.match(/<\/script>/g)).to.have.length(2);
  });

  it('writes the table of the README with intervals, the best contender of each kind, and slower results', () => {
    const table = readmeTable(run, []).split('\n');
    expect(table).to.include(
      '| cached 4 KiB read, one after another | **20x** (18-22) | 1.3x | shared-ring 2.0x | bun 2.5x | fs-sync 25x |',
    );
    expect(table).to.include('| a tree of 5,000 files removed | **0.5x** (0.45-0.55) |  |  |  |  |');
  });

  it('draws pictures for light and dark backgrounds, with a mark per row and a name per line', () => {
    const [ratios, server] = picturesOf(run);
    for (const svg of [ratios!.light, ratios!.dark]) {
      expect(svg).to.match(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
      expect(svg.match(/<circle/g)).to.have.length(2);
      expect(svg).to.contain('cached 4 KiB read, one after another');
    }
    expect(server!.light).to.match(/^<svg [^]*uvfiles[^]*fs-promises/);
    expect(ratios!.light).not.to.equal(ratios!.dark);
  });

  it('replaces the text between the marks of a file, and rejects a file without marks', () => {
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

  it('publishes complete tables and pictures for figures of any size, and for failed or missing ones', () => {
    const sizes = [1e-3, 0.4, 97, 12_345, 6.5e6, 2.5e10, null];
    for (const nsPerOp of sizes) {
      const changed = withFigures(run, nsPerOp);
      const { readme, benchmarks, pictures } = published(changed);
      for (const text of [readme, benchmarks, ...pictures])
        expect(/.{0,40}(?:NaN|Infinity|null|undefined).{0,20}/.exec(text)?.[0]).to.equal(undefined);
      for (const text of [readme, benchmarks]) {
        const rows = text.split('\n').filter((row) => row.startsWith('|'));
        for (const [index, row] of rows.entries())
          if (/^\|[-:| ]+\|$/.test(row))
            expect(cellsOf(rows[index + 1] ?? row), row).to.equal(cellsOf(rows[index - 1]!));
      }
      for (const [, name] of readme.matchAll(/"docs\/pictures\/([^"]+)"/g))
        expect(pictureNames(changed)).to.include(name);
    }
    const { benchmarks } = published(run);
    expect(benchmarks).to.contain('### Reads, by things');
    expect(benchmarks).to.contain('| 64 | 1.06 us (1.00 us) | 10.00 us (1.00 us) |');
  });

  it('states how many goals are met, and lists the others with their workloads', () => {
    const { benchmarks } = published(run);
    expect(benchmarks).to.match(
      /### Goals\n\n1 of 2 goals of the project are met. These are not:\n\n- `[^`]+`: at least 2x \(0.5x\)(?:\. Reason: [^\n]+)?\n/,
    );
  });

  it('has its marks in the pages that it writes', () => {
    for (const page of ['README.md', 'docs/benchmarks.md']) {
      const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
      expect(text.split('<!-- figures: begin -->')).to.have.length(2);
      expect(text.split('<!-- figures: end -->')).to.have.length(2);
    }
  });
});
