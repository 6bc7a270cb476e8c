// The figures that docs/reliability.md shows: printed with the test, and collected where UVFILES_FIGURES names a file.
import { appendFileSync } from 'node:fs';

/** Prints a figure of a test, such as the number of faults that were injected. */
export function figure(name: string, value: number): void {
  console.log(`      ${value.toLocaleString('en-US')} ${name}`);
  const file = process.env.UVFILES_FIGURES;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ name, value })}\n`);
}
