// Makes the sequences of operations on binary files that the fuzzer compares, with and without a buffer.
import { makeMode } from './modes.ts';
import type { Random } from '../support/random.ts';
import type { Operation, Sequence, SequenceOptions } from './sequence.ts';

const someBytes = [10, 10, 13, 65, 66, 67, 0, 255];

/** A sequence on a binary file, as `makeSequence` in sequences.ts. */
export function binarySequence(random: Random): Sequence {
  const mode = makeMode(random, 'b');
  const bytes = random.list(60, () => random.pick(someBytes));
  const missing = mode.includes('x') ? !random.once(8) : random.once(12);
  const content = missing ? null : Buffer.from(bytes).toString('hex');
  const options = buffering(random);
  const ops = random.list(24, () => binaryOperation(random));
  return { op: 'sequence', content, mode, options, ops };
}

/** As `binarySequence`, with a second handle of the same descriptor. They take turns. */
export function sharedSequence(random: Random): Sequence {
  const sequence = binarySequence(random);
  const { mode } = sequence;
  // The second handle does nothing that the descriptor refuses. Both append, or neither does.
  const isBoth = mode.includes('+');
  const letters = mode.includes('a')
    ? ['a']
    : isBoth
      ? ['r', 'w', 'x']
      : mode.includes('r')
        ? ['r']
        : ['w', 'x'];
  const plus = isBoth && !random.once(4) ? '+' : '';
  const second = { mode: `${random.pick(letters)}${plus}b`, options: buffering(random) };
  const ops = sequence.ops.flatMap((op): Operation[] => (random.once(3) ? [['other'], op] : [op]));
  return { ...sequence, second, ops };
}

function buffering(random: Random): SequenceOptions {
  return random.once(4) ? {} : { buffering: random.pick([0, 0, 0, 1, 2, 3, 5, 8, 17, 64, 8192]) };
}

function size(random: Random): number {
  return random.pick([0, 1, 1, 2, 3, 5, 7, 11, 20, 100, -1]);
}

function data(random: Random): string {
  const most = random.once(10) ? 40 : 9;
  return Buffer.from(random.list(most, () => random.pick([10, 13, 88, 89, 90, 0]))).toString('hex');
}

function seek(random: Random): Operation {
  const whence = random.below(3);
  return ['seek', whence === 0 ? random.below(70) - 2 : random.below(61) - 30, whence];
}

function binaryOperation(random: Random): Operation {
  return random.pick<() => Operation>([
    () => ['read', size(random)],
    () => ['read', size(random)],
    () => ['read', null],
    () => ['readall'],
    () => ['read1', random.pick([0, 1, 2, 5, 11, 100])],
    () => ['peek', random.below(12)],
    () => ['readinto', random.below(20)],
    () => ['readinto1', random.below(20)],
    () => ['readline', size(random)],
    () => ['readline', -1],
    () => ['readlines', random.pick([null, -1, 0, 1, 5, 30])],
    () => ['lines', random.below(5)],
    () => ['batches', random.below(4), random.pick([1, 2, 3, 10])],
    () => ['write', data(random)],
    () => ['write', data(random)],
    () => ['write', data(random)],
    () => ['writelines', [data(random), ...random.list(3, () => data(random))]],
    () => seek(random),
    () => seek(random),
    () => ['seek', random.below(40), 0],
    () => ['seek', 0, random.pick([0, 0, 2])],
    () => ['seek', 0, random.pick([3, -1])],
    () => ['tell'],
    () => ['tell'],
    () => ['truncate', random.pick([null, null, random.below(60), -1])],
    () => ['flush'],
    () => ['pread', random.below(20), random.below(60)],
    () => ['pwrite', data(random), random.below(60)],
    () => ['together', size(random), size(random)],
    () => ['ended', random.pick([1, 5, 20, 100]), 0, random.below(3)],
    () => ['stream', random.below(4), 0, 1 + random.below(20)],
    () => ['grow', data(random)],
    () => ['about'],
    () => (random.once(4) ? ['detach'] : ['tell']),
    () => (random.once(6) ? ['close'] : ['flush']),
  ])();
}
