// The operations of a binary sequence, on a file of this library.
import { appendFile } from '../../dist/esm/index.js';

/**
 * A binary file under test. How much `read1`, `readinto1` and `peek` give is up to the buffer, so they say how much it was,
 * and Python is asked for as much.
 */
export class Binary {
  constructor(file, path) {
    this.file = file;
    this.path = path;
  }

  get #isRaw() {
    return this.file.peek === undefined;
  }

  /** What a raw file has no method for: nothing, or that it is closed. */
  async #missing() {
    await this.file.seekable();
    return null;
  }

  async read(size) {
    return hex(await this.file.read(size));
  }

  async readall() {
    return hex(await this.file.readall());
  }

  async read1(size) {
    return this.#isRaw ? this.#missing() : hex(await this.file.read1(size));
  }

  async peek(size) {
    return this.#isRaw ? this.#missing() : hex(await this.file.peek(size));
  }

  async readinto(size) {
    const view = Buffer.alloc(size);
    return [await this.file.readinto(view), hex(view)];
  }

  async readinto1(size) {
    if (this.#isRaw) return this.#missing();
    const view = Buffer.alloc(size);
    const count = await this.file.readinto1(view);
    if (view.subarray(count).some((byte) => byte !== 0)) throw new Error('touched what it did not read');
    return hex(view.subarray(0, count));
  }

  async readline(size) {
    return hex(await this.file.readline(size));
  }

  async readlines(hint) {
    return (await this.file.readlines(hint)).map(hex);
  }

  async lines(count) {
    const lines = [];
    if (count === 0) return lines;
    for await (const line of this.file) {
      lines.push(hex(line));
      if (lines.length === count) break;
    }
    return lines;
  }

  async batches(count, batch) {
    const batches = [];
    if (count === 0) return batches;
    for await (const lines of this.file.lines({ batch, keepEnds: true })) {
      batches.push(lines.map(hex));
      if (batches.length === count) break;
    }
    return batches;
  }

  write(data) {
    return this.file.write(Buffer.from(data, 'hex'));
  }

  writelines(items) {
    return this.file.writelines(items.map((data) => Buffer.from(data, 'hex')));
  }

  async pread(size, position) {
    return hex(await this.file.pread(size, position));
  }

  pwrite(data, position) {
    return this.file.pwrite(Buffer.from(data, 'hex'), position);
  }

  seek(offset, whence) {
    return this.file.seek(offset, whence);
  }

  tell() {
    return this.file.tell();
  }

  truncate(size) {
    return this.file.truncate(size);
  }

  flush() {
    return this.file.flush();
  }

  /** Calls that do not wait for each other. */
  async together(first, second) {
    const [before, position, after] = await Promise.all([
      this.file.read(first),
      this.file.tell(),
      this.file.read(second),
    ]);
    return [hex(before), position, hex(after)];
  }

  /** A read that is ended at once, in this turn, or by its deadline. What it did not give has to come later. */
  async ended(size, _got, how) {
    const controller = new AbortController();
    const reading = this.file.read(size, how === 0 ? { timeout: 0.01 } : { signal: controller.signal });
    if (how === 2) await Promise.resolve();
    controller.abort();
    try {
      return hex(await reading);
    } catch (error) {
      if (error.code !== 'ABORT_ERR' && error.code !== 'ERR_TIMEOUT') throw error;
      return '';
    }
  }

  /** Some chunks of a stream that is cancelled, with or without a read that waits. */
  async stream(count, _got, chunkSize) {
    const reader = this.file.readableStream({ chunkSize }).getReader();
    const chunks = [];
    const add = ({ value }) => value && chunks.push(value);
    for (let left = count; left > 0; left--) add(await reader.read());
    const last = chunkSize % 2 === 0 ? reader.read().then(add) : undefined;
    await reader.cancel();
    await last;
    return hex(Buffer.concat(chunks));
  }

  /** Somebody else appends to the file. */
  async grow(data) {
    await this.file.flush();
    await appendFile(this.path, Buffer.from(data, 'hex'));
    return null;
  }

  /** Goes on with the file below. */
  async detach() {
    if (this.#isRaw) return this.#missing();
    this.file = this.file.detach();
  }

  async about() {
    const { file } = this;
    return [
      file.closed,
      file.mode,
      file.readable(),
      file.writable(),
      await file.seekable(),
      await file.isatty(),
    ];
  }

  close() {
    return this.file.close();
  }
}

function hex(bytes) {
  return bytes.toString('hex');
}
