// The bytes of one version of an object, whatever happens to the connections that bring them.
import { failed, isMissing, isRefused } from './failures.js';
import { type ObjectBody, type ObjectStore, ObjectStoreError, type StoreCall } from './object-store.js';

/** Bodies of one range that may break before the reader gives up. */
const MOST_BREAKS = 4;

/** Which object, and which version of it. */
export interface Version {
  readonly store: ObjectStore;
  readonly key: string;
  readonly etag: string;
  readonly size: number;
}

/** Takes the bytes that were read; `position` counts from the start of the object. */
type Sink = (chunk: Uint8Array, position: number) => void;

/**
 * Reads `start` to `end` of one version. A body that breaks off is asked for again from where it broke. Rejects with
 * ESTALE where the object is another one by now, and with EIO where the server sends other bytes than it was asked for;
 * never resolves with fewer.
 */
export async function readRange(
  of: Version,
  start: number,
  end: number,
  sink: Sink,
  call: StoreCall,
): Promise<void> {
  const progress = { at: start, breaks: 0 };
  while (progress.at < end) {
    const body = await ranged(of, progress.at, end, call);
    await drain(body, end, sink, progress, call);
  }
}

/** Where a range stands, over all the bodies that bring it. */
export interface Progress {
  at: number;
  breaks: number;
}

/**
 * Gives the bytes of `body` to `sink` and moves `progress`. Returns when the body is complete, or when it broke off and
 * may be asked for again.
 */
export async function drain(
  { body }: ObjectBody,
  end: number,
  sink: Sink,
  progress: Progress,
  call: StoreCall,
): Promise<void> {
  let broken: unknown;
  try {
    for await (const chunk of body) {
      // The reader has been told already; the sink's memory is its own again.
      if (call.signal?.aborted === true) throw call.signal.reason;
      if (chunk.length > end - progress.at)
        throw failed('EIO', 'read', wrong('the body is longer than announced'));
      sink(chunk, progress.at);
      progress.at += chunk.length;
    }
  } catch (error) {
    if (call.signal?.aborted === true || isFinal(error)) throw error;
    broken = error;
  }
  if (progress.at < end && ++progress.breaks > MOST_BREAKS)
    throw broken instanceof ObjectStoreError
      ? broken
      : failed('EIO', 'read', broken ?? wrong('the body is shorter than announced'));
}

// What this file and its sinks throw is final; what comes from the connection is not.
function isFinal(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.cause instanceof WrongBody;
}

/** The cause of an EIO: what the server sent does not fit what it was asked for. */
class WrongBody extends Error {
  override readonly name = 'WrongBodyError';
}

function wrong(what: string): WrongBody {
  return new WrongBody(`The server's answer does not fit the request: ${what}`);
}

async function ranged(of: Version, start: number, end: number, call: StoreCall): Promise<ObjectBody> {
  const whole = start === 0 && end === of.size;
  let body: ObjectBody;
  try {
    body = await of.store.get(of.key, {
      ...(whole ? undefined : { start, end }),
      ifMatch: of.etag,
      signal: call.signal,
    });
  } catch (error) {
    if (isRefused(error) || isMissing(error) || isOutside(error))
      throw failed('ESTALE', 'read', error instanceof Error ? (error.cause ?? error) : error);
    throw error;
  }
  const problem = mismatch(body, of, start, end);
  if (problem !== undefined) {
    await discard(body);
    throw problem;
  }
  return body;
}

function mismatch(body: ObjectBody, of: Version, start: number, end: number): Error | undefined {
  if (body.etag !== of.etag || body.size !== of.size) return failed('ESTALE', 'read');
  if (body.start !== start) return failed('EIO', 'read', wrong('it begins elsewhere'));
  if (body.length !== end - start) return failed('EIO', 'read', wrong('it has another length'));
  return undefined;
}

/** Ends the request of a body that nobody reads. */
export async function discard({ body }: ObjectBody): Promise<void> {
  try {
    await body[Symbol.asyncIterator]().return?.();
    (body as { destroy?: () => void }).destroy?.();
  } catch {
    // It is of no interest how it ended.
  }
}

// A range outside of the object: it has become shorter.
function isOutside(error: unknown): boolean {
  return error instanceof ObjectStoreError && error.status === 416;
}
