// The lines of a file, and those appended to it later, even after a new file took its name (log rotation).
import type { BigIntStats } from 'node:fs';

import { type Path, toPathBytes } from '../arguments/path.js';
import { ClosedFileError, codeOf, UnsupportedOperationError } from '../errors/index.js';
import type { RawFile } from '../file/raw-file.js';
import { Sequence } from '../file/sequence.js';
import { TextWindow } from '../file/text-window.js';
import { openToRead } from '../open/open.js';
import type { ResolvedText } from '../file/text-options.js';
import { identityOf } from '../filesystem/identity.js';
import { storeToRead } from '../filesystem/mounts.js';
import { FOLLOW_BIGINT } from '../filesystem/store.js';
import { throwIfAborted } from '../schedule/abort.js';
import type { Call } from '../schedule/call.js';
import { findCodec } from '../text/registry.js';
import { FileChanges, isReported } from './file-changes.js';
import { startOfLastLines } from './last-lines.js';
import { pathAtCall } from './path-at-call.js';

const CHUNK = 64 * 1024;
const nothing = Buffer.alloc(0);

/** Options of following. */
interface FollowSettings {
  readonly text: ResolvedText;
  readonly keepEnds: boolean;
  /** The number of last lines to begin with. Undefined means all lines. */
  readonly last: number | undefined;
  /** The maximum number of lines per step. Undefined means one line, not in an array. */
  readonly batch: number | undefined;
  /** Signal, lane and timeout. The timeout applies to each operation on the file, and never to waiting. */
  readonly call: Call | undefined;
}

/**
 * Follows a file. Each step returns complete lines, and waits while there are none. A last line without a line ending
 * waits for it, or counts as a line when another file takes the name. The file is open from the first step on. It is
 * watched only while a step waits, so that an unreferenced iterator can be collected.
 */
export class FollowedLines implements AsyncIterableIterator<string | string[]> {
  readonly #pathNow: () => string | Uint8Array;
  readonly #o: FollowSettings;
  readonly #window: TextWindow;
  readonly #sequence = new Sequence();
  readonly #stop = new AbortController();
  #file: RawFile | undefined;
  #identity: string | undefined;
  /** Whether the system reports everything that can happen to the file. */
  #isReported = false;
  /** The size of the file when it was opened. What is appended from then on is new, however long other questions take. */
  #sizeAtOpen = 0;
  /** The offset up to which the file has been read. */
  #at = 0;
  /** The last line of a file that has been replaced, without a line ending. */
  #lastOfOld: string | undefined;

  constructor(path: Path, o: FollowSettings) {
    this.#pathNow = pathAtCall(toPathBytes(path, 'path'));
    this.#o = o;
    this.#window = new TextWindow(findCodec(o.text.encoding)!, o.text.errors, o.text.newline);
  }

  next(): Promise<IteratorResult<string | string[], undefined>> {
    return this.#sequence.run(() => this.#next());
  }

  async #next(): Promise<IteratorResult<string | string[], undefined>> {
    const { batch } = this.#o;
    try {
      const lines: string[] = [];
      while (!this.#ended) {
        throwIfAborted(this.#o.call?.signal);
        if (this.#file === undefined) await this.#begin();
        this.#takeLines(lines, batch ?? 1);
        if (lines.length > 0) return { value: batch === undefined ? lines[0]! : lines, done: false };
        if (!(await this.#look())) await this.#wait();
      }
    } catch (error) {
      const ended = this.#ended;
      await this.#end();
      // An interruption by `return` is not a failure.
      if (!ended) throw error;
    }
    return { value: undefined, done: true };
  }

  get #ended(): boolean {
    return this.#stop.signal.aborted;
  }

  async return(): Promise<IteratorResult<string | string[], undefined>> {
    await this.#end();
    return { value: undefined, done: true };
  }

  async #end(): Promise<void> {
    this.#stop.abort();
    await this.#file?.close();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #takeLines(lines: string[], most: number): void {
    const { keepEnds } = this.#o;
    const window = this.#window;
    if (this.#lastOfOld !== undefined) {
      lines.push(this.#lastOfOld);
      this.#lastOfOld = undefined;
    }
    while (lines.length < most) {
      window.takeLines(lines, most, keepEnds);
      if (lines.length === most) return;
      // A line that is in several pieces.
      const place = window.findLine(window.search(-1));
      if (place === null) return;
      const line = window.take(place);
      lines.push(keepEnds ? line : window.finder.chomp(line));
    }
  }

  async #begin(): Promise<void> {
    const file = await this.#open();
    const { last, text } = this.#o;
    if (last === undefined) return;
    const readAt = (size: number, position: number): Promise<Buffer> =>
      file._io.file.pread(size, position, this.#call, true);
    const { start, order } = await startOfLastLines(readAt, this.#sizeAtOpen, last, text);
    if (start > 0) this.#window.reset(order);
    this.#at = start;
  }

  /** The call of one operation: its timeout starts now. */
  get #call(): Call | undefined {
    return this.#o.call?.renewed();
  }

  async #open(): Promise<RawFile> {
    const file = (await openToRead(this.#pathNow(), undefined, this.#call)) as RawFile;
    try {
      const stats = await file._io.file.statBigInt(this.#call);
      if (!(await file.seekable())) throw new UnsupportedOperationError('only regular files can be followed');
      this.#isReported = await isReported(this.#pathNow(), () => file.fileno());
      if (this.#ended) throw new ClosedFileError();
      this.#identity = identityOf(stats);
      this.#sizeAtOpen = Number(stats.size);
      this.#at = 0;
      return (this.#file = file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Reads on. False means that there is nothing new. */
  async #look(): Promise<boolean> {
    const file = this.#file!;
    if (await this.#read(file)) return true;
    const { size } = await file.stat(this.#call);
    if (size < this.#at) {
      // The file was truncated: reading restarts at the beginning, and drops an incomplete line.
      this.#window.reset('start');
      this.#at = 0;
      return true;
    }
    const found = await this.#found();
    if (found === undefined) return false;
    // A handle of an overlay keeps showing the file as it was before its first change, which shows in its size.
    if (identityOf(found) === this.#identity && Number(found.size) === size) return false;
    // First reads the rest of the old file, which may have grown until it was replaced.
    if (await this.#read(file)) return true;
    return this.#goOver(file);
  }

  async #read(file: RawFile): Promise<boolean> {
    const bytes = await file.pread(CHUNK, this.#at, this.#call);
    if (bytes.length === 0) return false;
    this.#at += bytes.length;
    this.#window.push(bytes, false);
    return true;
  }

  /** What the path leads to. While it leads to nothing, the old file is followed. */
  async #found(): Promise<BigIntStats | undefined> {
    try {
      const path = this.#pathNow();
      return (await storeToRead(path).stat(path, FOLLOW_BIGINT, this.#call)) as BigIntStats;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  async #goOver(old: RawFile): Promise<boolean> {
    const [at, identity] = [this.#at, this.#identity];
    let file: RawFile;
    try {
      file = await this.#open();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
    await old.close();
    if (this.#identity === identity) {
      this.#at = at;
      return this.#read(file);
    }
    const window = this.#window;
    window.push(nothing, true);
    const rest = window.take(window.end);
    window.reset('start');
    if (rest !== '') this.#lastOfOld = this.#o.keepEnds ? rest : window.finder.chomp(rest);
    return true;
  }

  async #wait(): Promise<void> {
    const changes = new FileChanges(this.#pathNow(), this.#isReported ? this.#file!.fileno() : undefined);
    try {
      // Checks once more for changes before the watch began.
      if (await this.#look()) return;
      const signal = this.#o.call?.signal;
      await changes.next(signal === undefined ? [this.#stop.signal] : [this.#stop.signal, signal]);
    } finally {
      changes.close();
    }
  }
}
