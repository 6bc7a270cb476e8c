// Random reads and streams of one handle: no byte is lost or returned twice, and no result shares memory with a chunk of a
// stream.
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { type BinaryFile, open, type RawFile } from 'uvfiles';

import { newPath } from '../support/pipes.js';
import { Random } from '../support/random.js';

type File = BinaryFile | RawFile;
type Reader = ReadableStreamBYOBReader | ReadableStreamDefaultReader<Uint8Array>;

const SIZE = 900_000;
const ROUNDS = 25;
const STEPS = 30;
const content = Buffer.alloc(SIZE);
for (let at = 0; at < SIZE; at += 4) content.writeUInt32LE(Math.imul(at, 2654435761) >>> 0, at);

interface Result {
  readonly what: 'read' | 'chunk';
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly length: number;
}

/** The bytes that a handle has returned, and its expected position. */
class Results {
  readonly #random: Random;
  #kept: Result[] = [];
  at = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  keep(what: Result['what'], bytes: Uint8Array, at: number): void {
    this.#kept.push({ what, bytes, at, length: bytes.length });
  }

  /** The same for bytes that moved the position. */
  move(what: Result['what'], bytes: Uint8Array | undefined): void {
    if (bytes === undefined) return;
    this.keep(what, bytes, this.at);
    this.at += bytes.length;
  }

  /** A consumer that transfers its chunk loses it, and no other result changes. */
  give(bytes: Uint8Array): void {
    if (!this.#random.once(3)) return;
    this.#kept = this.#kept.filter((each) => each.bytes !== bytes);
    structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] });
  }

  check(): void {
    const users = new Map<ArrayBufferLike, number>();
    for (const { bytes } of this.#kept) users.set(bytes.buffer, (users.get(bytes.buffer) ?? 0) + 1);
    for (const { what, bytes, at, length } of this.#kept) {
      expect(bytes.length, `${what} at ${at} is detached`).to.equal(length);
      expect(content.subarray(at, at + length).equals(bytes), `${what} at ${at}`).to.equal(true);
      if (what === 'chunk') expect(users.get(bytes.buffer), `users of the chunk at ${at}`).to.equal(1);
    }
  }
}

const SIZES = [1, 511, 512, 4096, 8192, 65_536, 262_144];

/** Reads some chunks at the position, then abandons the stream in one of three ways. */
async function someChunks(file: File, results: Results, random: Random): Promise<void> {
  const size = random.pick(SIZES);
  const stream = file.readableStream(random.once(2) ? { chunkSize: size } : {});
  const own = random.once(3);
  const reader: Reader = own ? stream.getReader({ mode: 'byob' }) : stream.getReader();
  const read = async (): Promise<Uint8Array | undefined> =>
    own
      ? (await (reader as ReadableStreamBYOBReader).read(new Uint8Array(size))).value
      : (await (reader as ReadableStreamDefaultReader<Uint8Array>).read()).value;
  for (let count = random.below(4); count > 0; count--) results.move('chunk', await read());
  const pending = read().catch(() => undefined);
  if (random.once(2)) await reader.cancel();
  else {
    reader.releaseLock();
    await pending;
    await stream.cancel();
  }
  results.move('chunk', await pending);
}

async function aRange(file: File, results: Results, random: Random): Promise<void> {
  const start = random.below(SIZE);
  const end = Math.min(SIZE, start + random.below(300_000));
  let left = random.once(3) ? 2 : Infinity;
  let at = start;
  for await (const chunk of file.readableStream({ start, end })) {
    results.keep('chunk', chunk, at);
    at += chunk.length;
    results.give(chunk);
    if (--left === 0) return;
  }
  expect(at, 'end of the range').to.equal(end);
}

async function step(file: File, results: Results, random: Random): Promise<void> {
  const size = random.pick(SIZES);
  switch (random.below(6)) {
    case 0:
      return void results.move('read', await file.read(size));
    case 1:
      return void results.move('read', await file.readline());
    case 2: {
      const at = random.below(SIZE);
      return void results.keep('read', await file.pread(size, at), at);
    }
    case 3:
      if ('peek' in file) results.keep('read', await file.peek(size), results.at);
      return;
    case 4:
      return someChunks(file, results, random);
    default:
      await Promise.all(Array.from({ length: 3 }, () => aRange(file, results, random)));
  }
}

describe('reads and streams of one handle', function () {
  this.timeout(240_000);
  for (const buffering of [0, 512, 8192, 1 << 18])
    it(`lose no byte and share no memory, with a buffer of ${buffering}`, async () => {
      const path = newPath();
      writeFileSync(path, content);
      const random = new Random(buffering);
      for (let round = 0; round < ROUNDS; round++) {
        await using file = await open(path, 'rb', { buffering });
        const results = new Results(random);
        for (let i = 0; i < STEPS; i++) {
          if (results.at === SIZE || random.once(12)) await file.seek((results.at = random.below(SIZE)));
          await step(file, results, random);
          expect(await file.tell(), `position in round ${round}`).to.equal(results.at);
        }
        results.check();
      }
    });
});
