// Uploads that are unfinished when the process exits.
import { sendBeforeExit } from './exit-requests.js';
import type { PreparedRequest } from './object-store.js';

/** What can be done about an unfinished upload. */
export interface Unfinished {
  /** Aborts it, as long as the process can still wait. */
  abort(): Promise<void>;
  /** Ends the requests in flight, and returns the one that aborts the upload; undefined if there is none. */
  abandon(): PreparedRequest | undefined;
}

const unfinished = new Set<Unfinished>();

// Runs when the process has no more work.
function abortAll(): void {
  for (const upload of unfinished) void upload.abort();
}

// Runs after process.exit and an uncaught exception.
function abandonAll(): void {
  const requests = [...unfinished].map((upload) => upload.abandon()).filter((each) => each !== undefined);
  unfinished.clear();
  if (requests.length > 0) sendBeforeExit(requests);
}

/** Makes sure that an upload is aborted when the process exits. A signal without a listener leaves no time for this. */
export function abortAtExit(upload: Unfinished): void {
  if (unfinished.size === 0) process.on('beforeExit', abortAll).on('exit', abandonAll);
  unfinished.add(upload);
}

/** Removes an upload that has ended from the list. */
export function hasEnded(upload: Unfinished): void {
  if (unfinished.delete(upload) && unfinished.size === 0)
    process.off('beforeExit', abortAll).off('exit', abandonAll);
}
