// Temporary files and directories on real file systems: how they are created and removed.
import { AbortError } from '../../errors/index.js';
import type { FilePath } from '../../filesystem/filesystem.js';
import { CURRENT, type OpenFile } from '../../filesystem/open-file.js';
import type {
  TempFileKind,
  TemporaryDirectoryEntry,
  TemporaryFile,
  TempPlace,
} from '../../filesystem/store.js';
import type { GivenOptions } from '../../schedule/options.js';
import { retryOnDescriptors } from '../descriptor-wait.js';
import { removeTree } from '../remove-tree.js';
import {
  discardTempFile,
  finishTempFile,
  forgetTemp,
  giveAway,
  isIdle,
  type MadeFile,
  makeTempDirectory,
  makeTempFile,
} from '../temporary.js';
import { NativeFile } from './native-file.js';

const REGULAR = 0;

/** The record of a new file. It is empty and open, so no system call is needed. */
class FreshFile extends NativeFile {
  constructor({ fd, id }: MadeFile) {
    super({ fd, id, kind: REGULAR, seekable: true, position: 0, size: 0 }, true);
  }
}

/**
 * A file whose name is removed by its `close`. The removal is part of closing the lowest layer, so that it happens
 * regardless of which layers are detached.
 */
class DeleteOnCloseFile extends FreshFile {
  readonly #made: MadeFile;

  constructor(made: MadeFile) {
    super(made);
    this.#made = made;
  }

  override async close(): Promise<void> {
    const { path, registration } = this.#made;
    for (const outcome of await Promise.allSettled([super.close(), discardTempFile(path, registration)])) {
      if (outcome.status === 'rejected') throw outcome.reason;
    }
  }

  finish(data: Uint8Array, at: number): Promise<unknown> | undefined {
    const { id, path, registration } = this.#made;
    if (!isIdle(id)) return undefined;
    return finishTempFile(id, path, registration, data, at === CURRENT ? -1 : at);
  }
}

class NativeTemporaryFile implements TemporaryFile {
  readonly file: OpenFile;
  readonly #made: MadeFile;

  constructor(made: MadeFile, file: OpenFile) {
    this.#made = made;
    this.file = file;
  }

  get path(): FilePath {
    return this.#made.path;
  }

  keep(): void {
    forgetTemp(this.#made.registration);
  }

  discard(): Promise<void> {
    return discardTempFile(this.#made.path, this.#made.registration);
  }

  detach(): number {
    giveAway(this.#made);
    return this.#made.fd;
  }
}

/**
 * Creates the file, and waits for a descriptor if the process has none. An abort that comes too late removes it again. A file
 * with a name is removed when the process ends.
 */
export async function createTemporaryFile(
  place: TempPlace,
  kind: TempFileKind,
  o: GivenOptions,
): Promise<TemporaryFile> {
  let made: MadeFile;
  try {
    made = await makeTempFile(place, kind, o);
  } catch (error) {
    made = await makeAgain(place, kind, o, error);
  }
  const signal = o?.signal;
  const aborted = signal?.aborted === true;
  const named = made.path.length > 0;
  const file = named && (kind.deleteOnClose || aborted) ? new DeleteOnCloseFile(made) : new FreshFile(made);
  if (!aborted) return new NativeTemporaryFile(made, file);
  await file.close().catch(() => undefined); // the caller gets a better error
  throw new AbortError(signal.reason);
}

// Not in `createTemporaryFile`, so that only a call that has failed pays for the closure.
function makeAgain(place: TempPlace, kind: TempFileKind, o: GivenOptions, error: unknown): Promise<MadeFile> {
  return retryOnDescriptors(() => makeTempFile(place, kind, o), error, o);
}

/** Creates the directory, which is removed when the process ends. An abort that comes too late removes it again. */
export async function createTemporaryDirectory(
  place: TempPlace,
  o: GivenOptions,
): Promise<TemporaryDirectoryEntry> {
  const { path, registration } = await makeTempDirectory(place, o);
  const entry: TemporaryDirectoryEntry = {
    path,
    keep: () => forgetTemp(registration),
    async remove(ignoreErrors) {
      const how = { force: true, ignoreErrors, missingIsFine: true };
      const { failures } = await removeTree(path, how, undefined);
      // Files that could not be removed stay registered. The end of the process tries again.
      if (failures === 0) forgetTemp(registration);
      return failures;
    },
  };
  const signal = o?.signal;
  if (signal?.aborted !== true) return entry;
  await entry.remove(true);
  forgetTemp(registration);
  throw new AbortError(signal.reason);
}
