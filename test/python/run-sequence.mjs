// Runs a sequence of operations on a file of this library, and reports each result as file_driver.py does.
import { open } from '../../dist/esm/index.js';
import { place } from './place.mjs';
import { Binary } from './run-binary.mjs';

/** The results; `ops` are changed where Python has to be told what happened here. */
export async function runSequence(sequence, at) {
  const { path, end } = await place(at, sequence.content);
  const results = [];
  let file;
  try {
    file = await open(path, sequence.mode, sequence.options);
  } catch (error) {
    results.push({ error: describe(error) });
  }
  const run = sequence.mode.includes('b') ? new Binary(file, path) : new Text(file, sequence.chunk);
  for (const op of file === undefined ? [] : sequence.ops) {
    const [name, ...operands] = op;
    try {
      results.push({ value: (await run[name](...operands)) ?? null });
    } catch (error) {
      results.push({ error: describe(error) });
      if (error.code === 'ERR_UNICODE_DECODE') break;
    }
    if (counted.includes(name)) op[2] = (results.at(-1).value ?? '').length / 2;
  }
  let close = {};
  try {
    await run.file?.close();
  } catch (error) {
    close = { error: describe(error) };
  }
  return { results, close, content: await end() };
}

// How much these give is up to the buffer, or to when they end.
const counted = ['read1', 'readinto1', 'peek', 'ended', 'stream'];

const kinds = {
  ERR_UNICODE_DECODE: 'decode',
  ERR_UNICODE_ENCODE: 'encode',
  ERR_UNKNOWN_ENCODING: 'lookup',
  ERR_UNSUPPORTED_OPERATION: 'unsupported',
  ERR_FILE_CLOSED: 'closed',
  ERR_OUT_OF_RANGE: 'value',
  ERR_INVALID_ARG_VALUE: 'value',
  ERR_INVALID_ARG_TYPE: 'type',
};

function describe(error) {
  if (typeof error.errno === 'number') return { kind: 'system', errno: -error.errno };
  const kind = kinds[error.code];
  if (kind === undefined) return { kind: error.stack };
  if (kind !== 'decode' && kind !== 'encode') return { kind };
  return { kind, start: error.start, end: error.end, reason: error.reason };
}

class Text {
  #told = [];

  constructor(file, chunk) {
    this.file = file;
    this.chunk = chunk;
    this.#setChunk();
  }

  #setChunk() {
    if (this.chunk !== undefined && this.file !== undefined) {
      this.file._io.chunkSize = this.file._io.largestChunk = this.chunk;
    }
  }

  read(size) {
    return this.file.read(size);
  }

  readline(size) {
    return this.file.readline(size);
  }

  readlines(hint) {
    return this.file.readlines(hint);
  }

  async lines(count) {
    const lines = [];
    if (count === 0) return lines;
    this.file.readable();
    for await (const line of this.file) {
      lines.push(line);
      if (lines.length === count) break;
    }
    return lines;
  }

  write(text) {
    this.#changing();
    return this.file.write(text);
  }

  writelines(texts) {
    if (texts.length > 0) this.#changing();
    return this.file.writelines(texts);
  }

  truncate(size) {
    this.#changing();
    return this.file.truncate(size);
  }

  /** Places told before are not what they were once the file has changed. */
  #changing() {
    if (this.file.buffer.mode !== 'rb' && !this.file.closed) this.#told = [];
  }

  seek(offset, whence) {
    return this.file.seek(offset, whence);
  }

  async tell() {
    const position = await this.file.tell();
    this.#told.push(position);
    return position;
  }

  async seektold(index) {
    if (this.#told.length > 0) await this.file.seek(this.#told[index % this.#told.length]);
  }

  async again(size) {
    const position = await this.file.tell();
    const first = await this.file.read(size);
    await this.file.seek(position);
    return [first, await this.file.read(size)];
  }

  async restart(options) {
    await this.file.seek(0);
    this.#told = [];
    await this.file.reconfigure(options);
    this.#setChunk();
  }

  flush() {
    return this.file.flush();
  }

  close() {
    return this.file.close();
  }
}
