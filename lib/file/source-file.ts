// A source of bytes as an open file without a position, so that text can be read from it as from other files.
import type { BigIntStats, Stats } from 'node:fs';

import { checkUnchanged } from '../arguments/bytes.js';
import { UnsupportedOperationError } from '../errors/index.js';
import type { FileKind, OpenFile } from '../filesystem/open-file.js';
import { callOf } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import type { SourceReader } from './byte-source.js';

const NOTHING = Buffer.alloc(0);

/** Returns the bytes of a source in order. All calls that need a position, or write, reject. */
export class SourceFile implements OpenFile {
  readonly fd = -1;
  readonly kind: FileKind = 'other';
  readonly owned = true;
  readonly seekable = false;
  readonly openedAt = 0;
  readonly #source: SourceReader;
  #rest: Buffer = NOTHING;

  constructor(source: SourceReader) {
    this.#source = source;
  }

  async read(size: number, _at: number, fully: boolean, o?: OpOptions): Promise<Buffer> {
    const parts: Buffer[] = [];
    let left = size;
    try {
      while (left > 0) {
        const part = this.#rest.length > 0 ? this.#rest : await this.#next(o);
        if (part === undefined) break;
        parts.push(part.subarray(0, left));
        this.#rest = part.subarray(left);
        left -= Math.min(left, part.length);
        if (!fully) break;
      }
    } catch (error) {
      this.#rest = Buffer.concat([...parts, this.#rest]); // for the next read
      throw error;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  async #next(o: OpOptions | undefined): Promise<Buffer | undefined> {
    for (;;) {
      const chunk = await this.#source.next(callOf(o));
      if (chunk === undefined) return undefined;
      if (chunk.byteLength > 0) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
  }

  async readinto(view: Uint8Array, at: number, o?: OpOptions): Promise<number> {
    const { byteLength } = view;
    const bytes = await this.read(byteLength, at, false, o);
    if (view.byteLength !== byteLength) this.#rest = Buffer.concat([bytes, this.#rest]); // for the next read
    checkUnchanged(view, byteLength);
    view.set(bytes);
    return bytes.length;
  }

  readToEnd(at: number, o?: OpOptions): Promise<Buffer> {
    return this.read(Infinity, at, true, o);
  }

  isatty(): Promise<boolean> {
    return Promise.resolve(false);
  }

  stopWaiting(): void {
    this.#source.stopWaiting();
  }

  close(): Promise<void> {
    this.#rest = NOTHING;
    return this.#source.end();
  }

  readonly write = refuse;
  readonly writeToEnd = refuse;
  readonly seek = refuse;
  readonly pread = refuse;
  readonly preadinto = refuse;
  readonly pwrite = refuse;
  readonly truncate = refuse;
  readonly sync = refuse;
  readonly datasync = refuse;
  readonly stat: () => Promise<Stats> = refuse;
  readonly statBigInt: () => Promise<BigIntStats> = refuse;

  settleNow(): number {
    return 0;
  }

  writeNow(): void {
    // Nothing is ever written.
  }
}

function refuse(): Promise<never> {
  return Promise.reject(
    new UnsupportedOperationError('the file reads from a source of bytes, and supports no other operations'),
  );
}
