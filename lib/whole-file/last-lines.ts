// Finds the start of the last lines of a file, searching from its end.
import type { ResolvedText } from '../file/text-options.js';
import { type ByteOrder, Decoder } from '../text/decoder.js';
import type { Newline } from '../text/newlines.js';
import { type Codec, findCodec } from '../text/registry.js';

const BLOCK = 64 * 1024;
const LF = 10;
const CR = 13;

/** Reads `size` bytes at `position`; fewer at the end of the file. */
type ReadAt = (size: number, position: number) => Promise<Buffer>;

// The byte order according to the mark.
async function byteOrderOf({ mark, width }: Codec, readAt: ReadAt): Promise<ByteOrder> {
  if (mark === null || width === 1) return 'little';
  const head = await readAt(mark.length, 0);
  return head.equals(Buffer.from(mark).reverse()) ? 'big' : 'little';
}

/**
 * The offset in bytes at which the last `count` lines begin, and the byte order of the text. A line ending at the end of the
 * file ends the last line, and does not begin another. In every supported encoding, no other character contains the bytes of a
 * line ending.
 */
export async function startOfLastLines(
  readAt: ReadAt,
  size: number,
  count: number,
  { encoding, newline }: ResolvedText,
): Promise<{ start: number; order: ByteOrder }> {
  const codec = findCodec(encoding)!;
  const { width } = codec;
  const order = await byteOrderOf(codec, readAt);
  const big = order === 'big' || codec.name.endsWith('be');
  const isLineEnd = lineEnds(newline);
  if (count === 0) return { start: await endOfCharacters(readAt, size, codec, order, isLineEnd, big), order };
  let left = count;
  let after = -1; // the code unit after the current one
  for (let end = size - (size % width); end > 0;) {
    const from = Math.max(0, end - BLOCK);
    const block = await readAt(end - from, from);
    for (let i = block.length - width; i >= 0; i -= width) {
      const unit = width === 1 ? (block[i] as number) : unitAt(block, i, width, big);
      const ended = isLineEnd(unit, after);
      after = unit;
      if (ended === 0) continue;
      // For '\r\n', the first half counts.
      const start = from + i + ended * width;
      if (start < size && --left === 0) return { start, order };
    }
    end = from;
  }
  return { start: 0, order };
}

/** The end of the file, or the start of its last character if some bytes of that have not been written yet. */
async function endOfCharacters(
  readAt: ReadAt,
  size: number,
  codec: Codec,
  order: ByteOrder,
  isLineEnd: LineEnd,
  big: boolean,
): Promise<number> {
  const { width, mark } = codec;
  const from = Math.max(0, size - (size % width) - BLOCK);
  const block = await readAt(size - from, from);
  // Decoded from the start of the line, where a character begins in every encoding.
  let begin = 0;
  let after = -1;
  for (let i = block.length - (block.length % width) - width; i >= 0 && begin === 0; i -= width) {
    const unit = width === 1 ? (block[i] as number) : unitAt(block, i, width, big);
    const ended = isLineEnd(unit, after);
    if (ended > 0) begin = i + ended * width;
    after = unit;
  }
  const decoder = new Decoder(codec, 'ignore');
  decoder.reset(mark !== null && size < mark.length ? 'start' : order);
  decoder.decode(block.subarray(begin), false);
  return from + block.length - decoder.pending.length;
}

type LineEnd = (unit: number, after: number) => number;

/**
 * Returns, for a code unit and the one after it, the length of the line ending that begins there in code units; 0 if
 * none does.
 */
function lineEnds(newline: Newline): LineEnd {
  switch (newline) {
    case '\n':
      return (unit) => (unit === LF ? 1 : 0);
    case '\r':
      return (unit) => (unit === CR ? 1 : 0);
    case '\r\n':
      return (unit, after) => (unit === CR && after === LF ? 2 : 0);
    default:
      return (unit, after) => (unit === LF || (unit === CR && after !== LF) ? 1 : 0);
  }
}

function unitAt(block: Buffer, at: number, width: number, big: boolean): number {
  if (width === 2) return big ? block.readUInt16BE(at) : block.readUInt16LE(at);
  return big ? block.readUInt32BE(at) : block.readUInt32LE(at);
}
