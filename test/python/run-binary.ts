// The operations of a binary sequence, on a file of this library.
import { appendFile, type BinaryFile, type RawFile } from 'uvfiles';

/**
 * A binary file under test. How many bytes `read1`, `readinto1` and `peek` return depends on the buffer, so they report the
 * number, and Python is asked for the same number.
 */
export class Binary {
  file: BinaryFile | RawFile;
  readonly #path: string;

  constructor(file: BinaryFile | RawFile, path: string) {
    this.file = file;
    this.#path = path;
  }

  /** The file, if it has a buffer. A raw file has no such method: null, or the error that it is closed. */
  async #buffered(): Promise<BinaryFile | null> {
    if ('peek' in this.file) return this.file;
    await this.file.seekable();
    return null;
  }

  async read(size: number | null) {
    return hex(await this.file.read(size));
  }

  async readall() {
    return hex(await this.file.readall());
  }

  async read1(size: number) {
    const file = await this.#buffered();
    return file && hex(await file.read1(size));
  }

  async peek(size: number) {
    const file = await this.#buffered();
    return file && hex(await file.peek(size));
  }

  async readinto(size: number) {
    const view = Buffer.alloc(size);
    return [await this.file.readinto(view), hex(view)];
  }

  async readinto1(size: number) {
    const file = await this.#buffered();
    if (file === null) return null;
    const view = Buffer.alloc(size);
    const count = await file.readinto1(view);
    if (view.subarray(count).some((byte) => byte !== 0)) throw new Error('touched what it did not read');
    return hex(view.subarray(0, count));
  }

  async readline(size: number) {
    return hex(await this.file.readline(size));
  }

  async readlines(hint: number | null) {
    return (await this.file.readlines(hint)).map(hex);
  }

  async lines(count: number) {
    const lines: string[] = [];
    if (count === 0) return lines;
    for await (const line of this.file) {
      lines.push(hex(line));
      if (lines.length === count) break;
    }
    return lines;
  }

  async batches(count: number, batch: number) {
    const batches: string[][] = [];
    if (count === 0) return batches;
    for await (const lines of this.file.lines({ batch, keepEnds: true })) {
      batches.push(lines.map(hex));
      if (batches.length === count) break;
    }
    return batches;
  }

  write(data: string) {
    return this.file.write(Buffer.from(data, 'hex'));
  }

  writelines(items: string[]) {
    return this.file.writelines(items.map((data) => Buffer.from(data, 'hex')));
  }

  async pread(size: number, position: number) {
    return hex(await this.file.pread(size, position));
  }

  pwrite(data: string, position: number) {
    return this.file.pwrite(Buffer.from(data, 'hex'), position);
  }

  seek(offset: number, whence: 0 | 1 | 2) {
    return this.file.seek(offset, whence);
  }

  tell() {
    return this.file.tell();
  }

  truncate(size: number | null) {
    return this.file.truncate(size);
  }

  flush() {
    return this.file.flush();
  }

  /** Calls that are not awaited. */
  async together(first: number, second: number) {
    const [before, position, after] = await Promise.all([
      this.file.read(first),
      this.file.tell(),
      this.file.read(second),
    ]);
    return [hex(before), position, hex(after)];
  }

  /**
   * A read that is ended immediately, in this turn, or by its deadline. Bytes that it did not return have to be
   * returned later.
   */
  async ended(size: number, _got: number, how: number) {
    const controller = new AbortController();
    const reading = this.file.read(size, how === 0 ? { timeout: 0.01 } : { signal: controller.signal });
    if (how === 2) await Promise.resolve();
    controller.abort();
    try {
      return hex(await reading);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ABORT_ERR' && code !== 'ERR_TIMEOUT') throw error;
      return '';
    }
  }

  /** Some chunks of a stream that is cancelled, with or without a read that waits. */
  async stream(count: number, _got: number, chunkSize: number) {
    const reader = this.file.readableStream({ chunkSize }).getReader();
    const chunks: Uint8Array[] = [];
    const add = ({ value }: { value?: Uint8Array | undefined }) => {
      if (value !== undefined) chunks.push(value);
    };
    for (let left = count; left > 0; left--) add(await reader.read());
    const last = chunkSize % 2 === 0 ? reader.read().then(add) : undefined;
    await reader.cancel();
    await last;
    return hex(Buffer.concat(chunks));
  }

  /** Another handle appends to the file. */
  async grow(data: string) {
    await this.file.flush();
    await appendFile(this.#path, Buffer.from(data, 'hex'));
    return null;
  }

  /** Continues with the file below. */
  async detach() {
    const file = await this.#buffered();
    if (file !== null) this.file = file.detach();
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

function hex(bytes: Buffer): string {
  return bytes.toString('hex');
}
