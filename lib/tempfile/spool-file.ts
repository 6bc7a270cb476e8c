// The file below a spooled handle: bytes in memory, which move to a real file when there are too many.
//
// The layers above notice nothing: position and content move along, and calls that arrive meanwhile wait. While the content
// is in memory, there are no system calls.
import type { BigIntStats, Stats } from 'node:fs';

import { checkUnchanged } from '../arguments/bytes.js';
import { systemError, systemErrorNumber } from '../errors/index.js';
import { FileContent, Space } from '../filesystem/memory/content.js';
import { makeBigIntStats, makeStats } from '../filesystem/node-stats.js';
import { CURRENT, type FileKind, type OpenFile } from '../filesystem/open-file.js';
import type { OpOptions } from '../schedule/options.js';
import { throwIfEnded } from '../schedule/watch-call.js';

/** Without a `maxSize`, content that exceeds this size also moves to disk, for example after a seek to a large offset. */
const LARGEST_IN_MEMORY = 2 ** 30;
const REGULAR_0600 = 0o100600;
/** Bytes that are moved to the real file at a time. */
const PIECE = 1024 * 1024;
/** In append mode, Linux (pwrite(2), BUGS) and Windows append the data of positional writes, too. */
const PWRITE_APPENDS = process.platform === 'linux' || process.platform === 'win32';

/** An OpenFile in memory until it holds more than `maxSize` bytes (0: LARGEST_IN_MEMORY), then the file that `open` returns. */
export class SpoolFile implements OpenFile {
  readonly kind: FileKind = 'regular';
  readonly owned = true;
  readonly seekable = true;
  readonly openedAt = 0;
  readonly maxSize: number;
  readonly #appending: boolean;
  readonly #open: () => Promise<OpenFile>;
  readonly #born = Date.now();
  #content = new FileContent(new Space(Infinity));
  #position = 0;
  #file: OpenFile | undefined;
  #rolling: Promise<OpenFile> | undefined;

  constructor(maxSize: number, appending: boolean, open: () => Promise<OpenFile>) {
    this.maxSize = maxSize;
    this.#appending = appending;
    this.#open = open;
  }

  get fd(): number {
    return this.#file === undefined ? -1 : this.#file.fd;
  }

  /** Whether the content is in a real file. */
  get rolled(): boolean {
    return this.#file !== undefined;
  }

  /** The number of bytes in memory. */
  get size(): number {
    return this.#content.size;
  }

  /** Moves the content to a real file, unless it is already there. After an error, the complete content stays in memory. */
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
      const { size } = this.#content;
      for (let at = 0; at < size; at += PIECE)
        await file.pwrite(this.#content.slice(at, PIECE), at, undefined, true);
      if (this.#position > 0) await file.seek(this.#position, 0);
    } catch (error) {
      await file.close().catch(() => undefined); // the first error is the one to report
      throw error;
    }
    this.#file = file;
    this.#forget();
    return file;
  }

  // Performs an operation on the file if there is one, else in memory, and then synchronously.
  #where(o: OpOptions | undefined): OpenFile | undefined {
    if (this.#file === undefined) throwIfEnded(o);
    return this.#file;
  }

  async #whereAfterMove(o: OpOptions | undefined): Promise<OpenFile | undefined> {
    await this.#rolling?.catch(() => undefined);
    return this.#where(o);
  }

  // The view can change during the move.
  async #afterMoveWith(view: Uint8Array, o: OpOptions | undefined): Promise<OpenFile | undefined> {
    const { byteLength } = view;
    const file = await this.#whereAfterMove(o);
    checkUnchanged(view, byteLength);
    return file;
  }

  #fits(end: number): boolean {
    return end <= (this.maxSize === 0 ? LARGEST_IN_MEMORY : Math.min(this.maxSize, LARGEST_IN_MEMORY));
  }

  #forget(): void {
    this.#content = new FileContent(new Space(Infinity));
  }

  #moveTo(at: number): void {
    if (at !== CURRENT) this.#position = at;
  }

  // --- stateful -----------------------------------------------------------------------------------------------------

  async read(size: number, at: number, fully: boolean, o?: OpOptions): Promise<Buffer> {
    const file = this.#rolling ? await this.#whereAfterMove(o) : this.#where(o);
    if (file !== undefined) return file.read(size, at, fully, o);
    this.#moveTo(at);
    const bytes = this.#content.slice(this.#position, size);
    this.#position += bytes.length;
    return bytes;
  }

  async readinto(view: Uint8Array, at: number, o?: OpOptions): Promise<number> {
    const file = this.#rolling ? await this.#afterMoveWith(view, o) : this.#where(o);
    if (file !== undefined) return file.readinto(view, at, o);
    this.#moveTo(at);
    const count = this.#content.read(view, this.#position);
    this.#position += count;
    return count;
  }

  async readToEnd(at: number, o?: OpOptions): Promise<Buffer> {
    const file = this.#rolling ? await this.#whereAfterMove(o) : this.#where(o);
    return file?.readToEnd(at, o) ?? this.read(Infinity, at, true, o);
  }

  async write(data: Uint8Array, at: number, transferred: boolean, o?: OpOptions): Promise<number> {
    const kept = this.#kept(data, transferred, at === CURRENT ? this.#position : at);
    let file = this.#rolling ? await this.#whereAfterMove(o) : this.#where(o);
    const position = at === CURRENT ? this.#position : at;
    if (file === undefined && !this.#fits(position + kept.byteLength)) file = await this.#toFile();
    if (file !== undefined) return file.write(kept, at, transferred, o);
    this.#content.write(kept, position);
    this.#position = position + kept.byteLength;
    return kept.byteLength;
  }

  async writeToEnd(data: Uint8Array, transferred: boolean, o?: OpOptions): Promise<number> {
    const kept = this.#kept(data, transferred, this.size);
    let file = this.#rolling ? await this.#whereAfterMove(o) : this.#where(o);
    if (file === undefined && !this.#fits(this.size + kept.byteLength)) file = await this.#toFile();
    if (file !== undefined) return file.writeToEnd(kept, transferred, o);
    this.#content.write(kept, this.size);
    return (this.#position = this.size);
  }

  // The bytes are those at the time of the call. If they have to wait for the file, they are copied.
  #kept(data: Uint8Array, transferred: boolean, position: number): Uint8Array {
    const now =
      this.#file !== undefined || (this.#rolling === undefined && this.#fits(position + data.byteLength));
    return transferred || now ? data : Uint8Array.prototype.slice.call(data);
  }

  async seek(offset: number | bigint, whence: number, o?: OpOptions): Promise<number> {
    const file = this.#rolling ? await this.#whereAfterMove(o) : this.#where(o);
    if (file !== undefined) return file.seek(offset, whence, o);
    const target = Number(offset) + (whence === 1 ? this.#position : whence === 2 ? this.size : 0);
    if (target < 0) throw systemError(systemErrorNumber('EINVAL'), 'lseek');
    return (this.#position = target);
  }

  // --- positional ---------------------------------------------------------------------------------------------------

  async pread(size: number, position: number | bigint, o?: OpOptions, fully = true): Promise<Buffer> {
    const file = this.#rolling ? await this.#whereAfterMove(o) : this.#where(o);
    return file?.pread(size, position, o, fully) ?? this.#content.slice(Number(position), size);
  }

  async preadinto(view: Uint8Array, position: number | bigint, o?: OpOptions, fully = true): Promise<number> {
    const file = this.#rolling ? await this.#afterMoveWith(view, o) : this.#where(o);
    return file?.preadinto(view, position, o, fully) ?? this.#content.read(view, Number(position));
  }

  async pwrite(
    data: Uint8Array,
    position: number | bigint,
    o?: OpOptions,
    transferred = false,
  ): Promise<number> {
    const kept = this.#kept(data, transferred, Number(position));
    let file = this.#rolling ? await this.#whereAfterMove(o) : this.#where(o);
    const at = this.#appending && PWRITE_APPENDS ? this.size : Number(position);
    if (file === undefined && !this.#fits(at + kept.byteLength)) file = await this.#toFile();
    if (file !== undefined) return file.pwrite(kept, position, o, transferred);
    this.#content.write(kept, at);
    return kept.byteLength;
  }

  // --- the file -----------------------------------------------------------------------------------------------------

  async truncate(size: number | bigint, o?: OpOptions): Promise<void> {
    let file = this.#rolling ? await this.#whereAfterMove(o) : this.#where(o);
    const wanted = Number(size);
    // As in Python, without a limit any truncate to a larger size needs a real file (which can be sparse).
    const needsFile = wanted > Math.max(this.maxSize, this.size) || !this.#fits(wanted);
    if (file === undefined && needsFile) file = await this.#toFile();
    if (file !== undefined) return file.truncate(size, o);
    this.#content.truncate(wanted);
  }

  async sync(o?: OpOptions): Promise<void> {
    const file = this.#rolling ? await this.#whereAfterMove(o) : this.#where(o);
    await file?.sync(o);
  }

  async datasync(o?: OpOptions): Promise<void> {
    const file = this.#rolling ? await this.#whereAfterMove(o) : this.#where(o);
    await file?.datasync(o);
  }

  async stat(o?: OpOptions): Promise<Stats> {
    const file = this.#rolling ? await this.#whereAfterMove(o) : this.#where(o);
    if (file !== undefined) return file.stat(o);
    const [seconds, ns] = [Math.floor(this.#born / 1000), (this.#born % 1000) * 1e6];
    const times = [seconds, ns, seconds, ns, seconds, ns, seconds, ns] as const;
    return makeStats(0, REGULAR_0600, 0, 0, 0, 0, 0, 0, this.size, 0, ...times);
  }

  async statBigInt(o?: OpOptions): Promise<BigIntStats> {
    const file = this.#rolling ? await this.#whereAfterMove(o) : this.#where(o);
    if (file !== undefined) return file.statBigInt(o);
    const [seconds, ns] = [BigInt(Math.floor(this.#born / 1000)), BigInt(this.#born % 1000) * 1_000_000n];
    const times = [seconds, ns, seconds, ns, seconds, ns, seconds, ns] as const;
    const mode = BigInt(REGULAR_0600);
    return makeBigIntStats(0n, mode, 0n, 0n, 0n, 0n, 0n, 0n, BigInt(this.size), 0n, ...times);
  }

  isatty(): Promise<boolean> {
    return Promise.resolve(false);
  }

  async close(): Promise<void> {
    if (this.#rolling !== undefined) await this.#rolling.catch(() => undefined);
    this.#forget();
    await this.#file?.close();
  }

  // --- at the end of the process, when content in memory is lost -------------------------------------------

  settleNow(): number {
    return this.#file?.settleNow() ?? 0;
  }

  writeNow(data: Uint8Array, at: number): void {
    this.#file?.writeNow(data, at);
  }
}
