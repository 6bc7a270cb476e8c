// The README's table: one row per kind of work, each figure a multiple of the throughput of fs.promises.
import { headerLines } from '../harness/header.js';
import { threadPools } from '../support/thread-pool-contender.js';
import type { Figures, Run } from '../harness/types.js';
import { figuresOf } from './charts.js';

/** The workloads that the README shows, in its order, and what it calls them. */
export const readmeRows: ReadonlyMap<string, string> = new Map([
  ['inline-read-4k-1', 'cached 4 KiB read, one after another'],
  ['inline-read-4k-512', 'cached 4 KiB reads, 512 in flight'],
  ['inline-read-64k-1', 'cached 64 KiB read, one after another'],
  ['inline-whole-4k-1', 'whole 4 KiB file, one after another'],
  ['inline-stat-1', 'cached stat'],
  ['read-4k-1', 'through the pool: 4 KiB, 1 in flight'],
  ['read-4k-64', 'through the pool: 4 KiB, 64 in flight'],
  ['read-4k-512', 'through the pool: 4 KiB, 512 in flight'],
  ['whole-4k-64', 'through the pool: whole 4 KiB files, 64 in flight'],
  ['write-64b', '64-byte write, awaited'],
  ['lines', 'lines of a 100 MB text'],
  ['read-text', '100 MB of ASCII as one string'],
  ['stat-many', 'stats of 10,000 files'],
  ['read-many', '10,000 files read whole'],
  ['walk', 'walk of 100,000 entries'],
  ['cold-256', 'cold 4 KiB reads, 256 in flight'],
  ['read-1m-8', '1 MiB reads into a view, 8 in flight'],
  ['temp-files', 'temporary files'],
  ['remove-tree', 'a tree of 20,000 files removed'],
  ['copy-tree', 'a tree of 5,000 files copied'],
  ['server-limit', 'file server: requests per second with a p99 of 20 ms'],
]);

/** The files that publish.ts writes; a page of npm or GitHub takes the one for its ground. */
const pictures = [
  '<picture>',
  '<source media="(prefers-color-scheme: dark)" srcset="docs/images/benchmark-dark.svg">',
  '<img alt="uvfiles beside fs.promises, with intervals" src="docs/images/benchmark-light.svg">',
  '</picture>',
];

export function readmeTable({ machine, versions, measured }: Run): string {
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
  return [
    ...headerLines(machine).map((line) => `${line}  `),
    versions.join(', '),
    '',
    ...pictures,
    '',
    '| | uvfiles | `fs` callbacks | best pool of workers | Bun or Deno | limit |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function best(figures: readonly Figures[]): Figures | undefined {
  const known = figures.filter(({ ratio }) => isFigure(ratio));
  return known.length === 0 ? undefined : known.reduce((a, b) => (b.ratio > a.ratio ? b : a));
}

function named(figures: Figures | undefined): string {
  return figures === undefined ? '' : `${figures.title.replace(' (a limit)', '')} ${times(figures)}`;
}

function times(figures: Figures | undefined): string {
  if (figures === undefined || !isFigure(figures.ratio)) return '';
  return `${digits(figures.ratio)}x`;
}

function intervalOf({ ratioInterval: interval }: Figures): string {
  return interval === undefined ? '' : ` (${digits(interval.low)}-${digits(interval.high)})`;
}

function digits(ratio: number): string {
  return ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1);
}

function isFigure(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}
