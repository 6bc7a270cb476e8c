// The tour's table: a row a job, plain text that fits eighty columns.

/** Prints rows of `{ title, ours, theirs }` as sideBySide gives them. */
export function printTable(rows, print = console.log) {
  const header = ['', 'uvfiles', 'fs.promises', 'faster', 'loop delay p99, ms'];
  const cells = rows.map(({ title, ours, theirs }) => [
    title,
    time(ours.ms),
    time(theirs.ms),
    `${(theirs.ms / ours.ms).toFixed(1)}x`,
    `${ours.delayMs.toFixed(1)} / ${theirs.delayMs.toFixed(1)}`,
  ]);
  const widths = header.map((text, column) =>
    Math.max(text.length, ...cells.map((row) => row[column].length)),
  );
  const line = (row) =>
    row
      .map((text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column])))
      .join('  ');
  for (const row of [header, ...cells]) print(line(row));
}

function time(milliseconds) {
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}
