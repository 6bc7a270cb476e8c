// The `uvfiles:op` channel of node:diagnostics_channel: one message per operation, created only if somebody listens.
import { channel } from 'node:diagnostics_channel';

/** The message that is published when an operation has settled. */
export interface OperationMessage {
  /** `read`, `write`, `open`, `stat`, `readFile`, ... */
  readonly operation: string;
  /** The path, where the operation has one. */
  readonly path: string | Uint8Array | undefined;
  /** The lane's name. */
  readonly lane: string;
  /** Served on the event loop's thread, from the cache. */
  readonly inline: boolean;
  /** Milliseconds from the call to its settlement. 0 if it was served inline. */
  readonly duration: number;
  /** Why the operation failed; missing if it did not. */
  readonly error: Error | undefined;
}

export const operations = channel('uvfiles:op');
