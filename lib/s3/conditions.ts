// Whether, and how, a bucket honours conditional writes. Most servers that do not support a condition ignore it, and
// overwrite. So before the first conditional write, a probe object shows once what the bucket does.
import { randomUUID } from 'node:crypto';

import { isRefused, unsupported } from './failures.js';
import { deleteKeys } from './lookup.js';
import { type Condition, type ObjectStore, ObjectStoreError } from './object-store.js';

/** What a write requires: no object, or an object with this ETag. */
export type Requirement = { readonly absent: true } | { readonly etag: string };

/** The form of the ETag in `If-Match` that a bucket accepts. AWS requires quotes, Ceph requires none. */
type Quoting = 'quoted' | 'unquoted';

const NO_ETAG = '00000000000000000000000000000000';

const bare = (etag: string): string => etag.replace(/^"|"$/g, '');
const spelled = (etag: string, quoting: Quoting): string =>
  quoting === 'quoted' ? `"${bare(etag)}"` : bare(etag);

/** The conditions of one bucket. */
export class Conditions {
  readonly #store: ObjectStore;
  /** Probe objects are written below it, and deleted. */
  readonly #prefix: string;
  /** What the probes have found, by name. */
  readonly #answers = new Map<string, Promise<unknown>>();

  constructor(store: ObjectStore, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  /** The condition for one PUT. Rejects with UnsupportedOperationError if the bucket does not honour it. */
  async forPut(required: Requirement): Promise<Condition> {
    if ('absent' in required) {
      if (await this.#once('create', () => this.#probeCreate())) return { ifNoneMatch: '*' };
      throw unsupported('conditional', 'the bucket does not honour If-None-Match');
    }
    const quoting = await this.#once('replace', () => this.#probeReplace());
    if (quoting !== undefined) return { ifMatch: spelled(required.etag, quoting) };
    throw unsupported('conditional', 'the bucket does not honour If-Match');
  }

  /**
   * Whether the bucket honours such a condition when a multipart upload is completed. Ceph honours none. AWS honoured only
   * If-None-Match for some months, and servers that follow it may still do.
   */
  async onUploads(required: Requirement): Promise<boolean> {
    if ('absent' in required) return this.#once('createUpload', () => this.#probeUpload(required));
    return this.#once('replaceUpload', () => this.#probeUpload({ etag: NO_ETAG }));
  }

  /** The `ifMatch` of a DELETE of the object with this ETag; undefined if the bucket does not honour it. */
  async forDelete(etag: string): Promise<string | undefined> {
    const quoting = await this.#once('delete', () => this.#probeDelete());
    return quoting && spelled(etag, quoting);
  }

  // A probe that failed, for example because of the network, is repeated by the next call.
  async #once<T>(name: string, probe: () => Promise<T>): Promise<T> {
    const answer = (this.#answers.get(name) as Promise<T> | undefined) ?? probe();
    this.#answers.set(name, answer);
    try {
      return await answer;
    } catch (error) {
      if (this.#answers.get(name) === answer) this.#answers.delete(name);
      throw error;
    }
  }

  async #probeCreate(): Promise<boolean> {
    return this.#withObject(async (key) =>
      this.#isRefused(this.#store.put(key, EMPTY, { ifNoneMatch: '*' })),
    );
  }

  async #probeReplace(): Promise<Quoting | undefined> {
    return this.#withObject(async (key, etag) => {
      if (!(await this.#isRefused(this.#store.put(key, EMPTY, { ifMatch: `"${NO_ETAG}"` }))))
        return undefined;
      for (const quoting of ['quoted', 'unquoted'] as const)
        if (!(await this.#isRefused(this.#store.put(key, EMPTY, { ifMatch: spelled(etag, quoting) }))))
          return quoting;
      return undefined;
    });
  }

  async #probeDelete(): Promise<Quoting | undefined> {
    try {
      return await this.#withObject(async (key, etag) => {
        const refuses = (ifMatch: string): Promise<boolean> =>
          this.#isRefused(deleteKeys(this.#store, [key], { ifMatch }));
        if (!(await refuses(`"${NO_ETAG}"`))) return undefined;
        for (const quoting of ['quoted', 'unquoted'] as const)
          if (!(await refuses(spelled(etag, quoting)))) return quoting;
        return undefined;
      });
    } catch (error) {
      // The server refuses the probe itself. A delete has another way.
      if (error instanceof ObjectStoreError && [400, 403, 405].includes(error.status ?? 0)) return undefined;
      throw error;
    }
  }

  /** @param unmet a requirement that does not hold for the probe object */
  async #probeUpload(unmet: Requirement): Promise<boolean> {
    const condition = await this.forPut(unmet);
    return this.#withObject(async (key) => {
      const upload = await this.#store.createUpload(key, {});
      let refused = false;
      try {
        const etag = await this.#store.uploadPart(key, upload, 1, new Uint8Array(1), {});
        refused = await this.#isRefused(
          this.#store.completeUpload(key, upload, [{ number: 1, etag }], condition),
        );
      } finally {
        await this.#store.abortUpload(key, upload, {}).catch(() => undefined);
      }
      return refused;
    });
  }

  async #withObject<T>(probe: (key: string, etag: string) => Promise<T>): Promise<T> {
    const key = `${this.#prefix}.uvfiles-probe-${randomUUID()}`;
    try {
      return await probe(key, await this.#store.put(key, EMPTY, {}));
    } finally {
      await this.#store.delete([key], {}).catch(() => undefined);
    }
  }

  // The bucket honours the condition if the probe is rejected. A condition that is ignored resolves, and a server that
  // does not support it answers 501.
  async #isRefused(write: Promise<unknown>): Promise<boolean> {
    try {
      await write;
      return false;
    } catch (error) {
      if (isRefused(error)) return true;
      if (error instanceof ObjectStoreError && error.status === 501) return false;
      throw error;
    }
  }
}

const EMPTY = new Uint8Array(0);
