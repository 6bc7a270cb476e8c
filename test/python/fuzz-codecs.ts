// Compares the codecs with Python's incremental ones: random text, damaged and cut at random places, with every handler.
//   node --import tsx test/python/fuzz-codecs.ts [--seed N] [--count N] [--encodings NAME,NAME]
import { parseArgs } from 'node:util';
import type { ErrorHandlerName } from '../../lib/text/codec.js';
import { Decoder } from '../../lib/text/decoder.js';
import { encode } from '../../lib/text/encoder.js';
import type { UnicodeDecodeError, UnicodeEncodeError } from 'uvfiles';
import { havePython, Python } from './python.ts';
import { Random } from '../support/random.ts';
import {
  anyText,
  bytesOf,
  codecOf,
  encodable,
  encodings,
  handlers,
  isMultibyte,
  spoil,
  statefulEncodings,
  writeHandlers,
} from './texts.ts';

interface DecodeCase {
  op: 'decode';
  encoding: string;
  errors: ErrorHandlerName;
  /** Bytes as hexadecimal text, decoded one after another. */
  pieces: string[];
}

interface EncodeCase {
  op: 'encode';
  encoding: string;
  errors: ErrorHandlerName;
  text: string;
}

interface Outcome {
  texts?: string[];
  bytes?: string;
  error?: { kind: 'decode' | 'encode'; start: number; end: number; reason: string };
  /** What could not be decoded, only here. */
  object?: string;
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: { type: 'string', default: '5000' },
    encodings: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Date.now() % 1e9);
const count = Number(values.count);
const asked = values.encodings?.split(',') ?? [...encodings, ...statefulEncodings];

if (!havePython()) {
  console.log('skipped: there is no /usr/bin/python3 to compare with');
  process.exit(0);
}

const python = new Python();
console.log(`codecs: seed ${seed}, ${count} cases`);
let differences = 0;
for (let from = 0; from < count; from += 500) {
  const cases = Array.from({ length: Math.min(500, count - from) }, (_, i) => compare(from + i));
  await Promise.all(cases);
  if (differences > 0) break;
}
python.end();
console.log(differences === 0 ? 'no differences' : `${differences} differences`);
process.exitCode = differences === 0 ? 0 : 1;

async function compare(index: number): Promise<void> {
  const request = makeCase(new Random(seed + index));
  const ours = request.op === 'decode' ? decode(request) : encodeText(request);
  const theirs = await python.ask<Outcome>(request);
  if (same(ours, theirs, request)) return;
  differences++;
  if (differences > 3) return;
  console.log(`--seed ${seed + index} --count 1 differs`, JSON.stringify(request));
  console.log('  here:  ', JSON.stringify(ours));
  console.log('  python:', JSON.stringify(theirs));
}

function makeCase(random: Random): DecodeCase | EncodeCase {
  const encoding = random.pick(asked);
  if (random.once(3))
    return { op: 'encode', encoding, errors: random.pick(writeHandlers), text: anyText(random, 12) };
  const errors = random.pick(handlers);
  let bytes = bytesOf(encodable(random, encoding, 16), encoding, random);
  if (random.once(2)) bytes = spoil(random, bytes);
  const pieces: string[] = [];
  while (bytes.length > 0 && pieces.length < 7) {
    const length = random.below(bytes.length + 1);
    pieces.push(bytes.subarray(0, length).toString('hex'));
    bytes = bytes.subarray(length);
  }
  return { op: 'decode', encoding, errors, pieces: [...pieces, bytes.toString('hex')] };
}

function decode({ encoding, errors, pieces }: DecodeCase): Outcome {
  const decoder = new Decoder(codecOf(encoding), errors);
  const texts: string[] = [];
  try {
    pieces.forEach((piece, i) =>
      texts.push(decoder.decode(Buffer.from(piece, 'hex'), i === pieces.length - 1)),
    );
  } catch (caught) {
    const error = caught as UnicodeDecodeError;
    return {
      texts,
      error: { kind: 'decode', start: error.start, end: error.end, reason: error.reason },
      object: Buffer.from(error.object).toString('hex'),
    };
  }
  return { texts };
}

function encodeText({ encoding, errors, text }: EncodeCase): Outcome {
  const codec = codecOf(encoding);
  try {
    const bytes = encode(text, codec, errors);
    return { bytes: (codec.mark === null ? bytes : Buffer.concat([codec.mark, bytes])).toString('hex') };
  } catch (caught) {
    const error = caught as UnicodeEncodeError;
    return { error: { kind: 'encode', start: error.start, end: error.end, reason: error.reason } };
  }
}

function same(ours: Outcome, theirs: Outcome, request: DecodeCase | EncodeCase): boolean {
  // Under surrogateescape some of Python's codecs count from the first character that is not escaped, others from the run.
  if (ours.error?.kind === 'encode' && theirs.error?.kind === 'encode' && ours.error.end === theirs.error.end)
    return true;
  // Python keeps up to eight bytes of a sequence, which a long escape sequence exceeds.
  if (theirs.error?.reason === 'pending buffer overflow') return true;
  if (ours.error?.kind === 'decode' && theirs.error?.kind === 'decode') {
    // Bytes that only switch the character set are kept for the next character here, and counted with it.
    if (request.encoding === 'iso-2022-jp') {
      const length = ({ start, end }: { start: number; end: number }) => end - start;
      if (ours.error.reason === theirs.error.reason && length(ours.error) === length(theirs.error))
        return true;
    }
    // Without its byte order mark, a stream is malformed here in any case. Python may find malformed bytes before it misses the
    // mark.
    if (ours.error.reason.endsWith('start with BOM')) return true;
    if (JSON.stringify(ours.texts) !== JSON.stringify(theirs.texts)) return false;
    // Python counts from the end of the mark of utf-8-sig.
    if (ours.object!.startsWith('efbbbf')) return ours.error.reason === theirs.error.reason;
  }
  // Python's multibyte codecs lose what follows the first byte of a sequence cut by the end of the text.
  if (request.errors === 'surrogateescape' && isMultibyte(request.encoding) && ours.texts && theirs.texts) {
    return ours.texts.join('').startsWith(theirs.texts.join(''));
  }
  return JSON.stringify({ ...ours, object: undefined }) === JSON.stringify(theirs);
}
