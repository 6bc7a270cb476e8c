// Makes the sequences of operations that the file fuzzer compares: a file, how it is opened, and what is done to it.
import { binarySequence, sharedSequence } from './binary-sequences.ts';
import { makeMode } from './modes.ts';
import type { Random } from '../support/random.ts';
import type { Operation, Sequence, SequenceOptions } from './sequence.ts';
import {
  anyText,
  bytesOf,
  encodable,
  encodings,
  handlers,
  isMultibyte,
  spoil,
  writeHandlers,
} from './texts.ts';

/** A random sequence on a file of this kind. */
export function makeSequence(random: Random, kind: string): Sequence {
  if (kind === 'shared') return sharedSequence(random);
  return kind === 'binary' ? binarySequence(random) : textSequence(random);
}

function size(random: Random): number {
  return random.pick([0, 1, 1, 2, 3, 5, 7, 11, 20, 100, -1]);
}

function textSequence(random: Random): Sequence {
  const mode = makeMode(random, random.pick(['', 't'] as const));
  const encoding = random.pick(encodings);
  const writing = /[wax+]/.test(mode);
  let errors: string = random.pick(writing ? writeHandlers : handlers);
  // If text ends with bytes that are ignored, a position may be before or after them. Overwriting a part of a character creates
  // such bytes.
  if (errors === 'ignore' && mode.includes('+')) errors = 'replace';
  const isWide = /utf-?(16|32)/i.test(encoding);
  // Data is written in native order, as in Python. In a text in the other order, the result would be neither.
  let bytes = bytesOf(encodable(random, encoding, 50), encoding, random, {
    bigEndian: !mode.includes('+'),
    markless: !isWide,
  });
  // There are no surrogates for ASCII bytes, which malformed units of wide encodings can contain.
  const raising = [
    'strict',
    'surrogatepass',
    'xmlcharrefreplace',
    'namereplace',
    ...(isWide ? ['surrogateescape'] : []),
  ];
  const lenient = !raising.includes(errors);
  // Python's multibyte codecs lose what follows the first byte of a cut sequence, see docs/differences-from-python.md.
  const loses = errors === 'surrogateescape' && isMultibyte(encoding);
  const spoilt = !loses && random.once(lenient ? 2 : 12);
  // Without its byte order mark, a text is malformed in another way in Python, so the mark stays.
  const kept = isWide ? 4 : 0;
  if (spoilt) bytes = Buffer.concat([bytes.subarray(0, kept), spoil(random, bytes.subarray(kept))]);
  // Half a byte order mark is not text in either, but Python's position is after it.
  if (encoding === 'utf-8-sig' && bytes.length < 3) bytes = Buffer.alloc(0);
  const content = mode.includes('x') || random.once(12) ? null : bytes.toString('hex');
  const options: SequenceOptions = {
    encoding,
    errors,
    newline: random.pick([null, null, '', '\n', '\r', '\r\n']),
  };
  if (random.once(2)) options.buffering = random.pick([1, 2, 3, 5, 17]);
  const vague = spoilt && errors === 'ignore';
  const sequence: Sequence = { op: 'sequence', content, mode, options, vague, ops: [] };
  // The end of a chunk determines when malformed text is noticed, so such text comes in one chunk. Overwriting a part of a
  // character creates malformed text.
  if (lenient || (!spoilt && !mode.includes('+')))
    sequence.chunk = random.pick([1, 1, 2, 3, 4, 5, 7, 16, 8192]);
  // Within the replacement of malformed bytes there is no byte offset, see docs/differences-from-python.md.
  const telling = errors !== 'backslashreplace' || (!spoilt && !mode.includes('+'));
  const choices = choicesFor(random, { encoding, errors, telling, isWhole: sequence.chunk === undefined });
  return { ...sequence, ops: random.list(16, () => random.pick(choices)()) };
}

interface TextChoices {
  encoding: string;
  errors: string;
  /** Whether positions can be compared. */
  telling: boolean;
  /** Whether the text is decoded in one chunk. */
  isWhole: boolean;
}

function choicesFor(
  random: Random,
  { encoding, errors, telling, isWhole }: TextChoices,
): (() => Operation)[] {
  const texts = () => (random.once(3) ? anyText(random, 8) : encodable(random, encoding, 8));
  const choices: (() => Operation)[] = [
    () => ['read', size(random)],
    () => ['read', size(random)],
    () => ['readline', size(random)],
    () => ['readline', -1],
    () => ['readlines', random.pick([-1, 0, 5, 30])],
    () => ['lines', random.below(5)],
    () => ['write', texts()],
    () => ['seek', 0, 0],
    () => ['seek', 0, random.pick([0, 2])],
    () => ['flush'],
    () => (random.once(8) ? ['close'] : ['flush']),
    () => (random.once(4) ? restart(random, isWhole) : ['readline', -1]),
  ];
  if (!telling) return choices;
  choices.push(
    () => ['write', texts()],
    () => ['writelines', random.list(3, texts)],
    () => ['seek', 0, 1],
    () => ['tell'],
    () => ['tell'],
    () => ['again', random.pick([1, 2, 5, 30])],
    () => ['seektold', 1 + random.below(8)],
    () => ['truncate', random.pick([null, random.below(60)])],
    () => (random.once(3) ? ['seek', random.pick([-1, 1, 5]), random.pick([1, 2])] : ['tell']),
  );
  // Python assumes native order for a plain offset in UTF-16. Here, the byte order mark decides.
  if (!/utf-?(16|32)/i.test(encoding) && errors !== 'backslashreplace')
    choices.push(() => ['seek', random.below(40), 0]);
  return choices;
}

/** A change of how text is read, from the start of the file on: neither side allows it within text. */
function restart(random: Random, isWhole: boolean): Operation {
  const options: object[] = [
    { lineBuffering: random.once(2) },
    { newline: random.pick([null, '', '\n', '\r\n']) },
  ];
  if (isWhole)
    options.push({ errors: random.pick(['strict', 'replace']) }, { encoding: random.pick(encodings) });
  return ['restart', random.pick(options)];
}
