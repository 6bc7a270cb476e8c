// Puts the figures of a run where people read them: docs/benchmarks.md, the README's table, and its pictures. Nothing is typed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { markdown } from '../harness/table.js';
import type { Run } from '../harness/types.js';
import { picture } from './picture.js';
import { readmeTable } from './readme.js';

const marks = ['<!-- figures: begin -->', '<!-- figures: end -->'] as const;
const inRoot = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

export function publish(run: Run): void {
  // As it is read back from a file.
  const plain = JSON.parse(JSON.stringify(run)) as Run;
  writeBetweenMarks(inRoot('docs/benchmarks.md'), markdown(plain));
  writeBetweenMarks(inRoot('README.md'), readmeTable(plain));
  mkdirSync(inRoot('docs/images'), { recursive: true });
  for (const scheme of ['light', 'dark'] as const)
    writeFileSync(inRoot(`docs/images/benchmark-${scheme}.svg`), picture(plain, scheme));
}

/** Replaces what stands between the two marks; throws where a file has none. */
export function writeBetweenMarks(file: string, text: string): void {
  const [before, rest] = readFileSync(file, 'utf8').split(marks[0]);
  const after = rest?.split(marks[1])[1];
  if (before === undefined || after === undefined)
    throw new Error(`${file} has no '${marks[0]}' and '${marks[1]}'`);
  writeFileSync(file, `${before}${marks[0]}\n${text}${marks[1]}${after}`);
}
