// The modes that the fuzzer opens files in.

const modes = ['r', 'r', 'r', 'r+', 'r+', 'w', 'w+', 'w+', 'a', 'a+', 'x', 'x+'];

/** A mode of the kind ('b', 't' or ''), its letters in one order or the other. */
export function makeMode(random, kind) {
  return random.once(2) ? random.pick(modes) + kind : [...(random.pick(modes) + kind)].reverse().join('');
}
