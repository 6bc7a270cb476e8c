// Runs a sequence of operations on a file of this library, and reports each result as file_driver.py does.
import { type BinaryFile, open, type RawFile, TextFile } from 'uvfiles';
import { place } from './place.ts';
import { Binary } from './run-binary.ts';
import { Shared } from './run-shared.ts';
import type { Failure, Outcome, Result, Sequence } from './sequence.ts';

/** What all errors of this library may have, and those of codecs do. */
type AnyError = NodeJS.ErrnoException & { start: number; end: number; reason: string };
type Driver = Record<string, (...operands: unknown[]) => Promise<unknown>>;

/** The results; `ops` are changed where Python has to know what happened here. */
export async function runSequence(sequence: Sequence, at: string): Promise<Outcome> {
  const { path, end } = await place(at, sequence.content);
  const results: Result[] = [];
  let run: Binary | Text | undefined;
  try {
    // The mode and the options are random, too, and some are refused.
    const file = (await open(path, sequence.mode as 'r', sequence.options as object)) as
      TextFile | BinaryFile | RawFile;
    if (file instanceof TextFile) run = new Text(file, sequence.chunk);
    else if (sequence.second === undefined) run = new Binary(file, path);
    else run = await Shared.open(file, path, sequence.second);
  } catch (error) {
    results.push({ error: describe(error as AnyError) });
  }
  for (const op of run === undefined ? [] : sequence.ops) {
    const [name, ...operands] = op;
    try {
      results.push({ value: (await (run as unknown as Driver)[name]!(...operands)) ?? null });
    } catch (caught) {
      const error = caught as AnyError;
      results.push({ error: describe(error) });
      if (error.code === 'ERR_UNICODE_DECODE') break;
    }
    if (counted.includes(name)) op[2] = ((results.at(-1)!.value ?? '') as string).length / 2;
  }
  let close = {};
  try {
    if (run instanceof Shared) await run.closeBoth();
    await run?.file.close();
  } catch (error) {
    close = { error: describe(error as AnyError) };
  }
  return { results, close, content: await end() };
}

// How much these return depends on the buffer, or on when they end.
const counted = ['read1', 'readinto1', 'peek', 'ended', 'stream'];

const kinds: Record<string, string> = {
  ERR_UNICODE_DECODE: 'decode',
  ERR_UNICODE_ENCODE: 'encode',
  ERR_UNKNOWN_ENCODING: 'lookup',
  ERR_UNSUPPORTED_OPERATION: 'unsupported',
  ERR_FILE_CLOSED: 'closed',
  ERR_OUT_OF_RANGE: 'value',
  ERR_INVALID_ARG_VALUE: 'value',
  ERR_INVALID_ARG_TYPE: 'type',
};

function describe(error: AnyError): Failure {
  if (typeof error.errno === 'number') return { kind: 'system', errno: -error.errno };
  const kind = kinds[error.code ?? ''];
  if (kind === undefined) return { kind: error.stack };
  if (kind !== 'decode' && kind !== 'encode') return { kind };
  return { kind, start: error.start, end: error.end, reason: error.reason };
}

class Text {
  readonly file: TextFile;
  readonly #chunk: number | undefined;
  #told: number[] = [];

  constructor(file: TextFile, chunk: number | undefined) {
    this.file = file;
    this.#chunk = chunk;
    this.#setChunk();
  }

  #setChunk() {
    if (this.#chunk === undefined) return;
    const { _text: io } = this.file as unknown as { _text: { chunkSize: number; largestChunk: number } };
    io.chunkSize = io.largestChunk = this.#chunk;
  }

  read(size: number) {
    return this.file.read(size);
  }

  readline(size: number) {
    return this.file.readline(size);
  }

  readlines(hint: number) {
    return this.file.readlines(hint);
  }

  async lines(count: number) {
    const lines: string[] = [];
    if (count === 0) return lines;
    this.file.readable();
    for await (const line of this.file) {
      lines.push(line);
      if (lines.length === count) break;
    }
    return lines;
  }

  write(text: string) {
    this.#changing();
    return this.file.write(text);
  }

  writelines(texts: string[]) {
    if (texts.length > 0) this.#changing();
    return this.file.writelines(texts);
  }

  truncate(size: number | null) {
    this.#changing();
    return this.file.truncate(size);
  }

  /** Positions that were returned earlier are not valid any more once the file has changed. */
  #changing() {
    if (this.file.buffer.mode !== 'rb' && !this.file.closed) this.#told = [];
  }

  seek(offset: number, whence: 0 | 1 | 2) {
    return this.file.seek(offset, whence);
  }

  async tell() {
    const position = await this.file.tell();
    this.#told.push(position);
    return position;
  }

  async seektold(index: number) {
    if (this.#told.length > 0) await this.file.seek(this.#told[index % this.#told.length]!);
  }

  async again(size: number) {
    const position = await this.file.tell();
    const first = await this.file.read(size);
    await this.file.seek(position);
    return [first, await this.file.read(size)];
  }

  async restart(options: Parameters<TextFile['reconfigure']>[0]) {
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
