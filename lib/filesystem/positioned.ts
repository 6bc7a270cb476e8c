// Makes an open file with a position from a positional file of a file system.
import type { BigIntStats, Stats } from 'node:fs';

import { addBytesWritten, invalidArgType, invalidView } from '../errors/index.js';
import { rejectWhereAwaited } from '../errors/where-awaited.js';
import { throwIfEnded } from '../schedule/watch-call.js';
import { NO_CALL } from '../schedule/call.js';
import type { GivenOptions, OpOptions } from '../schedule/options.js';
import { completeError, fileSystemError, lacking, orEnd } from './errors.js';
import type { CallOptions, Capabilities, FileSystemFile, LockRange } from './filesystem.js';
import { CURRENT, type FileKind, type FileRange, type OpenFile } from './open-file.js';
import { completeStats } from './stats.js';

const PIECE = 1024 * 1024;

/** How the file was opened, and by what. */
interface PositionedOptions {
  /** Named in errors. */
  readonly fileSystem: string;
  /** The same for all files of the file system; undefined where they cannot be locked. */
  readonly lockSpace?: object | undefined;
  readonly appending: boolean;
  /** Where the position begins. */
  readonly position: number;
  /** Without `randomWrite`: every write begins where the last one ended. */
  readonly inOrder?: boolean;
  /** False without the capability `truncate`. */
  readonly truncates?: boolean;
  /** False without the capability `sync`. */
  readonly syncs?: boolean;
}

export class PositionedFile implements OpenFile {
  readonly fd = -1;
  readonly kind: FileKind = 'regular';
  readonly owned = true;
  readonly seekable = true;
  readonly openedAt: number;
  /** Only of a file whose content shows when it is closed. */
  readonly abort?: (reason?: unknown) => Promise<void>;
  /** Only where the file system has it. */
  readonly preadMany?: (ranges: readonly FileRange[], o?: OpOptions) => Promise<Buffer[]>;
  readonly #file: FileSystemFile;
  readonly fileSystem: string;
  readonly lockSpace: object | undefined;
  readonly #appending: boolean;
  readonly #truncates: boolean;
  readonly #syncs: boolean;
  #position: number;
  /** Where the next write has to begin; undefined where it may begin anywhere. */
  #writtenTo: number | undefined;

  constructor(file: FileSystemFile, options: PositionedOptions) {
    this.#file = file;
    this.fileSystem = options.fileSystem;
    this.lockSpace = file.tryLock === undefined || file.unlock === undefined ? undefined : options.lockSpace;
    this.#appending = options.appending;
    this.#truncates = options.truncates !== false;
    this.#syncs = options.syncs !== false;
    if (options.inOrder === true) this.#writtenTo = 0;
    this.openedAt = this.#position = options.position;
    if (file.abort !== undefined)
      this.abort = (reason) => this.#guarded('close', undefined, () => file.abort!(reason));
    if (file.preadMany !== undefined)
      this.preadMany = async (ranges, o) =>
        (await this.#guarded('read', o, () => file.preadMany!(ranges, o ?? NO_CALL))).map(asBuffer);
  }

  // --- stateful: the layer above makes these one at a time ------------------------------------------------------------

  async read(size: number, at: number, fully: boolean, o?: OpOptions): Promise<Buffer> {
    if (at !== CURRENT) this.#position = at;
    const bytes = await this.pread(size, this.#position, o, fully);
    this.#position += bytes.length;
    return bytes;
  }

  async readinto(view: Uint8Array, at: number, o?: OpOptions): Promise<number> {
    if (at !== CURRENT) this.#position = at;
    const count = await this.preadinto(view, this.#position, o, false);
    this.#position += count;
    return count;
  }

  async readToEnd(at: number, o?: OpOptions): Promise<Buffer> {
    if (at !== CURRENT) this.#position = at;
    const parts: Buffer[] = [];
    let position = this.#position;
    let next = Math.max(PIECE, (sizeHint(this.#file) ?? 0) - position + 1);
    for (;;) {
      const part = await this.pread(next, position, o, false);
      if (part.length === 0) break;
      parts.push(part);
      position += part.length;
      next = PIECE;
    }
    this.#position = position;
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  async write(data: Uint8Array, at: number, transferred: boolean, o?: OpOptions): Promise<number> {
    if (this.#appending) return this.writeToEnd(data, transferred, o).then(() => data.byteLength);
    if (at !== CURRENT) this.#position = at;
    try {
      const written = await this.pwrite(data, this.#position, o, transferred);
      this.#position += written;
      return written;
    } catch (error) {
      this.#position += (error as { bytesWritten?: number }).bytesWritten ?? 0;
      throw error;
    }
  }

  async writeToEnd(data: Uint8Array, transferred: boolean, o?: OpOptions): Promise<number> {
    // As on Linux: nothing written, nothing moved.
    if (data.byteLength === 0) return this.#position;
    throwIfEnded(o);
    const file = this.#file;
    if (file.append === undefined) throw this.#unsupported('append', 'append to files');
    const kept = transferred ? data : Uint8Array.prototype.slice.call(data);
    try {
      requireAll(await file.append(kept, o ?? NO_CALL), kept);
    } catch (error) {
      const failure = completeError(orEnd(error, o), 'write');
      const { bytesWritten = 0 } = failure as { bytesWritten?: number };
      if (bytesWritten > 0) this.#position = await this.#size(undefined).catch(() => this.#position);
      throw failure;
    }
    try {
      this.#position = await this.#size(o);
    } catch (error) {
      addBytesWritten(error, kept.byteLength); // else they would be written again
      throw error;
    }
    return this.#position;
  }

  async seek(offset: number | bigint, whence: number, o?: OpOptions): Promise<number> {
    throwIfEnded(o);
    const base = whence === 0 ? 0 : whence === 1 ? this.#position : await this.#size(o);
    const target = Number(offset) + base;
    if (target < 0) return rejectWhereAwaited(fileSystemError('EINVAL', 'lseek'));
    return (this.#position = target);
  }

  async #size(o: GivenOptions): Promise<number> {
    try {
      return Number((await this.#file.stat(o ?? NO_CALL)).size);
    } catch (error) {
      throw orEnd(error, o);
    }
  }

  // --- positional -----------------------------------------------------------------------------------------------------

  async pread(size: number, position: number | bigint, o?: OpOptions, fully = true): Promise<Buffer> {
    throwIfEnded(o);
    const call: CallOptions = o ?? NO_CALL;
    try {
      const first = asBuffer(await this.#file.pread(size, position, call));
      if (first.length > size) return first.subarray(0, size);
      if (!fully || first.length === 0 || first.length === size) return first;
      const parts = [first];
      let total = first.length;
      while (total < size) {
        throwIfEnded(o);
        const part = asBuffer(await this.#file.pread(size - total, add(position, total), call));
        if (part.length === 0) break;
        parts.push(part);
        total += part.length;
      }
      return parts.length === 1 ? first : Buffer.concat(parts);
    } catch (error) {
      throw completeError(orEnd(error, o), 'read');
    }
  }

  // The file system fills memory of the library, because the caller's may be detached meanwhile.
  async preadinto(view: Uint8Array, position: number | bigint, o?: OpOptions, fully = true): Promise<number> {
    const { byteLength } = view;
    const bytes = await this.pread(byteLength, position, o, fully);
    if (view.byteLength !== byteLength) throw invalidView(byteLength, view.byteLength);
    view.set(bytes);
    return bytes.length;
  }

  async preadOver(
    memory: Uint8Array,
    position: number | bigint,
    o?: OpOptions,
    fully = true,
  ): Promise<number> {
    const file = this.#file;
    if (file.preadinto === undefined) return this.preadinto(memory, position, o, fully);
    let total = 0;
    try {
      do {
        throwIfEnded(o);
        const count = await file.preadinto(memory.subarray(total), add(position, total), o ?? NO_CALL);
        if (count === 0) break;
        total += count;
      } while (fully && total < memory.byteLength);
      return total;
    } catch (error) {
      throw completeError(orEnd(error, o), 'read');
    }
  }

  async pwrite(
    data: Uint8Array,
    position: number | bigint,
    o?: OpOptions,
    transferred = false,
  ): Promise<number> {
    throwIfEnded(o);
    const file = this.#file;
    const kept = transferred ? data : Uint8Array.prototype.slice.call(data);
    // Linux appends whatever the position, and leaves the file's own where it was.
    if (this.#appending) {
      if (file.append === undefined) return this.writeToEnd(kept, true, o).then(() => kept.byteLength);
      try {
        return requireAll(await file.append(kept, o ?? NO_CALL), kept);
      } catch (error) {
        throw completeError(orEnd(error, o), 'write');
      }
    }
    const at = Number(position);
    const inOrder = this.#writtenTo !== undefined;
    if (file.pwrite === undefined || (inOrder && at !== this.#writtenTo))
      throw this.#unsupported('randomWrite', 'write at any position');
    if (inOrder) this.#writtenTo = at + kept.byteLength;
    try {
      return requireAll(await file.pwrite(kept, position, o ?? NO_CALL), kept);
    } catch (error) {
      if (inOrder) this.#writtenTo = at + ((error as { bytesWritten?: number }).bytesWritten ?? 0);
      throw completeError(orEnd(error, o), 'write');
    }
  }

  // --- the file -------------------------------------------------------------------------------------------------------

  async truncate(size: number | bigint, o?: OpOptions): Promise<void> {
    if (this.#file.truncate === undefined || !this.#truncates)
      throw this.#unsupported('truncate', 'cut or extend files');
    await this.#guarded('ftruncate', o, () => this.#file.truncate!(size, o ?? NO_CALL));
    if (this.#writtenTo !== undefined) this.#writtenTo = Number(size);
  }

  async sync(o?: OpOptions): Promise<void> {
    if (this.#file.sync === undefined || !this.#syncs) throw this.#unsupported('sync', 'sync files');
    await this.#guarded('fsync', o, () => this.#file.sync!(o ?? NO_CALL));
  }

  datasync(o?: OpOptions): Promise<void> {
    return this.sync(o);
  }

  async stat(o?: OpOptions): Promise<Stats> {
    return (await this.#stats(false, o)) as Stats;
  }

  async statBigInt(o?: OpOptions): Promise<BigIntStats> {
    return (await this.#stats(true, o)) as BigIntStats;
  }

  async #stats(bigint: boolean, o: GivenOptions): Promise<Stats | BigIntStats> {
    const stats = await this.#guarded('fstat', o, () => this.#file.stat(o ?? NO_CALL));
    return completeStats(stats, bigint);
  }

  tryLock(range: LockRange, shared: boolean, o?: OpOptions): Promise<boolean> {
    return this.#guarded('fcntl', o, () => this.#file.tryLock!(range, shared, o ?? NO_CALL));
  }

  unlock(range: LockRange): Promise<void> {
    return this.#guarded('fcntl', undefined, () => this.#file.unlock!(range));
  }

  isatty(): Promise<boolean> {
    return Promise.resolve(false);
  }

  async close(): Promise<void> {
    await this.#guarded('close', undefined, () => this.#file.close());
  }

  async #guarded<T>(syscall: string, o: GivenOptions, ask: () => Promise<T>): Promise<T> {
    throwIfEnded(o);
    try {
      return await ask();
    } catch (error) {
      throw completeError(orEnd(error, o), syscall);
    }
  }

  #unsupported(capability: keyof Capabilities, what: string): Error {
    return lacking(this.fileSystem, capability, what);
  }

  // --- at the end of the process --------------------------------------------------------------------------------------

  settleNow(): number {
    return 0;
  }

  writeNow(data: Uint8Array, at: number): void {
    const file = this.#file;
    if (file.writeNow === undefined)
      throw new Error(`the file system '${this.fileSystem}' cannot write at process exit`);
    file.writeNow(data, this.#appending ? undefined : at === CURRENT ? this.#position : at);
  }
}

const add = (position: number | bigint, count: number): number | bigint =>
  typeof position === 'bigint' ? position + BigInt(count) : position + count;

/** The same bytes as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  if (!ArrayBuffer.isView(bytes))
    throw invalidArgType('result of the file system', 'an instance of Uint8Array', bytes);
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The size that a file tells, unless it is none, such as the NaN of a missing header. */
export function sizeHint({ size }: FileSystemFile): number | undefined {
  const known = Number((size as unknown) ?? NaN);
  return known >= 0 ? known : undefined;
}

// A short write is an error.
function requireAll(written: unknown, data: Uint8Array): number {
  if (written === undefined || written === data.byteLength) return data.byteLength;
  throw Object.assign(fileSystemError('EIO', 'write'), { bytesWritten: Number(written) });
}
