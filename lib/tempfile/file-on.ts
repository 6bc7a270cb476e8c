// From a temporary file that was just made to what a handle stands on, without asking the system what is known already.
import { CURRENT } from '../filesystem/open-file.js';
import { NativeFile } from '../native/store/native-file.js';
import { discardTempFile, finishTempFile, type MadeFile, releaseFile } from '../native/temporary.js';

const REGULAR = 0;

/** Takes the file over: new, empty, and open. */
export class FreshFile extends NativeFile {
  constructor({ fd, id }: MadeFile) {
    super({ fd, id, kind: REGULAR, seekable: true, position: 0, size: 0 }, true);
  }
}

/**
 * The same for a file that goes with its `close`. That is made part of closing the file that the handle stands on, so that
 * it happens however the layers above are taken apart.
 */
export class VanishingFile extends FreshFile {
  readonly #id: number;
  readonly #registration: number;
  readonly #path: string | Uint8Array;

  constructor(made: MadeFile, path: string | Uint8Array) {
    super(made);
    this.#id = made.id;
    this.#registration = made.registration;
    this.#path = path;
  }

  override close(): Promise<void> {
    return bothSettled(super.close(), discardTempFile(this.#path, this.#registration));
  }

  finish(data: Uint8Array, at: number): Promise<unknown> | undefined {
    if (!releaseFile(this.#id)) return undefined;
    return finishTempFile(this.fd, this.#path, this.#registration, data, at === CURRENT ? -1 : at);
  }
}

/** Waits for both, then fails as the first that has. */
export async function bothSettled(first: Promise<unknown>, second: Promise<unknown>): Promise<void> {
  for (const outcome of await Promise.allSettled([first, second])) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}
