// From a temporary file that was just made to a handle on it, without asking the system what is known already.
import { type BackendFile, CURRENT } from '../backend/backend.js';
import { NativeFile } from '../backend/native-file.js';
import {
  adoptFresh,
  discardTempFile,
  finishTempFile,
  type MadeFile,
  releaseFile,
} from '../native/temporary.js';

const REGULAR = 0;

/** Takes the file over: new, empty, and open. */
export function fileOn(made: MadeFile): NativeFile {
  return freshFile(made.fd, adoptFresh(made.fd));
}

function freshFile(fd: number, id: number): NativeFile {
  return new NativeFile({ fd, id, kind: REGULAR, seekable: true, position: 0, size: 0 }, true);
}

/**
 * The same for a file that goes with its `close`. That is made part of closing the file that the handle stands on, so that
 * it happens however the layers above are taken apart.
 */
export function fileRemovedOnClose(made: MadeFile, name: string | Uint8Array): BackendFile {
  const { fd, registration } = made;
  const id = adoptFresh(fd);
  const file: BackendFile = freshFile(fd, id);
  const close = file.close.bind(file);
  file.close = () => bothSettled(close(), discardTempFile(name, registration));
  file.finish = (data, at) => {
    if (!releaseFile(id)) return undefined;
    return finishTempFile(fd, name, registration, data, at === CURRENT ? -1 : at);
  };
  return file;
}

/** Waits for both, then fails as the first that has. */
export async function bothSettled(first: Promise<unknown>, second: Promise<unknown>): Promise<void> {
  for (const outcome of await Promise.allSettled([first, second])) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}
