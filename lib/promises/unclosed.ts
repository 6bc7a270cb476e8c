// Handles that were not closed and are garbage collected. They are closed, with the same warning as in Node.
import type { OpenFile } from '../filesystem/open-file.js';

// The text of Node's own warning.
const DEPRECATION =
  'Closing a FileHandle object on garbage collection is deprecated. Please close FileHandle objects explicitly using ' +
  'FileHandle.prototype.close(). In the future, an error will be thrown if a file descriptor is closed during garbage ' +
  'collection.';
let deprecationTold = false;

const registry = new FinalizationRegistry<OpenFile>((file) => {
  process.emitWarning(`Closing file descriptor ${file.fd} on garbage collection`);
  if (!deprecationTold) {
    deprecationTold = true;
    process.emitWarning(DEPRECATION, 'DeprecationWarning', 'DEP0137');
  }
  file.close().catch((error: unknown) => {
    process.emitWarning(`A garbage collected FileHandle could not be closed: ${String(error)}`);
  });
});

export function watch(handle: object, file: OpenFile): void {
  registry.register(handle, file, handle);
}

/** The handle is being closed. */
export function forget(handle: object): void {
  registry.unregister(handle);
}
