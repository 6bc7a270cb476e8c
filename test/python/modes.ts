// The modes that the fuzzer opens files in.
import type { Random } from '../support/random.ts';

const modes = ['r', 'r', 'r', 'r+', 'r+', 'w', 'w+', 'w+', 'a', 'a+', 'x', 'x+'];

/** A mode of the kind ('b', 't' or ''), its letters in one order or the other. */
export function makeMode(random: Random, kind: 'b' | 't' | ''): string {
  return random.once(2) ? random.pick(modes) + kind : [...(random.pick(modes) + kind)].reverse().join('');
}
