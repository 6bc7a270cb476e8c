// What the commands print: aligned text, with colour only where a terminal shows it.
import { stdout } from 'node:process';

const colours = { bold: 1, red: 31, green: 32, yellow: 33, dim: 2 } as const;

/** Whether standard output shows colours: a terminal, and neither NO_COLOR nor TERM=dumb says otherwise. */
function hasColours(): boolean {
  return stdout.isTTY && process.env.NO_COLOR === undefined && process.env.TERM !== 'dumb';
}

/** `text` in a colour, or unchanged if there are no colours. */
export function paint(colour: keyof typeof colours, text: string): string {
  return hasColours() ? `\x1b[${colours[colour]}m${text}\x1b[0m` : text;
}

/** Lines of `rows` in columns: the first column is aligned to the left, the others to the right. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  }
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}

/** `2.31 us`, `1.4 ms`, `3 s`. */
export function duration(ns: number): string {
  const [value, unit] = ns < 1e3 ? [ns, 'ns'] : ns < 1e6 ? [ns / 1e3, 'us'] : [ns / 1e6, 'ms'];
  return `${value >= 100 || unit === 'ns' ? value.toFixed(0) : value.toPrecision(3)} ${unit}`;
}
