// Writes the figures of a run into docs/benchmarks.md, the README's table, and its pictures. No figure is written by hand.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { markdown } from '../harness/table.js';
import type { Run } from '../harness/types.js';
import { picturesOf } from './picture.js';
import { readmeTable } from './readme.js';

const marks = ['<!-- figures: begin -->', '<!-- figures: end -->'] as const;
const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Writes into the repository, or into the copy of it at `root`. */
export function publish(run: Run, root = repository): void {
  // As it is read back from a file.
  const plain = JSON.parse(JSON.stringify(run)) as Run;
  const pictures = picturesOf(plain);
  writeBetweenMarks(path.join(root, 'docs/benchmarks.md'), markdown(plain));
  writeBetweenMarks(path.join(root, 'README.md'), readmeTable(plain, pictures));
  mkdirSync(path.join(root, 'docs/pictures'), { recursive: true });
  for (const { name, light, dark } of pictures) {
    writeFileSync(path.join(root, `docs/pictures/${name}-light.svg`), light);
    writeFileSync(path.join(root, `docs/pictures/${name}-dark.svg`), dark);
  }
}

/** Replaces what stands between the two marks; throws where a file has none. */
export function writeBetweenMarks(file: string, text: string): void {
  const [before, rest] = readFileSync(file, 'utf8').split(marks[0]);
  const after = rest?.split(marks[1])[1];
  if (before === undefined || after === undefined)
    throw new Error(`${file} has no '${marks[0]}' and '${marks[1]}'`);
  writeFileSync(file, `${before}${marks[0]}\n${text}${marks[1]}${after}`);
}
