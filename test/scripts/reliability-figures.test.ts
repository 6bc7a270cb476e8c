// The figures of docs/reliability.md: how the table is read and written, when it is stale, and that it shows what the tests count.
import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { figuresOn, parseFigures, staleFigures, withFigures } from '../../scripts/support/figures.js';
import { read } from '../support/markdown.js';
import { root } from '../support/temp.js';

const page = (...cells: string[]): string =>
  ['| promise | figures |', '|---|---|', ...cells.map((cell) => `| kept | ${cell} |`), ''].join('\n');
const line = (name: string, value: number): string => `${JSON.stringify({ name, value })}\n`;

describe('the figures of reliability', () => {
  it('are summed by name over all tests of a run', () => {
    const figures = parseFigures(line('faults', 1000) + line('kills', 5) + line('faults', 234));
    expect([...figures]).to.deep.equal([
      ['faults', 1234],
      ['kills', 5],
    ]);
  });

  it('are written into the table of the page, and read from it', () => {
    const figures = new Map([
      ['faults', 1234],
      ['kills', 5],
      ['rare faults', 6],
    ]);
    const written = withFigures(page('1 faults; 2 rare faults', '10,000 kills'), figures);
    expect(written).to.equal(page('1,234 faults; 6 rare faults', '5 kills'));
    expect(figuresOn(written, figures.keys())).to.deep.equal(figures);
  });

  it('are rejected if a line of a run is not a figure', () => {
    for (const wrong of ['{}', '{"name":"faults"}', '{"name":"faults","value":0}', 'faults 5'])
      expect(() => parseFigures(`${wrong}\n`), wrong).to.throw();
  });

  it('are rejected if the page has no place for a figure, or two places, or other text there', () => {
    for (const wrong of [
      '',
      'many faults',
      '1234 faults',
      '0 faults',
      '1 faults; 1 faults',
      '1 faults of all',
    ])
      expect(() => figuresOn(page(wrong), ['faults']), wrong).to.throw();
  });

  it('are stale if a run has far fewer', () => {
    const published = new Map([
      ['faults', 1000],
      ['kills', 5],
      ['actions of clients', 1000],
    ]);
    const isRight = new Map([
      ['faults', 300],
      ['kills', 9],
      ['actions of clients', 1],
    ]);
    expect(staleFigures(published, isRight)).to.deep.equal([]);
    expect(staleFigures(published, new Map([['faults', 200]]))).to.deep.equal([
      'the page shows 1000 faults, and the run had 200',
    ]);
  });

  it('are on the page under the names that the tests give them', () => {
    const folder = path.join(root, 'test/reliability');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const names = files.flatMap((name) => {
      const text = readFileSync(path.join(folder, name), 'utf8');
      return [...text.matchAll(/\bfigure\('([^']+)'/g)].map((match) => match[1]!);
    });
    expect(names).to.include('faults injected');
    figuresOn(read('docs/reliability.md'), new Set(names));
  });
});

describe('the pages on reliability and security', () => {
  for (const name of ['docs/reliability.md', 'docs/security.md'])
    it(`${name} names only existing tests and commands`, () => {
      const text = read(name);
      const files = [...text.matchAll(/`((?:test|src-native|scripts)\/[\w./-]+)`/g)].map(([, file]) => file!);
      const scripts = [...text.matchAll(/`npm run ([\w:-]+)/g)].map(([, script]) => script!);
      const known = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;
      expect(files).to.not.be.empty;
      expect(files.filter((file) => !existsSync(path.join(root, file)))).to.deep.equal([]);
      expect(scripts.filter((script) => !(script in known))).to.deep.equal([]);
    });

  it('name a test for every guarantee', () => {
    for (const [name, column] of [
      ['docs/reliability.md', 3],
      ['docs/security.md', 2],
    ] as const) {
      const rows = read(name)
        .split('\n')
        .filter((row) => /^\| (?!promise|guarantee)/.test(row));
      expect(rows, name).to.have.length.greaterThan(5);
      for (const row of rows)
        expect(row.split('|')[column], `${name}: ${row}`).to.match(/`(?:test|src-native)\/|`npm run /);
    }
  });
});
