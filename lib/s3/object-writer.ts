// An object that is being written: from the start to the end, and visible when it is closed.
import type { CallOptions, FileSystemFile, StatsLike } from '../filesystem/filesystem.js';
import type { Conditions, Requirement } from './conditions.js';
import { failed, translated, unsupported } from './failures.js';
import type { NewObject, ObjectStore, StoreCall } from './object-store.js';
import { putObject } from './put-object.js';
import { fileStats } from './stats.js';
import { timed } from './timed.js';
import { Upload } from './upload.js';

/** The initial size of a file's memory, which doubles up to the size of a part. */
const FIRST_MEMORY = 64 << 10;

/** The settings that the writers of one bucket share. */
export interface Target {
  readonly store: ObjectStore;
  readonly conditions: Conditions;
  /** The size of each part except the last. A smaller object takes one PUT. */
  readonly partSize: number;
  /** The maximum number of parts of one object that are uploaded at a time. */
  readonly parts: number;
}

/** An object that is being written. Its memory is one part that is being filled, and the parts that are being uploaded. */
export class ObjectWriter implements FileSystemFile {
  readonly #target: Target;
  readonly #key: string;
  readonly #required: Requirement | undefined;
  readonly #about: NewObject;
  readonly #free: Buffer[] = [];
  #memory: Buffer = Buffer.allocUnsafeSlow(0);
  #filled = 0;
  #written = 0;
  #upload: Upload | undefined;
  /** It goes on if the write that waits for it ends by its signal or timeout. */
  #beginning: Promise<Upload> | undefined;
  /** Writes run one after another, in call order. */
  #last: Promise<unknown> = Promise.resolve();
  #failure: { error: unknown } | undefined;

  constructor(target: Target, key: string, required: Requirement | undefined, about: NewObject = {}) {
    this.#target = target;
    this.#key = key;
    this.#required = required;
    this.#about = about;
  }

  async pwrite(data: Uint8Array, position: number | bigint, call: CallOptions): Promise<number> {
    const write = this.#last.then(() => this.#append(data, position, call));
    this.#last = write.catch(() => undefined);
    return write;
  }

  async pread(): Promise<Uint8Array> {
    throw unsupported('reading', 'the object is being written');
  }

  async stat(_call: CallOptions): Promise<StatsLike> {
    return fileStats({ size: this.#written, etag: '', modified: Date.now() });
  }

  async close(): Promise<void> {
    await this.#last;
    try {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#beginning === undefined) await this.#put();
      else await this.#complete(await this.#beginning);
    } catch (error) {
      await this.abort();
      throw translated(error, 'close');
    }
    this.#forget();
  }

  async abort(): Promise<void> {
    this.#failure ??= { error: failed('ECANCELED', 'write') };
    // Ends a write that waits for a part.
    await this.#upload?.abort();
    await this.#last;
    await this.#beginning?.catch(() => undefined);
    await this.#upload?.abort();
    this.#forget();
  }

  // The program may keep the closed file.
  #forget(): void {
    this.#memory = Buffer.allocUnsafeSlow(0);
    this.#free.length = 0;
  }

  async #append(data: Uint8Array, position: number | bigint, call: CallOptions): Promise<number> {
    if (BigInt(position) !== BigInt(this.#written))
      throw unsupported(
        'randomWrite',
        `objects are written in order, and the next position is ${this.#written}`,
      );
    let taken = 0;
    try {
      while (true) {
        if (this.#failure !== undefined) throw this.#failure.error;
        const piece = this.#take(data.subarray(taken));
        taken += piece;
        this.#written += piece;
        if (taken === data.length) return taken;
        await timed(call, async () => (await this.#begun()).ready());
        await this.#ship();
      }
    } catch (error) {
      throw Object.assign(translated(error, 'write'), { bytesWritten: taken });
    }
  }

  // Copies as much as fits. The memory grows up to the size of a part.
  #take(data: Uint8Array): number {
    const { partSize } = this.#target;
    const needed = Math.min(partSize, this.#filled + data.length);
    if (needed > this.#memory.length) {
      const least = this.#upload === undefined ? FIRST_MEMORY : partSize;
      const size = Math.min(partSize, Math.max(needed, least, this.#memory.length * 2));
      const larger = (size === partSize ? this.#free.pop() : undefined) ?? Buffer.allocUnsafeSlow(size);
      larger.set(this.#memory.subarray(0, this.#filled));
      this.#memory = larger;
    }
    const taken = Math.min(data.length, partSize - this.#filled);
    this.#memory.set(data.subarray(0, taken), this.#filled);
    this.#filled += taken;
    return taken;
  }

  /** Uploads the part that is full. */
  async #ship(): Promise<void> {
    const upload = await this.#begun();
    const memory = this.#memory;
    await upload.add(memory.subarray(0, this.#filled), () => this.#free.push(memory));
    this.#memory = Buffer.allocUnsafeSlow(0);
    this.#filled = 0;
  }

  async #begun(): Promise<Upload> {
    return (this.#beginning ??= this.#begin());
  }

  async #begin(): Promise<Upload> {
    const { store, conditions, parts } = this.#target;
    try {
      if (this.#required !== undefined && !(await conditions.onUploads(this.#required)))
        throw unsupported(
          'conditional',
          `the bucket ignores conditions on multipart uploads, and the object is larger than one part ` +
            `of ${this.#target.partSize} bytes. Use writeFile or writeAtomic, or a larger partSize`,
        );
      const upload = await Upload.begin(store, this.#key, parts, this.#about);
      // The file may have been closed or aborted meanwhile.
      if (this.#failure !== undefined) await upload.abort();
      return (this.#upload = upload);
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  async #put(): Promise<void> {
    const data = this.#memory.subarray(0, this.#filled);
    await putObject(this.#target, this.#key, data, this.#required, this.#about);
  }

  async #complete(upload: Upload): Promise<void> {
    if (this.#filled > 0) await this.#ship();
    await finish(upload, this.#target, this.#required);
  }
}

/** Stores all of `data`: in one PUT if it is small, or if the bucket honours conditions only for PUTs. */
export async function writeWhole(
  target: Target,
  key: string,
  data: Uint8Array,
  required: Requirement | undefined,
  call: StoreCall,
): Promise<void> {
  const { store, partSize, parts } = target;
  const inParts =
    data.length > partSize && (required === undefined || (await target.conditions.onUploads(required)));
  if (!inParts) return putObject(target, key, data, required, call);
  const upload = await Upload.begin(store, key, parts);
  await upload.during(call.signal, async () => {
    for (let at = 0; at < data.length; at += partSize) await upload.add(data.subarray(at, at + partSize));
    await upload.arrived();
  });
  return finish(upload, target, required);
}

async function finish(upload: Upload, target: Target, required: Requirement | undefined): Promise<void> {
  try {
    const condition = required === undefined ? {} : await target.conditions.forPut(required);
    await upload.complete(condition, required);
  } catch (error) {
    await upload.abort();
    throw error;
  }
}
