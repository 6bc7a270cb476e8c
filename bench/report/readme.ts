// The README's table: one row per kind of work, each figure a multiple of the throughput of fs.promises.
import { headerLines } from '../harness/header.js';
import { busyNotesOf } from '../harness/processors.js';
import { threadPools } from '../support/thread-pool-contender.js';
import type { Figures, Run } from '../harness/types.js';
import { figuresOf, isFigure } from './charts.js';
import type { Picture } from './picture.js';
import { readmeRows } from './readme-rows.js';

export function readmeTable({ machine, versions, measured }: Run, pictures: readonly Picture[]): string {
  const rows: string[] = [];
  for (const [name, label] of readmeRows) {
    const workload = measured.find((each) => each.name === name);
    const figures = workload === undefined ? [] : figuresOf(workload);
    const of = (contender: string) => figures.find((each) => each.contender === contender);
    const ours = of('uvfiles');
    if (ours === undefined || !isFigure(ours.ratio)) continue;
    const pools = figures.filter(({ contender }) => (threadPools as readonly string[]).includes(contender));
    const limits = figures.filter(
      ({ kind, contender }) => kind === 'limit' && !contender.startsWith('uvfiles'),
    );
    const cells = [
      label,
      `**${times(ours)}**${intervalOf(ours)}`,
      times(of('fs-callback')),
      named(best(pools)),
      named(best([of('bun'), of('deno')].filter((each) => each !== undefined))),
      named(best(limits)),
    ];
    rows.push(`| ${cells.join(' | ')} |`);
  }
  const shown = measured.filter(({ name }) => readmeRows.has(name));
  return [
    ...headerLines(machine).map((line) => `${line}  `),
    `${versions.join(', ')}.`,
    ...busyNotesOf(shown),
    '',
    ...pictures.flatMap(htmlOf),
    '| | uvfiles | `fs` callbacks | best pool of workers | Bun or Deno | limit |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

// Pages of npm and GitHub show the one for their background.
function htmlOf({ name, caption }: Picture): string[] {
  return [
    `**${caption}**`,
    '',
    '<picture>',
    `<source media="(prefers-color-scheme: dark)" srcset="docs/pictures/${name}-dark.svg">`,
    `<img alt="${caption}" src="docs/pictures/${name}-light.svg">`,
    '</picture>',
    '',
  ];
}

function best(figures: readonly Figures[]): Figures | undefined {
  const known = figures.filter(({ ratio }) => isFigure(ratio));
  return known.length === 0 ? undefined : known.reduce((a, b) => (b.ratio > a.ratio ? b : a));
}

function named(figures: Figures | undefined): string {
  return figures === undefined
    ? ''
    : `${figures.title.replace(/ \(a limit\)|, a limit/, '')} ${times(figures)}`;
}

function times(figures: Figures | undefined): string {
  if (figures === undefined || !isFigure(figures.ratio)) return '';
  return `${digits(figures.ratio)}x`;
}

function intervalOf({ ratioInterval: interval }: Figures): string {
  return interval === undefined ? '' : ` (${digits(interval.low)}-${digits(interval.high)})`;
}

function digits(ratio: number): string {
  if (ratio >= 10) return Math.round(ratio).toLocaleString('en-US');
  return ratio >= 0.95 ? ratio.toFixed(1) : String(Number(ratio.toPrecision(2)));
}
