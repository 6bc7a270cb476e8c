// Compares files with Python's io: random sequences of operations on both, every result, every position, every byte.
//   node --import tsx test/python/fuzz-files.ts [--kind text|binary|shared] [--seed N] [--count N]
//   node --import tsx test/python/fuzz-files.ts --past: the sequences that once differed, as past-sequences.json keeps them
import { mkdtempSync, readFileSync, rmSync, accessSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isReadOnly } from './place.ts';
import { havePython, Python } from './python.ts';
import { Random } from '../support/random.ts';
import { runSequence } from './run-sequence.ts';
import type { Outcome, Result, Sequence } from './sequence.ts';
import { makeSequence } from './sequences.ts';

const { values } = parseArgs({
  options: {
    kind: { type: 'string', default: 'text' },
    seed: { type: 'string' },
    count: { type: 'string', default: '2000' },
    past: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? Date.now() % 1e9);
const past = values.past
  ? (JSON.parse(readFileSync(new URL('past-sequences.json', import.meta.url), 'utf8')) as {
      sequence: Sequence;
    }[])
  : undefined;
let count = past?.length ?? Number(values.count);
const { kind } = values;
const atOnce = 8;
const shown = 3;

if (!havePython()) {
  console.log('skipped: there is no /usr/bin/python3 to compare with');
  process.exit(0);
}

const directory = mkdtempSync(join(memoryDirectory(), 'uvfiles-fuzz-'));
const python = new Python();
console.log(
  past === undefined ? `${kind} files: seed ${seed}, ${count} sequences` : `${count} past sequences`,
);
let next = 0;
let differences = 0;
try {
  await Promise.all(Array.from({ length: atOnce }, (_, lane) => runLane(join(directory, `file-${lane}`))));
} finally {
  python.end();
  rmSync(directory, { recursive: true, force: true });
}
console.log(differences === 0 ? 'no differences' : `${differences} differences`);
process.exitCode = differences === 0 ? 0 : 1;

async function runLane(path: string): Promise<void> {
  while (next < count && differences < shown) {
    const number = next++;
    const own = seed + number;
    const sequence = past === undefined ? makeSequence(new Random(own), kind) : past[number]!.sequence;
    if (isReadOnly && (!/^r[^+]*$/.test(sequence.mode) || sequence.ops.some(([name]) => name === 'grow'))) {
      if (past === undefined) count++;
      continue;
    }
    const ours = await runSequence(sequence, path);
    const theirs = await python.ask<Outcome>(sequence);
    const where = difference(ours, theirs, sequence);
    if (where !== undefined) report(own, sequence, where, ours, theirs);
  }
}

/** The first difference: an index into the results, 'close' or 'content'. */
function difference(ours: Outcome, theirs: Outcome, { ops, vague }: Sequence): number | string | undefined {
  const length = Math.max(ours.results.length, theirs.results.length);
  for (let i = 0; i < length; i++) {
    const [here, there] = [ours.results[i], theirs.results[i]];
    if (there?.incomparable) return undefined;
    if (here === undefined || there === undefined) return i;
    // An offset before the start is a RangeError here, the system's EINVAL in Python's binary files.
    if (here.error?.kind === 'value' && there.error?.errno === 22) continue;
    // A position that contains the state of the decoder in Python is not a plain number.
    const isPosition = ['tell', 'seek'].includes(ops[i]?.[0] ?? '') && typeof here.value === 'number';
    const incomparable = isPosition && (vague || there.value === null);
    if (!incomparable && !same(here, there)) return i;
  }
  if (JSON.stringify(ours.close) !== JSON.stringify(theirs.close)) return 'close';
  return ours.content === theirs.content ? undefined : 'content';
}

function same(here: Result, there: Result): boolean {
  const kind = here.error?.kind;
  // fuzz-codecs.ts compares this completely.
  if ((kind === 'decode' || kind === 'encode') && kind === there.error?.kind) return true;
  return JSON.stringify(here) === JSON.stringify(there);
}

function report(
  own: number,
  sequence: Sequence,
  where: number | string,
  ours: Outcome,
  theirs: Outcome,
): void {
  differences++;
  const { ops, ...file } = sequence;
  console.log(`--kind ${kind} --seed ${own} --count 1 differs at ${where}`);
  console.log(`  ${JSON.stringify(file)}`);
  ops.forEach((op, i) => {
    console.log(`  ${JSON.stringify(op)}`);
    console.log(`      here   ${JSON.stringify(ours.results[i])}`);
    if (JSON.stringify(ours.results[i]) !== JSON.stringify(theirs.results[i])) {
      console.log(`      python ${JSON.stringify(theirs.results[i])}`);
    }
  });
  console.log(`  content here   ${ours.content} ${JSON.stringify(ours.close)}`);
  console.log(`  content python ${theirs.content} ${JSON.stringify(theirs.close)}`);
}

/** A directory in memory, if there is one, because the disk does not matter here. */
function memoryDirectory(): string {
  try {
    accessSync('/dev/shm');
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}
