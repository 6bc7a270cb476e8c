// Handles that are garbage collected without having been closed. They are flushed and closed, with a process warning:
// the garbage collector decides when this happens, and no caller can receive an error.
import type { BufferedIO } from './buffered-io.js';
import type { RawIO } from './raw-io.js';

interface Remains {
  readonly io: RawIO;
  /** Set if the file has a buffer. Neither of them refers to the handle. */
  buffer: BufferedIO | undefined;
  readonly name: string;
}

const warn = (text: string): void => process.emitWarning(text, { code: 'UVFILES_UNCLOSED' });

const registry = new FinalizationRegistry<Remains>(({ io, buffer, name }) => {
  const { fd } = io.file;
  // Files of other file systems have no descriptor.
  const what = fd < 0 ? name : `file descriptor ${fd} (${name})`;
  warn(`Closing ${what} on garbage collection: close() was not called`);
  // The content of such a file has not been committed.
  const ending = buffer ?? io;
  const ended = io.file.abort === undefined ? ending.close() : ending.abort(new Error('never closed'));
  ended
    .finally(() => io.locks?.closed())
    .catch((error: unknown) =>
      warn(`A garbage collected file (${name}) could not be flushed and closed: ${String(error)}`),
    );
});

/** Watches `handle`, which every layer above it keeps alive. */
export function watchForCollection(
  handle: object,
  io: RawIO,
  buffer: BufferedIO | undefined,
  name: unknown,
): void {
  registry.register(handle, { io, buffer, name: String(name) }, handle);
}

/** The handle is being closed properly. */
export function forgetCollection(handle: object): void {
  registry.unregister(handle);
}
