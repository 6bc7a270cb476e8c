// Reads the bytes of one version of an object, even if connections break.
import { failed, isMissing, isRefused } from './failures.js';
import { type ObjectBody, type ObjectStore, ObjectStoreError, type StoreCall } from './object-store.js';

/** How many bodies of one range can break before the read rejects. */
const MOST_BREAKS = 4;

/** An object, and a version of it. */
export interface Version {
  readonly store: ObjectStore;
  readonly key: string;
  readonly etag: string;
  readonly size: number;
}

/** Takes the bytes that were read; `position` counts from the start of the object. */
type Sink = (chunk: Uint8Array, position: number) => void;

/**
 * Reads `start` to `end` of one version. If a body breaks off, the rest is requested again. Rejects with ESTALE if the
 * object has been replaced, and with EIO if the server sends other bytes than those requested. Never resolves with
 * fewer bytes.
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

/** The progress of a range over all of its bodies. */
export interface Progress {
  at: number;
  breaks: number;
}

/**
 * Passes the bytes of `body` to `sink` and updates `progress`. Returns when the body is complete, or when it has broken
 * off and can be requested again.
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
      // The reader's promise has already been rejected, so the memory of the sink belongs to the reader again.
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

// Errors of this module and of sinks are final. Errors of the connection are not.
function isFinal(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.cause instanceof WrongBody;
}

/** The cause of an EIO: the server's response does not match the request. */
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

/** Ends the request of a body that is not read. */
export async function discard({ body }: ObjectBody): Promise<void> {
  try {
    await body[Symbol.asyncIterator]().return?.();
    (body as { destroy?: () => void }).destroy?.();
  } catch {
    // How it ends does not matter.
  }
}

// A range outside of the object: it has become shorter.
function isOutside(error: unknown): boolean {
  return error instanceof ObjectStoreError && error.status === 416;
}
