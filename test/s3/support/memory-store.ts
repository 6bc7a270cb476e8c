// An ObjectStore in memory, which handles conditions in the same ways as real servers.
import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';

import {
  type Condition,
  type CopySource,
  type DeleteCall,
  type DeleteFailure,
  type GetCall,
  type ListCall,
  type ListPage,
  type NewObject,
  type ObjectBody,
  type ObjectInfo,
  type ObjectStore,
  ObjectStoreError,
  type StoreCall,
  type UploadedPart,
} from 'uvfiles/s3';

/** How a server handles conditions on writes. */
export interface Honours {
  /** If-Match and If-None-Match on PUT: as AWS, with bare ETags as Ceph, refused with 501 as Swift, or ignored. */
  readonly put: 'quoted' | 'unquoted' | 'refused' | 'ignored';
  /** The same when an upload is completed. */
  readonly upload: boolean;
  /** If-Match when an object is deleted, with ETags as on PUT. */
  readonly delete: boolean;
}

export const AWS: Honours = { put: 'quoted', upload: true, delete: true };
export const CEPH: Honours = { put: 'unquoted', upload: false, delete: false };
export const SWIFT: Honours = { put: 'refused', upload: false, delete: true };
export const IGNORANT: Honours = { put: 'ignored', upload: false, delete: false };

interface Stored extends ObjectInfo {
  readonly bytes: Buffer;
}

interface Upload extends NewObject {
  readonly key: string;
  readonly parts: Map<number, Buffer>;
}

const digest = (data: Uint8Array): string => createHash('md5').update(data).digest('hex');

function fail(status: number, code: string): ObjectStoreError {
  return new ObjectStoreError(code, `${code} (${status})`, { status, requestId: 'memory' });
}

/** Compares as servers list: by the bytes of UTF-8. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export class MemoryStore implements ObjectStore {
  readonly objects = new Map<string, Stored>();
  readonly uploads = new Map<string, Upload>();
  /** Bodies arrive in pieces of this size. */
  chunk = 64 << 10;
  readonly #honours: Honours;
  #clock = Date.UTC(2026, 0, 1);
  #ids = 0;

  constructor(honours: Honours = AWS) {
    this.#honours = honours;
  }

  /** Stores an object, as another program would. */
  set(key: string, data: string | Uint8Array, about: NewObject = {}): void {
    const bytes = Buffer.from(data);
    const etag = `"${digest(bytes)}"`;
    this.objects.set(key, { ...about, bytes, size: bytes.length, etag, modified: (this.#clock += 1000) });
  }

  text(key: string): string | undefined {
    return this.objects.get(key)?.bytes.toString();
  }

  async head(key: string, call: StoreCall): Promise<ObjectInfo> {
    await this.#turn(call);
    return this.#object(key);
  }

  async get(key: string, { start, end, ifMatch, ...call }: GetCall): Promise<ObjectBody> {
    await this.#turn(call);
    const object = this.#object(key);
    if (ifMatch !== undefined && ifMatch !== object.etag) throw fail(412, 'PreconditionFailed');
    if (start !== undefined && start >= object.size) throw fail(416, 'InvalidRange');
    const bytes = object.bytes.subarray(start ?? 0, end ?? object.size);
    const { chunk } = this;
    async function* body(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += chunk) {
        await turn();
        if (call.signal?.aborted === true) throw call.signal.reason;
        yield bytes.subarray(at, at + chunk);
      }
    }
    return { ...object, start: start ?? 0, length: bytes.length, body: body() };
  }

  async put(key: string, data: Uint8Array, o: NewObject & Condition & StoreCall): Promise<string> {
    const bytes = Buffer.from(data);
    await this.#turn(o);
    if (o.ifMatch !== undefined || o.ifNoneMatch !== undefined) {
      if (this.#honours.put === 'refused') throw fail(501, 'NotImplemented');
      if (this.#honours.put !== 'ignored') this.#check(key, o);
    }
    const { contentType, metadata } = o;
    this.set(key, bytes, { contentType, metadata });
    return this.#object(key).etag;
  }

  async createUpload(
    key: string,
    { contentType, metadata, ...call }: NewObject & StoreCall,
  ): Promise<string> {
    await this.#turn(call);
    const id = `upload-${++this.#ids}`;
    this.uploads.set(id, { key, contentType, metadata, parts: new Map() });
    return id;
  }

  async uploadPart(
    _key: string,
    upload: string,
    number: number,
    data: Uint8Array | CopySource,
    call: StoreCall,
  ): Promise<string> {
    const bytes =
      data instanceof Uint8Array
        ? Buffer.from(data)
        : Buffer.from(this.#object(data.key).bytes.subarray(data.start, data.end));
    await this.#turn(call);
    this.#upload(upload).parts.set(number, bytes);
    return `"${digest(bytes)}"`;
  }

  async completeUpload(
    key: string,
    upload: string,
    parts: readonly UploadedPart[],
    call: Condition & StoreCall,
  ): Promise<void> {
    await this.#turn(call);
    const { parts: arrived, contentType, metadata } = this.#upload(upload);
    if (this.#honours.upload) this.#check(key, call);
    const bytes = parts.map(({ number, etag }) => {
      const part = arrived.get(number);
      if (part === undefined || `"${digest(part)}"` !== etag) throw fail(400, 'InvalidPart');
      return part;
    });
    this.set(key, Buffer.concat(bytes), { contentType, metadata });
    this.uploads.delete(upload);
  }

  async abortUpload(_key: string, upload: string, call: StoreCall): Promise<void> {
    await this.#turn(call);
    this.#upload(upload);
    this.uploads.delete(upload);
  }

  async list({ prefix, delimiter, after = '', limit = 1000, ...call }: ListCall): Promise<ListPage> {
    await this.#turn(call);
    const objects: (ObjectInfo & { key: string })[] = [];
    const prefixes = new Set<string>();
    let last = '';
    for (const key of [...this.objects.keys()].filter((each) => each.startsWith(prefix)).sort(byBytes)) {
      if (byBytes(key, after) <= 0) continue;
      const cut = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
      const group = cut < 0 ? undefined : key.slice(0, cut + 1);
      if (group !== undefined && prefixes.has(group)) continue;
      if (objects.length + prefixes.size === limit) return { objects, prefixes: [...prefixes], next: last };
      if (group === undefined) objects.push({ ...this.#object(key), key });
      else prefixes.add(group);
      // After all keys of the group.
      last = group === undefined ? key : `${group}\u{10ffff}`;
    }
    return { objects, prefixes: [...prefixes], next: undefined };
  }

  async copy(source: CopySource, key: string, call: StoreCall): Promise<void> {
    await this.#turn(call);
    const { bytes, contentType, metadata } = this.#object(source.key);
    this.set(key, bytes, { contentType, metadata });
  }

  async delete(keys: readonly string[], { ifMatch, ...call }: DeleteCall): Promise<readonly DeleteFailure[]> {
    await this.#turn(call);
    if (keys.length > 1000) throw fail(400, 'MalformedXML');
    if (ifMatch !== undefined && this.#honours.delete) {
      const [key] = keys;
      try {
        this.#check(key!, { ifMatch });
      } catch (error) {
        return [{ key: key!, error: error as ObjectStoreError }];
      }
    }
    for (const key of keys) this.objects.delete(key);
    return [];
  }

  async #turn({ signal }: StoreCall): Promise<void> {
    await turn();
    if (signal?.aborted === true) throw signal.reason;
  }

  #object(key: string): Stored {
    const object = this.objects.get(key);
    if (object === undefined) throw fail(404, 'NoSuchKey');
    return object;
  }

  #upload(id: string): Upload {
    const upload = this.uploads.get(id);
    if (upload === undefined) throw fail(404, 'NoSuchUpload');
    return upload;
  }

  #check(key: string, { ifMatch, ifNoneMatch }: Condition): void {
    const object = this.objects.get(key);
    if (ifNoneMatch === '*' && object !== undefined) throw fail(412, 'PreconditionFailed');
    if (ifMatch === undefined) return;
    const wanted = this.#honours.put === 'unquoted' ? object?.etag.replaceAll('"', '') : object?.etag;
    if (ifMatch !== wanted) throw fail(412, 'PreconditionFailed');
  }
}
