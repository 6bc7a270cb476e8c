// Random reads, writes, seeks and truncations through every layer, like fsx: each result is that of an array of bytes, and
// another reader of the same file sees the same bytes.
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type BinaryFile, open, type RawFile, readBytes, TextFile } from 'uvfiles';
import { memoryFiles } from 'uvfiles/testing';

import { scratchDirectory } from '../support/temp.js';
import { figure } from './support/figures.js';
import { Random } from '../support/random.js';

const SEED = Number(process.env.UVFILES_FUZZ_SEED ?? 1);
const OPERATIONS = Number(process.env.UVFILES_FUZZ_COUNT ?? 2000);
const LARGEST = 20_000;

type Layer = 'raw' | 'buffered' | 'text' | 'append';
type Handle = BinaryFile | RawFile | TextFile;

const opened: Record<Layer, (file: string, isNew: boolean) => Promise<Handle>> = {
  raw: (file, isNew) => open(file, isNew ? 'w+b' : 'r+b', { buffering: 0 }),
  buffered: (file, isNew) => open(file, isNew ? 'w+b' : 'r+b', { buffering: 512 }),
  text: (file, isNew) => open(file, isNew ? 'w+' : 'r+', { encoding: 'latin-1', newline: '' }),
  append: (file) => open(file, 'a+b', { buffering: 512 }),
};

/** The expected content of the file. */
class Expected {
  content = Buffer.alloc(0);
  position = 0;

  write(bytes: Buffer, at: number): void {
    const content = Buffer.alloc(Math.max(this.content.length, at + bytes.length));
    this.content.copy(content);
    bytes.copy(content, at);
    this.content = content;
  }

  resize(size: number): void {
    const content = Buffer.alloc(size);
    this.content.copy(content);
    this.content = content;
  }
}

const bytesOf = (data: string | Buffer): Buffer =>
  typeof data === 'string' ? Buffer.from(data, 'latin1') : data;

/** Steps that are cut short, that run at the same time, or that another handle takes. Nothing may be lost in them. */
function interruptions(
  current: () => Handle,
  file: string,
  expected: Expected,
  random: Random,
): Record<string, () => Promise<void>> {
  const next = (size: number): Buffer =>
    expected.content.subarray(expected.position, expected.position + size);
  const take = (data: string | Uint8Array, about: string): void => {
    const bytes = bytesOf(typeof data === 'string' ? data : Buffer.from(data));
    expect(bytes.equals(next(bytes.length)), `${about} at ${expected.position}`).to.equal(true);
    expected.position += bytes.length;
  };
  return {
    async endedRead() {
      const controller = new AbortController();
      const ends = random.below(2) === 0 ? { timeout: 0.01 } : { signal: controller.signal };
      const reading = current().read(random.below(5000), ends);
      const delay = random.below(3);
      if (delay === 1) await Promise.resolve();
      if (delay === 2) await setImmediate();
      controller.abort();
      // A cancelled one consumes nothing: later reads see the same bytes.
      const data = await reading.catch((error: unknown) => {
        expect((error as NodeJS.ErrnoException).code).to.be.oneOf(['ABORT_ERR', 'ERR_TIMEOUT']);
        return '';
      });
      take(data, 'a read that may have ended');
    },
    async together() {
      const from = expected.position;
      const [first, position, second] = await Promise.all([
        current().read(random.below(900)),
        current().tell(),
        current().read(random.below(900)),
      ]);
      expect(position).to.equal(from + first.length);
      take(first, 'the first of two reads');
      take(second, 'the second of two reads');
    },
    async lines() {
      let left = random.below(4);
      for await (const line of current()) {
        take(line, 'a line');
        if (left-- === 0) break;
      }
    },
    async stream() {
      const options = current() instanceof TextFile ? {} : { chunkSize: 1 + random.below(900) };
      const stream: ReadableStream<string | Uint8Array> = current().readableStream(options);
      const reader = stream.getReader();
      for (let left = random.below(4); left > 0; left--) {
        const { done, value } = await reader.read();
        if (done) break;
        take(value, 'a chunk');
      }
      if (random.below(2) === 0)
        void reader.read().then(({ value }) => value && take(value, 'the last chunk'));
      await reader.cancel();
    },
    async grow() {
      await current().flush();
      await using other = await open(file, 'ab', { buffering: random.below(2) * 100 });
      const bytes = Buffer.alloc(random.below(300), 'g\n');
      await other.write(bytes);
      await other.flush();
      expected.write(bytes, expected.content.length);
      expect((await other.stat()).size).to.equal(expected.content.length);
    },
  };
}

/** Steps of files that share one descriptor. */
function shared(
  layer: Layer,
  place: { handle: Handle; readonly below: RawFile[] },
  expected: Expected,
  random: Random,
): Record<string, () => Promise<void>> {
  const another = (): Promise<RawFile> =>
    open(place.handle.fileno(), 'r+b', { buffering: 0, closefd: false });
  const steps: Record<string, () => Promise<void>> = {};
  if (layer === 'raw')
    // Its position is the descriptor's, which is that of the other one, too.
    steps.sharedPosition = async () => {
      // After a read that has ended, only the handle knows the position.
      await place.handle.flush();
      await using other = await another();
      expect(await other.tell()).to.equal(expected.position);
      const at = await other.seek(random.below(LARGEST));
      const data = await other.read(random.below(900));
      expect(data.equals(expected.content.subarray(at, at + data.length)), 'the other reads').to.equal(true);
      const bytes = Buffer.alloc(random.below(50), 'o');
      await other.write(bytes);
      if (bytes.length > 0) expected.write(bytes, at + data.length);
      expected.position = at + data.length + bytes.length;
      expect(await place.handle.tell()).to.equal(expected.position);
    };
  if (layer === 'buffered') {
    steps.sharedDescriptor = async () => {
      await place.handle.flush();
      await using other = await another();
      const [size, at] = [random.below(900), random.below(LARGEST)];
      const data = await other.pread(size, at);
      expect(data.equals(expected.content.subarray(at, at + size)), 'the other reads').to.equal(true);
    };
    steps.detach = async () => {
      const raw = (place.handle as BinaryFile).detach();
      place.below.push(raw);
      expect(await raw.tell()).to.equal(expected.position);
      place.handle = await open(raw.fileno(), 'r+b', { buffering: 512, closefd: false });
      expect(await place.handle.tell()).to.equal(expected.position);
    };
  }
  return steps;
}

async function exercise(
  layer: Layer,
  file: string,
  witness: () => Buffer | Promise<Buffer>,
  random: Random,
  onDisk: boolean,
): Promise<void> {
  const expected = new Expected();
  const place = { handle: await opened[layer](file, true), below: [] as RawFile[] };
  const close = async (): Promise<void> => {
    await place.handle.close();
    for (const each of place.below.splice(0)) await each.close();
  };
  const isText = layer === 'text';
  const some = (): Buffer => {
    const bytes = Buffer.alloc(random.below(700) + 1);
    for (let i = 0; i < bytes.length; i++) bytes[i] = 32 + random.below(90);
    return bytes;
  };
  const steps: Record<string, () => Promise<void>> = {
    async read() {
      const size = random.below(900);
      const data = bytesOf(await place.handle.read(size));
      const wanted = expected.content.subarray(expected.position, expected.position + size);
      expect(data.equals(wanted), `read ${size} at ${expected.position}`).to.equal(true);
      expected.position += data.length;
    },
    async write() {
      const bytes = some();
      const at = layer === 'append' ? expected.content.length : expected.position;
      await place.handle.write((isText ? bytes.toString('latin1') : bytes) as string & Buffer);
      expected.write(bytes, at);
      expected.position = at + bytes.length;
    },
    async seek() {
      expected.position = random.below(LARGEST);
      expect(await place.handle.seek(expected.position)).to.equal(expected.position);
    },
    async tell() {
      expect(await place.handle.tell()).to.equal(expected.position);
    },
    async truncate() {
      const size = random.below(LARGEST);
      await place.handle.truncate(size);
      expected.resize(size);
    },
    async flush() {
      await place.handle.flush();
      expect((await witness()).equals(expected.content), 'what another reader sees').to.equal(true);
    },
    async reopen() {
      await close();
      place.handle = await opened[layer](file, false);
      expected.position = await place.handle.tell();
      expect(expected.position).to.equal(layer === 'append' ? expected.content.length : 0);
    },
  };
  Object.assign(
    steps,
    interruptions(() => place.handle, file, expected, random),
    onDisk ? shared(layer, place, expected, random) : {},
  );
  if (!isText) {
    steps.pread = async () => {
      const [size, at] = [random.below(900), random.below(LARGEST)];
      const data = await (place.handle as BinaryFile).pread(size, at);
      expect(data.equals(expected.content.subarray(at, at + size)), `pread ${size} at ${at}`).to.equal(true);
    };
    steps.readinto = async () => {
      const view = new Uint8Array(random.below(900));
      const count = await (place.handle as BinaryFile).readinto(view);
      const wanted = expected.content.subarray(expected.position, expected.position + view.length);
      expect(wanted.equals(view.subarray(0, count)), 'readinto').to.equal(true);
      expected.position += count;
    };
  }
  if (layer === 'raw' || layer === 'buffered') {
    steps.pwrite = async () => {
      const [bytes, at] = [some(), random.below(LARGEST)];
      expect(await (place.handle as BinaryFile).pwrite(bytes, at)).to.equal(bytes.length);
      expected.write(bytes, at);
    };
  }
  const names = Object.keys(steps);
  const done: string[] = [];
  try {
    for (let i = 0; i < OPERATIONS; i++) {
      const name = random.pick(names);
      done.push(name);
      await steps[name]!();
    }
  } catch (error) {
    (error as Error).message += ` (seed ${SEED}, after ${done.length} operations: ${done.slice(-8).join()})`;
    throw error;
  } finally {
    await close();
  }
  expect((await witness()).equals(expected.content)).to.equal(true);
}

describe('random operations on one file', function () {
  this.timeout(600_000);
  const scratch = scratchDirectory();

  for (const layer of Object.keys(opened) as Layer[]) {
    it(`have the same results as on an array of bytes, ${layer}, on disk`, async () => {
      const file = path.join(scratch.path, 'file');
      await exercise(layer, file, () => readFileSync(file), new Random(SEED), true);
    });

    it(`have the same results as on an array of bytes, ${layer}, in memory`, async () => {
      using files = memoryFiles({}, { at: '/exercised' });
      void files;
      await exercise(layer, '/exercised/file', () => readBytes('/exercised/file'), new Random(SEED), false);
    });
  }

  after(() => figure('random operations on one file', OPERATIONS * 2 * Object.keys(opened).length));
});
