// Prints results for people, as plain text or as Markdown.
import { axisOf, curveTitle, pointName } from './curves.js';
import { headerLines } from './header.js';
import { busyNotes, busyNotesOf } from './processors.js';
import type { Figures, Measured, Result, Run, Verdict } from './types.js';

type Column = readonly [title: string, cell: (result: Figures) => string];

const columns: readonly Column[] = [
  ['contender', (result) => result.title],
  ['per op', (result) => duration(result.nsPerOp)],
  ['ops/s', ({ nsPerOp }) => (Number.isFinite(nsPerOp) ? count(1e9 / nsPerOp) : '')],
  ['ratio', ({ ratio }) => (Number.isFinite(ratio) ? `${ratio.toFixed(2)}x` : '')],
  ['interval', ({ ratioInterval: i }) => (i === undefined ? '' : `${i.low.toFixed(2)}-${i.high.toFixed(2)}`)],
  ['p50', (result) => duration(scaled(result.p50))],
  ['p99', (result) => duration(scaled(result.p99))],
  ['CPU/op', (result) => duration(scaled(result.cpuUs))],
  [
    'also',
    (result) =>
      Object.entries(result.values)
        .map(([name, value]) => `${name} ${short(value)}`)
        .join(', '),
  ],
];

/** One workload as text: a title, a row per contender, a line per floor. */
export function textTable(measured: Measured): string {
  const lines = [`\n${measured.title}${measured.inline ? ' [inline path on]' : ''}`];
  if (measured.missing !== undefined)
    return [...lines, `  not available yet: uvfiles.${measured.missing}`].join('\n');
  if (measured.skipped !== undefined) return [...lines, `  skipped: ${measured.skipped}`].join('\n');
  for (const note of busyNotes(measured)) lines.push(`  ${note}`);
  const { used, rows } = tableRows(measured.results);
  const widths = used.map((column, index) =>
    Math.max(column[0].length, ...rows.map((row) => row[index]!.length)),
  );
  const align = (cells: readonly string[]): string =>
    cells
      .map((cell, i) =>
        i === 0 || used[i]![0] === 'also' ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!),
      )
      .join('  ');
  lines.push(`  ${align(used.map(([title]) => title))}`.trimEnd());
  for (const row of rows) lines.push(`  ${align(row)}`.trimEnd());
  for (const { title, failure } of measured.results)
    if (failure !== undefined) lines.push(`  ${title}: failed: ${failure}`);
  for (const { contender, reason } of measured.absent) lines.push(`  ${contender}: skipped: ${reason}`);
  for (const floor of measured.floors) lines.push(`  ${verdictLine(floor)}`);
  return lines.join('\n');
}

/** All workloads as Markdown: the machine, a table per workload with its floors below, and a table per curve. */
export function markdown({ machine, versions, measured: workloads }: Run): string {
  const parts = [...headerLines(machine).map((line) => `${line}  `)];
  if (versions.length > 0) parts.push(`${versions.join(', ')}.`);
  parts.push(...goals(workloads));
  for (const measured of workloads.filter(({ scaling }) => scaling === undefined)) {
    parts.push(`\n### ${measured.title}\n`);
    if (measured.missing !== undefined) parts.push(`Not available yet: \`${measured.missing}\`.`);
    else if (measured.skipped !== undefined) parts.push(`Skipped: ${measured.skipped}.`);
    else parts.push(...markdownTable(measured));
  }
  const groups = new Set(workloads.flatMap(({ scaling }) => scaling?.group ?? []));
  for (const group of groups)
    parts.push(...curveTable(workloads.filter(({ scaling }) => scaling?.group === group)));
  return `${parts.join('\n')}\n`;
}

// Lists the goals that are not met, so that readers need not search the tables.
function goals(workloads: readonly Measured[]): string[] {
  const all = workloads.flatMap(({ name, floors }) => floors.map((floor) => ({ name, floor })));
  const known = all.filter(({ floor }) => floor.met !== undefined);
  if (known.length === 0) return [];
  const missed = known.filter(({ floor }) => floor.met === false);
  const text = `${known.length - missed.length} of ${known.length} goals of the project are met`;
  if (missed.length === 0) return [`\n### Goals\n`, `${text}.`];
  return [
    `\n### Goals\n`,
    `${text}. These are not:\n`,
    ...missed.map(({ name, floor }) => `- \`${name}\`: ${verdictLine(floor).replace(/^NOT met: /, '')}`),
  ];
}

// One row per point of a curve, one column per contender: the time of one operation, and the CPU time of all threads, which other
// programs change less.
function curveTable(points: readonly Measured[]): string[] {
  const names = [...new Set(points.flatMap(({ results }) => results.map((result) => result.title)))];
  const timeOf = ({ results, skipped }: Measured, name: string): string => {
    if (skipped !== undefined) return 'skipped';
    const found = results.find((result) => result.title === name);
    if (found === undefined || found.failure !== undefined) return '';
    const cpu = duration(scaled(found.cpuUs));
    return `${duration(found.nsPerOp)}${cpu === '' ? '' : ` (${cpu})`}`;
  };
  const notes = busyNotesOf(points);
  return [
    `\n### ${curveTitle(points[0]!)}\n`,
    ...(notes.length > 0 ? [...notes, ''] : []),
    line([axisOf(points[0]!.scaling!), ...names]),
    line(['---:', ...names.map(() => '---:')]),
    ...points.map((point) => line([pointName(point.scaling!), ...names.map((name) => timeOf(point, name))])),
  ];
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function markdownTable(measured: Measured): string[] {
  const { used, rows } = tableRows(measured.results);
  const notes = busyNotes(measured);
  const parts = [
    ...(notes.length > 0 ? [...notes, ''] : []),
    line(used.map(([title]) => title)),
    line(used.map(([title]) => (title === 'contender' || title === 'also' ? '---' : '---:'))),
    ...rows.map(line),
  ];
  const failed = measured.results.filter(({ failure }) => failure !== undefined);
  if (measured.floors.length + measured.absent.length + failed.length > 0) parts.push('');
  for (const { title, failure } of failed) parts.push(`- ${title}: failed: ${failure!.split('\n')[0]}`);
  for (const { contender, reason } of measured.absent) parts.push(`- ${contender}: skipped: ${reason}`);
  for (const floor of measured.floors) parts.push(`- ${verdictLine(floor)}`);
  return parts;
}

/** The cells of a workload's table. Columns without values are omitted. */
export function tableOf(results: readonly Result[]): { head: string[]; rows: string[][] } {
  const { used, rows } = tableRows(results);
  return { head: used.map(([title]) => title), rows };
}

function tableRows(results: readonly Result[]): { used: Column[]; rows: string[][] } {
  const shown = results.filter((result) => result.failure === undefined);
  const cells = shown.map((result) => columns.map(([, cell]) => cell(result)));
  const useful = columns.map((_, index) => index === 0 || cells.some((row) => row[index] !== ''));
  return {
    used: columns.filter((_, index) => useful[index]),
    rows: cells.map((row) => row.filter((_, index) => useful[index])),
  };
}

/** Whether a floor is met, with its figure and, if it is not met, the reason that is known. */
export function verdictLine({ met, text, figure, reason }: Verdict): string {
  const word = met === undefined ? 'unknown' : met ? 'met' : 'NOT met';
  const why = met === false && reason !== undefined ? `. Reason: ${reason}` : '';
  return `${word}: ${text} (${figure})${why}`;
}

// From microseconds.
function scaled(us: number | null): number | null {
  return us === null ? null : us * 1e3;
}

// What JSON cannot say is null in a run that was read back.
function duration(nanoseconds: number | null): string {
  if (nanoseconds === null || !Number.isFinite(nanoseconds)) return '';
  if (nanoseconds < 1e3) return `${nanoseconds.toFixed(0)} ns`;
  if (nanoseconds < 1e6) return `${(nanoseconds / 1e3).toFixed(nanoseconds < 1e5 ? 2 : 0)} us`;
  if (nanoseconds < 1e9) return `${(nanoseconds / 1e6).toFixed(nanoseconds < 1e8 ? 2 : 0)} ms`;
  return `${(nanoseconds / 1e9).toFixed(2)} s`;
}

function count(perSecond: number): string {
  if (!Number.isFinite(perSecond)) return '';
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toFixed(2)} M`;
  if (perSecond >= 1e4) return `${(perSecond / 1e3).toFixed(0)} k`;
  return perSecond >= 100 ? perSecond.toFixed(0) : perSecond.toFixed(2);
}

function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(2);
}
