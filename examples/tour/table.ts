// The tour's table: one row per job, plain text that fits eighty columns.
import type { Run } from './measure.ts';

export interface Row {
  readonly title: string;
  readonly ours: Run;
  readonly theirs: Run;
}

/** Prints the rows below a header. */
export function printTable(rows: readonly Row[]): void {
  const header = ['', 'uvfiles', 'fs.promises', 'faster', 'delay, ms'];
  const cells = rows.map(({ title, ours, theirs }) => [
    title,
    time(ours.ms),
    time(theirs.ms),
    `${(theirs.ms / ours.ms).toFixed(1)}x`,
    `${ours.delayMs.toFixed(1)} / ${theirs.delayMs.toFixed(1)}`,
  ]);
  const widths = header.map((text, column) =>
    Math.max(text.length, ...cells.map((row) => row[column]!.length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((text, column) => (column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!)))
      .join('  ');
  for (const row of [header, ...cells]) console.log(line(row));
}

function time(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}
