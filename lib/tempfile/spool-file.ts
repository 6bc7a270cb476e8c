// The file under a spooled handle: bytes in memory, which become a real file once there are too many of them.
//
// To the layers above nothing changes at that moment: position and content move along, calls that arrive meanwhile wait.
// In memory no system call is made.
import type { BigIntStats, Stats } from 'node:fs';

import { type OpenFile, CURRENT, type FileKind } from '../filesystem/open-file.js';
import { AbortError, systemError, systemErrorNumber } from '../errors/index.js';
import { bigIntStatsFrom, statsFrom } from '../native/stats.js';
import type { OpOptions } from '../schedule/options.js';

/** Even without a `maxSize` a file this large is better off on disk, such as after a write behind a far seek. */
const LARGEST_IN_MEMORY = 2 ** 30;
const SMALLEST_CAPACITY = 1024;
const REGULAR_0600 = 0o100600;
const STAT_FIELDS = 18;

/** A OpenFile in memory until it holds more than `maxSize` bytes (0: no limit), then the file that `open` gives. */
export class SpoolFile implements OpenFile {
  readonly kind: FileKind = 'regular';
  readonly owned = true;
  readonly seekable = true;
  readonly openedAt = 0;
  readonly maxSize: number;
  readonly #open: () => Promise<OpenFile>;
  readonly #born = Date.now();
  #bytes = Buffer.alloc(0); // zero behind #size
  #size = 0;
  #position = 0;
  #file: OpenFile | undefined;
  #rolling: Promise<OpenFile> | undefined;

  constructor(maxSize: number, open: () => Promise<OpenFile>) {
    this.maxSize = maxSize;
    this.#open = open;
  }

  get fd(): number {
    return this.#file === undefined ? -1 : this.#file.fd;
  }

  /** Whether it is a real file by now. */
  get rolled(): boolean {
    return this.#file !== undefined;
  }

  /** Bytes in memory. */
  get size(): number {
    return this.#size;
  }

  /** Makes it a real file; does nothing when it is one. On an error it stays in memory, whole. */
  async rollOver(): Promise<void> {
    if (this.#file === undefined) await this.#toFile();
  }

  #toFile(): Promise<OpenFile> {
    this.#rolling ??= this.#moveToFile().finally(() => {
      this.#rolling = undefined;
    });
    return this.#rolling;
  }

  async #moveToFile(): Promise<OpenFile> {
    const file = await this.#open();
    try {
      if (this.#size > 0) await file.pwrite(this.#bytes.subarray(0, this.#size), 0);
      if (this.#position > 0) await file.seek(this.#position, 0);
    } catch (error) {
      await file.close().catch(() => undefined); // the first error is the one to tell
      throw error;
    }
    this.#file = file;
    this.#bytes = Buffer.alloc(0);
    return file;
  }

  // Where an operation is done: by the file, after the move that is under way, or in memory and then at once.
  async #either<T>(
    o: OpOptions | undefined,
    onFile: (file: OpenFile) => Promise<T>,
    inMemory: () => T,
  ): Promise<T> {
    if (this.#file === undefined && this.#rolling !== undefined) await this.#rolling.catch(() => undefined);
    if (this.#file !== undefined) return onFile(this.#file);
    if (o?.signal?.aborted === true) throw new AbortError(o.signal.reason);
    return inMemory();
  }

  #fits(end: number): boolean {
    return end <= (this.maxSize === 0 ? LARGEST_IN_MEMORY : Math.min(this.maxSize, LARGEST_IN_MEMORY));
  }

  #take(size: number, position: number): Buffer {
    return Buffer.from(
      this.#bytes.subarray(Math.min(position, this.#size), Math.min(position + size, this.#size)),
    );
  }

  #put(data: Uint8Array, position: number): void {
    if (data.byteLength === 0) return;
    const end = position + data.byteLength;
    this.#reserve(end);
    this.#bytes.set(data, position);
    this.#size = Math.max(this.#size, end);
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const larger = Buffer.alloc(
      Math.max(size, Math.min(this.#bytes.length * 2, LARGEST_IN_MEMORY), SMALLEST_CAPACITY),
    );
    larger.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = larger;
  }

  #moveTo(at: number): void {
    if (at !== CURRENT) this.#position = at;
  }

  // --- stateful -----------------------------------------------------------------------------------------------------

  read(size: number, at: number, fully: boolean, o?: OpOptions): Promise<Buffer> {
    return this.#either(
      o,
      (file) => file.read(size, at, fully, o),
      () => {
        this.#moveTo(at);
        const bytes = this.#take(size, this.#position);
        this.#position += bytes.length;
        return bytes;
      },
    );
  }

  readinto(view: Uint8Array, at: number, o?: OpOptions): Promise<number> {
    return this.#either(
      o,
      (file) => file.readinto(view, at, o),
      () => {
        this.#moveTo(at);
        const bytes = this.#take(view.byteLength, this.#position);
        view.set(bytes);
        this.#position += bytes.length;
        return bytes.length;
      },
    );
  }

  readToEnd(at: number, o?: OpOptions): Promise<Buffer> {
    return this.#either(
      o,
      (file) => file.readToEnd(at, o),
      () => {
        this.#moveTo(at);
        const bytes = this.#take(Infinity, this.#position);
        this.#position += bytes.length;
        return bytes;
      },
    );
  }

  async write(data: Uint8Array, at: number, transferred: boolean, o?: OpOptions): Promise<number> {
    const kept = this.#kept(data, transferred, at === CURRENT ? this.#position : at);
    const written = await this.#either(
      o,
      (file) => file.write(kept, at, transferred, o),
      () => {
        const position = at === CURRENT ? this.#position : at;
        if (!this.#fits(position + kept.byteLength)) return -1;
        this.#put(kept, position);
        this.#position = position + kept.byteLength;
        return kept.byteLength;
      },
    );
    return written >= 0 ? written : (await this.#toFile()).write(kept, at, transferred, o);
  }

  async writeToEnd(data: Uint8Array, transferred: boolean, o?: OpOptions): Promise<number> {
    const kept = this.#kept(data, transferred, this.#size);
    const end = await this.#either(
      o,
      (file) => file.writeToEnd(kept, transferred, o),
      () => {
        if (!this.#fits(this.#size + kept.byteLength)) return -1;
        this.#put(kept, this.#size);
        this.#position = this.#size;
        return this.#position;
      },
    );
    return end >= 0 ? end : (await this.#toFile()).writeToEnd(kept, transferred, o);
  }

  // The bytes are those at the call: where they have to wait for the file they are copied.
  #kept(data: Uint8Array, transferred: boolean, position: number): Uint8Array {
    const now =
      this.#file !== undefined || (this.#rolling === undefined && this.#fits(position + data.byteLength));
    return transferred || now ? data : Uint8Array.prototype.slice.call(data);
  }

  seek(offset: number | bigint, whence: number, o?: OpOptions): Promise<number> {
    return this.#either(
      o,
      (file) => file.seek(offset, whence, o),
      () => {
        const target = Number(offset) + (whence === 1 ? this.#position : whence === 2 ? this.#size : 0);
        if (target < 0) throw systemError(systemErrorNumber('EINVAL'), 'lseek');
        this.#position = target;
        return target;
      },
    );
  }

  // --- positional ---------------------------------------------------------------------------------------------------

  pread(size: number, position: number | bigint, o?: OpOptions, fully = true): Promise<Buffer> {
    return this.#either(
      o,
      (file) => file.pread(size, position, o, fully),
      () => this.#take(size, Number(position)),
    );
  }

  preadinto(view: Uint8Array, position: number | bigint, o?: OpOptions, fully = true): Promise<number> {
    return this.#either(
      o,
      (file) => file.preadinto(view, position, o, fully),
      () => {
        const bytes = this.#take(view.byteLength, Number(position));
        view.set(bytes);
        return bytes.length;
      },
    );
  }

  async pwrite(
    data: Uint8Array,
    position: number | bigint,
    o?: OpOptions,
    transferred = false,
  ): Promise<number> {
    const kept = this.#kept(data, transferred, Number(position));
    const written = await this.#either(
      o,
      (file) => file.pwrite(kept, position, o, transferred),
      () => {
        if (!this.#fits(Number(position) + kept.byteLength)) return -1;
        this.#put(kept, Number(position));
        return kept.byteLength;
      },
    );
    return written >= 0 ? written : (await this.#toFile()).pwrite(kept, position, o, transferred);
  }

  // --- the file -----------------------------------------------------------------------------------------------------

  async truncate(size: number | bigint, o?: OpOptions): Promise<void> {
    const done = await this.#either(
      o,
      (file) => file.truncate(size, o).then(() => true),
      () => {
        const wanted = Number(size);
        // As Python: without a limit, any truncate that makes it longer asks for a real file (which can be sparse).
        if (wanted > Math.max(this.maxSize, this.#size) || !this.#fits(wanted)) return false;
        this.#reserve(wanted);
        this.#bytes.fill(0, wanted, Math.max(wanted, this.#size));
        this.#size = wanted;
        return true;
      },
    );
    if (!done) await (await this.#toFile()).truncate(size, o);
  }

  sync(o?: OpOptions): Promise<void> {
    return this.#either(
      o,
      (file) => file.sync(o),
      () => undefined,
    );
  }

  datasync(o?: OpOptions): Promise<void> {
    return this.#either(
      o,
      (file) => file.datasync(o),
      () => undefined,
    );
  }

  stat(o?: OpOptions): Promise<Stats> {
    return this.#either(
      o,
      (file) => file.stat(o),
      () => statsFrom(Float64Array.from(this.#statFields()), 0),
    );
  }

  statBigInt(o?: OpOptions): Promise<BigIntStats> {
    return this.#either(
      o,
      (file) => file.statBigInt(o),
      () => bigIntStatsFrom(BigInt64Array.from(this.#statFields(), BigInt), 0),
    );
  }

  // In the order of src-native/core/stat_record.h: what can be said of a file that is none yet.
  #statFields(): number[] {
    const fields = new Array<number>(STAT_FIELDS).fill(0);
    fields[1] = REGULAR_0600;
    fields[8] = this.#size;
    for (const time of [10, 12, 14, 16]) {
      fields[time] = Math.floor(this.#born / 1000);
      fields[time + 1] = (this.#born % 1000) * 1e6;
    }
    return fields;
  }

  isatty(): Promise<boolean> {
    return Promise.resolve(false);
  }

  async close(): Promise<void> {
    if (this.#rolling !== undefined) await this.#rolling.catch(() => undefined);
    this.#bytes = Buffer.alloc(0);
    this.#size = 0;
    await this.#file?.close();
  }

  // --- at the end of the process, which content in memory does not outlive -------------------------------------------

  settleNow(): number {
    return this.#file?.settleNow() ?? 0;
  }

  writeNow(data: Uint8Array, at: number): void {
    this.#file?.writeNow(data, at);
  }
}
