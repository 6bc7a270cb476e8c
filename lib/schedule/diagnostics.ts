// The `uvfiles:op` channel of node:diagnostics_channel: one message per operation, created only if somebody listens.
import { channel } from 'node:diagnostics_channel';

import { lanes } from './lane.js';
import type { OpOptions } from './options.js';

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

/** The file systems of real files. Their operations are published where they are submitted to the addon, and nowhere else. */
export const publishedByAddon = new WeakSet<object>();

/**
 * Performs an operation without the addon, and publishes it. As in the addon, an operation whose signal was aborted before it began
 * is none.
 * @param isNothing for an answer which is not worth a message
 */
export function published<T>(
  operation: string,
  path: string | Uint8Array | undefined,
  o: Pick<OpOptions, 'lane' | 'signal' | 'timeout'> | undefined,
  perform: () => Promise<T>,
  isNothing?: (answer: T) => boolean,
): Promise<T> {
  if (!operations.hasSubscribers || o?.signal?.aborted === true || o?.timeout === 0) return perform();
  return publishing(operation, path, o?.lane?.name ?? lanes.default.name, perform, isNothing);
}

async function publishing<T>(
  operation: string,
  path: string | Uint8Array | undefined,
  lane: string,
  perform: () => Promise<T>,
  isNothing: ((answer: T) => boolean) | undefined,
): Promise<T> {
  const began = performance.now();
  const publish = (error: Error | undefined): void => {
    const duration = performance.now() - began;
    const message: OperationMessage = { operation, path, lane, inline: false, duration, error };
    operations.publish(message);
  };
  let answer: T;
  try {
    answer = await perform();
  } catch (error) {
    // File systems of programs may reject with anything.
    publish(error instanceof Error ? error : new Error(`rejected with ${String(error)}`, { cause: error }));
    throw error;
  }
  if (isNothing?.(answer) !== true) publish(undefined);
  return answer;
}
