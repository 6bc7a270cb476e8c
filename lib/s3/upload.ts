// One multipart upload: parts in parallel, and at the end either the complete object or none.
import { setMaxListeners } from 'node:events';

import { offAbort, onAbort } from '../schedule/abort.js';
import { pause } from '../schedule/watch-call.js';
import type { Requirement } from './conditions.js';
import { failed, isDenied, isExpired, isMissing } from './failures.js';
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
import { setTimeout } from '../timers.js';

/** The maximum number of parts of one upload. */
const MOST_PARTS = 10_000;
/** The number of abort requests that the caller waits for. */
const ABORT_TRIES = 4;
/** The number of milliseconds before the second of them. Each further one waits twice as long. */
const ABORT_DELAY = 50;
/**
 * The number of milliseconds before the first abort request that the caller does not wait for. Each further one waits
 * twice as long.
 */
const LATER_DELAY = 1000;
/**
 * The number of milliseconds before the last of them, about 17 minutes after the first. After this, only the bucket's
 * lifecycle rules can remove the upload.
 */
const LAST_DELAY = 512_000;
/**
 * The number of milliseconds after which a prepared request is signed again, because servers reject signatures that are
 * 15 minutes old.
 */
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

  /** Begins to upload the next part. `done` is called when its memory can be reused. Rejects with the error of any part. */
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

  /** Runs `work`, which adds parts. If it fails, or when `signal` is aborted, the upload is aborted. */
  async during(signal: AbortSignal | undefined, work: () => Promise<void>): Promise<void> {
    const onSignal = (): void => void this.abort();
    if (signal?.aborted === true) await this.abort();
    else if (signal !== undefined) onAbort(signal, onSignal);
    try {
      await work();
    } catch (error) {
      await this.abort();
      throw error;
    } finally {
      if (signal !== undefined) offAbort(signal, onSignal);
    }
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

  /** Creates the object from the parts. If it rejects, the upload has been aborted. */
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

  /** Aborts the upload, with all parts. Resolves when the server has confirmed this, or cannot be reached. */
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
      await pause(wait, undefined);
    }
  }

  /** Sends one abort request. Resolves to whether the upload does not exist any more. */
  async #takenBack(): Promise<boolean> {
    try {
      await this.#store.abortUpload(this.#key, this.#id, {});
    } catch (error) {
      // The caller gets the original error. Without permission to abort, a retry never succeeds.
      if (isExpired(error) || (!isMissing(error) && !isDenied(error))) return false;
    }
    hasEnded(this);
    return true;
  }

  // The server cannot be reached, but may be available later. The end of the process is another chance to abort.
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
