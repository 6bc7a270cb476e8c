// Open files whose operations are announced before they are performed.
import type { CallOptions, FileSystemFile, LockRange } from '../filesystem/filesystem.js';
import type { OpenFile } from '../filesystem/open-file.js';
import { asBuffer } from '../filesystem/positioned.js';
import type { Between, Operation, OperationName, Proceed } from './operation.js';

type AnyMethod = (...args: unknown[]) => Promise<unknown>;

// Methods that are several operations in one, read into memory that the library must not see partly filled, or answer at once. The
// library does the same by the methods below.
const HIDDEN = new Set<PropertyKey>([
  'finish',
  'preadOver',
  'preadMany',
  'statInline',
  'preadInline',
  'closeInline',
]);

/** Returns `file` with `between` in front of it. */
export function observeFile<T extends FileSystemFile | OpenFile>(file: T, path: string, between: Between): T {
  const observed = new ObservedFile(file as unknown as Methods, path, between) as unknown as Record<
    PropertyKey,
    unknown
  >;
  // A replacement of a method that is set later, such as a close that also removes the file, takes precedence over the
  // observed method.
  const replaced = new Map<PropertyKey, unknown>();
  return new Proxy(file, {
    get(target, property) {
      if (HIDDEN.has(property)) return undefined;
      if (replaced.has(property)) return replaced.get(property);
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const own = observed[property];
      return typeof own === 'function'
        ? (own as AnyMethod).bind(observed)
        : (value as AnyMethod).bind(target);
    },
    set(_target, property, value) {
      replaced.set(property, value);
      return true;
    },
  });
}

type Methods = Record<keyof ObservedFile, (...args: unknown[]) => Promise<never>>;

const CURRENT = -1;
type Place = number | bigint | undefined;

/** The methods of open files: those of FileSystemFile, and those of real files. */
class ObservedFile {
  readonly #file: Methods;
  readonly #path: string;
  readonly #between: Between;

  constructor(file: Methods, path: string, between: Between) {
    this.#file = file;
    this.#path = path;
    this.#between = between;
  }

  // Objects of real files, whose calls complete short reads and writes.
  get #isReal(): boolean {
    return typeof this.#file.readToEnd === 'function';
  }

  #observe<T>(
    op: OperationName,
    more: Partial<Operation>,
    proceed: Proceed<T>,
    call: unknown,
    syscall: string = op,
  ): Promise<T> {
    const operation = { op, path: this.#path, ...more };
    return this.#between(operation, proceed, call as CallOptions | undefined, { syscall });
  }

  // A short read continues if the calls of real files would continue. Other reads may be short.
  async #read(
    size: number,
    position: Place,
    fully: boolean,
    read: (size: number, position: Place, done: number) => Promise<number>,
    call: unknown,
  ): Promise<number> {
    let done = 0;
    for (;;) {
      const rest = size - done;
      const from = position === undefined || position === CURRENT ? CURRENT : Number(position) + done;
      let asked = rest;
      const count = await this.#observe(
        'read',
        { size: rest, ...at(from) },
        (limit = rest) => {
          asked = Math.min(rest, limit);
          return read(asked, done === 0 ? position : from, done);
        },
        call,
      );
      done += count;
      if (!fully || count < asked || done >= size) return done;
    }
  }

  async #readParts(
    size: number,
    position: Place,
    fully: boolean,
    read: (size: number, position: Place) => Promise<Uint8Array>,
    call: unknown,
  ): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    await this.#read(
      size,
      position,
      fully,
      async (most, from) => {
        const part = await read(most, from);
        parts.push(part);
        return part.length;
      },
      call,
    );
    return parts.length === 1 ? asBuffer(parts[0]!) : Buffer.concat(parts);
  }

  pread(size: number, position: number | bigint, call: unknown, fully = this.#isReal): Promise<Buffer> {
    return this.#readParts(
      size,
      position,
      fully,
      (most, from) => this.#file.pread(most, from, call, fully),
      call,
    );
  }

  preadinto(
    view: Uint8Array,
    position: number | bigint,
    call: unknown,
    fully = this.#isReal,
  ): Promise<number> {
    return this.#read(
      view.byteLength,
      position,
      fully,
      (most, from, done) => this.#file.preadinto(firstOf(view, most, done), from, call, fully),
      call,
    );
  }

  read(size: number, position: number, fully: boolean, call: unknown): Promise<Buffer> {
    return this.#readParts(
      size,
      position,
      fully,
      (most, from) => this.#file.read(most, from ?? CURRENT, fully, call),
      call,
    );
  }

  readinto(view: Uint8Array, position: number, call: unknown): Promise<number> {
    return this.#read(
      view.byteLength,
      position,
      false,
      (most, from) => this.#file.readinto(firstOf(view, most), from, call),
      call,
    );
  }

  readToEnd(position: number, call: unknown): Promise<Buffer> {
    return this.#observe('read', at(position), () => this.#file.readToEnd(position, call), call);
  }

  // A short write continues where it stopped, as in the library. The caller may change its memory meanwhile.
  async #write(
    given: Uint8Array,
    position: Place,
    write: (data: Uint8Array, position: Place) => Promise<number>,
    call: unknown,
    transferred: unknown = false,
  ): Promise<number> {
    const data = transferred === true ? given : Uint8Array.prototype.slice.call(given);
    let done = 0;
    do {
      const rest = firstOf(data, data.byteLength, done);
      const from = position === undefined || position === CURRENT ? position : Number(position) + done;
      try {
        done += await this.#observe(
          'write',
          { size: rest.byteLength, ...at(from) },
          async (limit = rest.byteLength) => {
            const part = firstOf(rest, limit);
            await write(part, done > 0 && position === CURRENT ? CURRENT : from);
            return part.byteLength;
          },
          call,
        );
      } catch (error) {
        const failed = error as { bytesWritten?: number };
        if (done > 0 || failed.bytesWritten !== undefined)
          failed.bytesWritten = done + (failed.bytesWritten ?? 0);
        throw error;
      }
    } while (done < data.byteLength);
    return done;
  }

  async pwrite(
    data: Uint8Array,
    position: number | bigint,
    call: unknown,
    ...rest: unknown[]
  ): Promise<number> {
    return this.#write(data, position, (part, from) => this.#file.pwrite(part, from, call, ...rest), call);
  }

  append(data: Uint8Array, call: unknown): Promise<number> {
    return this.#write(data, undefined, (part) => this.#file.append(part, call), call);
  }

  write(data: Uint8Array, position: number, transferred: boolean, call: unknown): Promise<number> {
    return this.#write(
      data,
      position,
      (part, from) => this.#file.write(part, from, transferred, call),
      call,
      transferred,
    );
  }

  async writeToEnd(data: Uint8Array, transferred: boolean, call: unknown): Promise<number> {
    let end = 0;
    await this.#write(
      data,
      undefined,
      async (part) => {
        end = await this.#file.writeToEnd(part, transferred, call);
        return part.byteLength;
      },
      call,
      transferred,
    );
    return end;
  }

  truncate(size: number | bigint, call: unknown): Promise<void> {
    const proceed = (): Promise<void> => this.#file.truncate(size, call);
    return this.#observe('truncate', { size: Number(size) }, proceed, call, 'ftruncate');
  }

  sync(call: unknown): Promise<void> {
    return this.#observe('sync', {}, () => this.#file.sync(call), call, 'fsync');
  }

  datasync(call: unknown): Promise<void> {
    return this.#observe('sync', {}, () => this.#file.datasync(call), call, 'fdatasync');
  }

  stat(call: unknown): Promise<unknown> {
    return this.#observe('stat', {}, () => this.#file.stat(call), call, 'fstat');
  }

  statBigInt(call: unknown): Promise<unknown> {
    return this.#observe('stat', {}, () => this.#file.statBigInt(call), call, 'fstat');
  }

  tryLock(range: LockRange, shared: boolean, call: unknown): Promise<boolean> {
    const proceed = (): Promise<boolean> => this.#file.tryLock(range, shared, call);
    return this.#observe('lock', placeOf(range), proceed, call, 'fcntl');
  }

  unlock(range: LockRange): Promise<void> {
    return this.#observe('unlock', placeOf(range), () => this.#file.unlock(range), undefined, 'fcntl');
  }

  // A limit of 0 means a close that fails. The content that it would have made visible then stays hidden.
  close(): Promise<void> {
    const proceed: Proceed<void> = (limit) =>
      limit === 0 && typeof this.#file.abort === 'function'
        ? this.#file.abort(new Error('closing fails'))
        : this.#file.close();
    return this.#observe('close', {}, proceed, undefined);
  }

  abort(reason: unknown): Promise<void> {
    return this.#observe('close', {}, () => this.#file.abort(reason), undefined);
  }
}

function at(position: Place): { position?: number } {
  return position === undefined || position === CURRENT ? {} : { position: Number(position) };
}

const placeOf = ({ position, size }: LockRange): { position: number; size: number } => ({
  position: Number(position),
  size: Number(size),
});

function firstOf(view: Uint8Array, most: number, from = 0): Uint8Array {
  if (from === 0 && most >= view.byteLength) return view;
  const length = Math.min(most, view.byteLength - from);
  return new Uint8Array(view.buffer, view.byteOffset + from, length);
}
