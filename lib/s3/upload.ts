// One multipart upload: parts in parallel, and at the end either the whole object or none.
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import type { Requirement } from './conditions.js';
import { failed, isDenied, isMissing } from './failures.js';
import type {
  Condition,
  CopySource,
  NewObject,
  ObjectStore,
  PreparedRequest,
  UploadedPart,
} from './object-store.js';
import { hasLanded, mayHaveLanded, newWriteId, refusal, type WriteId } from './put-object.js';
import { abortAtExit, hasEnded, type Unfinished } from './unfinished.js';

/** The most parts of one upload. */
const MOST_PARTS = 10_000;
/** Requests to take back an upload that the caller waits for. */
const ABORT_TRIES = 4;
/** Milliseconds before the second of them; each further one waits twice as long. */
const ABORT_DELAY = 50;
/** Milliseconds before the first request that nobody waits for; each further one waits twice as long. */
const LATER_DELAY = 1000;
/** Milliseconds before the last of them, about 17 minutes after the first. Then the bucket's lifecycle rules are left. */
const LAST_DELAY = 512_000;
/** Milliseconds after which a prepared request is signed anew: servers refuse signatures that are 15 minutes old. */
const SIGNED_FOR = 300_000;

/** A multipart upload that has been begun. */
export class Upload implements Unfinished {
  readonly #store: ObjectStore;
  readonly #key: string;
  readonly #id: string;
  readonly #writeId: WriteId;
  readonly #limit: number;
  readonly #parts: UploadedPart[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #requests = new AbortController();
  #begun = 0;
  #failure: { error: unknown } | undefined;
  #aborted: Promise<void> | undefined;
  /** The request that aborts it, for the end of the process. */
  #exit: { readonly at: number; request?: PreparedRequest } | undefined;

  private constructor(store: ObjectStore, key: string, id: string, writeId: WriteId, limit: number) {
    this.#store = store;
    this.#key = key;
    this.#id = id;
    this.#writeId = writeId;
    this.#limit = limit;
    setMaxListeners(0, this.#requests.signal);
    abortAtExit(this);
  }

  /** @param limit the most parts that are uploaded at a time */
  static async begin(store: ObjectStore, key: string, limit: number, like: NewObject = {}): Promise<Upload> {
    const writeId = newWriteId();
    const id = await store.createUpload(key, { ...like, metadata: { ...like.metadata, ...writeId } });
    return new Upload(store, key, id, writeId, limit);
  }

  /** Begins to upload the next part. `done` is called when its memory is free. Rejects with the error of any part. */
  async add(data: Uint8Array | CopySource, done?: () => void): Promise<void> {
    await this.ready();
    void this.#prepareExit();
    if (this.#begun === MOST_PARTS) throw this.#fail(failed('EFBIG', 'write'));
    const number = ++this.#begun;
    const { signal } = this.#requests;
    const part: Promise<void> = this.#store
      .uploadPart(this.#key, this.#id, number, data, { signal })
      .then(
        (etag) => {
          this.#parts.push({ number, etag });
          done?.();
        },
        (error: unknown) => void this.#fail(error),
      )
      .finally(() => this.#running.delete(part));
    this.#running.add(part);
  }

  /** Resolves when another part can be begun. Rejects with the error of any part. */
  async ready(): Promise<void> {
    while (this.#failure === undefined && this.#running.size >= this.#limit)
      await Promise.race(this.#running);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Resolves when all parts have arrived. Rejects with the error of any part. */
  async arrived(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Makes the object of the parts. When it rejects, the upload has been taken back. */
  async complete(condition: Condition, required: Requirement | undefined): Promise<void> {
    try {
      await this.arrived();
      const parts = this.#parts.sort((a, b) => a.number - b.number);
      await this.#store.completeUpload(this.#key, this.#id, parts, condition);
    } catch (error) {
      if (mayHaveLanded(error) && (await hasLanded(this.#store, this.#key, this.#writeId, {}))) {
        hasEnded(this);
        return;
      }
      await this.abort();
      throw refusal(error, required);
    }
    hasEnded(this);
  }

  /** Takes the upload back, with all parts. Resolves when the server has said so or cannot be reached. */
  async abort(): Promise<void> {
    return (this.#aborted ??= this.#abort());
  }

  abandon(): PreparedRequest | undefined {
    this.#requests.abort();
    return this.#exit?.request;
  }

  async #prepareExit(): Promise<void> {
    const now = Date.now();
    if (this.#exit !== undefined && now - this.#exit.at < SIGNED_FOR) return;
    const exit: { at: number; request?: PreparedRequest } = { ...this.#exit, at: now };
    this.#exit = exit;
    // Without it, the upload is left to the bucket's lifecycle rule.
    const request = await this.#store.prepareAbort?.(this.#key, this.#id).catch(() => undefined);
    if (request !== undefined) exit.request = request;
  }

  async #abort(): Promise<void> {
    this.#failure ??= { error: failed('ECANCELED', 'write') };
    this.#requests.abort();
    // A part that arrives after the abort would stay.
    await Promise.all(this.#running);
    for (let wait = ABORT_DELAY, tries = 1; !(await this.#takenBack()); wait *= 2, tries++) {
      if (tries === ABORT_TRIES) {
        this.#takeBackLater(LATER_DELAY);
        return;
      }
      await delay(wait);
    }
  }

  /** Asks the server once. Resolves to whether it knows nothing of the upload any more. */
  async #takenBack(): Promise<boolean> {
    try {
      await this.#store.abortUpload(this.#key, this.#id, {});
    } catch (error) {
      // The caller is told what went wrong before this. Without the permission, it never succeeds.
      if (!isMissing(error) && !isDenied(error)) return false;
    }
    hasEnded(this);
    return true;
  }

  // The server cannot be reached. It may be back in a while; until then, the end of the process is one more chance.
  #takeBackLater(wait: number): void {
    void this.#prepareExit();
    const ask = async (): Promise<void> => {
      if (await this.#takenBack()) return;
      if (wait < LAST_DELAY) this.#takeBackLater(wait * 2);
      else hasEnded(this);
    };
    setTimeout(() => void ask(), wait).unref();
  }

  #fail(error: unknown): unknown {
    this.#failure ??= { error };
    void this.abort();
    return error;
  }
}
