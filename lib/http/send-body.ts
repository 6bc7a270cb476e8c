// Sends the body of a response from a file. The client may be slow or gone: no thread waits for it.
import { type IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

import { codeOf, isDescriptorShortage } from '../errors/index.js';
import { rejectWhereAwaited } from '../errors/where-awaited.js';
import { fileSystemError } from '../filesystem/errors.js';
import { realFiles } from '../filesystem/mounts.js';
import type { OpenFile } from '../filesystem/open-file.js';
import { onAbort, offAbort } from '../schedule/abort.js';
import { type Call, NO_CALL } from '../schedule/call.js';
import { throwIfEnded, watchCall } from '../schedule/watch-call.js';
import type { ByteRange } from './ranges.js';

/** A body of at most this many bytes is read first, and sent in one write with the headers. */
const SMALL_BODY = 64 * 1024;
const PIECE = 256 * 1024;
/** The kernel is asked to send this many bytes at a time. */
const LONGEST_SEND = 16 * 1024 * 1024;
/** If the socket has a timeout, it restarts after this many, because Node does not see what the kernel sends. */
const LONGEST_TIMED_SEND = 256 * 1024;

/** Bytes of the file, or text between them. */
export type BodyPart = ByteRange | Buffer;

const lengthOf = (part: BodyPart): number => (Buffer.isBuffer(part) ? part.length : part.end - part.start);

/** The total size of the parts in bytes. */
export function totalLength(parts: readonly BodyPart[]): number {
  return parts.reduce((total, part) => total + lengthOf(part), 0);
}

/**
 * Sends the response, whose status and headers are set, with a body. Resolves when it has been handed to the system, or
 * when the client is gone.
 * @throws the system's errors, ESTALE if the file has become shorter, AbortError, TimeoutError; the connection is
 *   closed then, unless nothing has been sent
 */
export async function sendBody(
  req: IncomingMessage,
  res: ServerResponse,
  file: OpenFile,
  parts: readonly BodyPart[],
  call: Call | undefined,
): Promise<void> {
  if (totalLength(parts) <= SMALL_BODY) {
    const bytes: Buffer[] = [];
    for (const part of parts) bytes.push(readCached(file, part, call) ?? (await readAll(file, part, call)));
    res.end(bytes.length === 1 ? bytes[0] : Buffer.concat(bytes));
    return;
  }
  const client = new Client(req, res, call);
  try {
    const [part] = parts;
    if (parts.length === 1 && !Buffer.isBuffer(part)) {
      const { end } = part!;
      await sendPart(res, file, { start: await sendInKernel(req, res, file, part!, client), end }, client);
    } else for (const each of parts) await sendPart(res, file, each, client);
    res.end();
    await client.finished();
  } catch (error) {
    res.destroy();
    if (!client.isGone) throw error;
  } finally {
    client.end();
  }
}

// Needs no thread if the part is in memory.
function readCached(file: OpenFile, part: BodyPart, call: Call | undefined): Buffer | undefined {
  if (Buffer.isBuffer(part)) return part;
  const { start, end } = part;
  const bytes = file.preadInline?.(end - start, start, call);
  return bytes?.length === end - start ? bytes : undefined;
}

async function readAll(file: OpenFile, part: BodyPart, call: Call | undefined): Promise<Buffer> {
  if (Buffer.isBuffer(part)) return part;
  const { start, end } = part;
  const bytes = await file.pread(end - start, start, call);
  if (bytes.length < end - start) throw fileSystemError('ESTALE', 'read');
  return bytes;
}

/** Whether the client is gone. A response of HTTP/2 has this with its stream. */
export function isDestroyed(res: ServerResponse): boolean {
  return res.destroyed || (res as { stream?: { destroyed?: boolean } }).stream?.destroyed === true;
}

const closings = new WeakMap<Socket, AbortSignal>();

/** A signal that is aborted when a connection closes. All requests on it share one listener. */
function closingOf(socket: Socket): AbortSignal {
  let closing = closings.get(socket);
  if (closing === undefined) {
    const controller = new AbortController();
    if (socket.destroyed) controller.abort();
    else socket.once('close', () => controller.abort());
    closings.set(socket, (closing = controller.signal));
  }
  return closing;
}

/** The client of a response. Sending ends when the client disconnects, and with the caller's call. */
class Client {
  readonly #res: ServerResponse;
  readonly #signal: AbortSignal | undefined;
  /** Of a response that waits behind others of its connection: Node does not tell it that the client is gone. */
  readonly #closing: AbortSignal | undefined;
  readonly #controller = new AbortController();
  readonly #onClose = (): void => {
    this.isGone = !this.#res.writableFinished;
    this.#controller.abort();
  };
  readonly #onAbort = (): void => {
    this.#controller.abort(this.#signal!.reason);
  };
  /** The caller's call, which ends with the client, too. */
  readonly call: Call;
  isGone = false;

  constructor(req: IncomingMessage, res: ServerResponse, call: Call | undefined) {
    this.#res = res;
    this.#signal = call?.signal;
    this.#closing = res.socket === null && req.socket instanceof Socket ? closingOf(req.socket) : undefined;
    this.call = (call ?? NO_CALL).withSignal(this.#controller.signal);
    res.once('close', this.#onClose);
    if (isDestroyed(res) || this.#closing?.aborted === true) this.#onClose();
    else if (this.#closing !== undefined) onAbort(this.#closing, this.#onClose);
    if (this.#signal?.aborted === true) this.#onAbort();
    else if (this.#signal !== undefined) onAbort(this.#signal, this.#onAbort);
  }

  /** Records that the connection has failed. The socket's own events may come later. */
  gone(error: unknown = fileSystemError('EPIPE', 'sendfile')): unknown {
    this.isGone = true;
    return error;
  }

  end(): void {
    this.#res.off('close', this.#onClose);
    if (this.#closing !== undefined) offAbort(this.#closing, this.#onClose);
    if (this.#signal !== undefined) offAbort(this.#signal, this.#onAbort);
  }

  /** Waits until the response takes more. Called at once after a write that returned false. */
  drained(): Promise<void> {
    return this.#until('drain');
  }

  /** Waits until all has been handed to the system. */
  async finished(): Promise<void> {
    if (!this.#res.writableFinished) await this.#until('finish');
  }

  #until(event: 'drain' | 'finish'): Promise<void> {
    return new Promise((resolve) => {
      throwIfEnded(this.call);
      const done = (): void => {
        unwatch?.();
        resolve();
      };
      const unwatch = watchCall(this.call, (error) => {
        this.#res.off(event, done);
        resolve(rejectWhereAwaited(error));
      });
      this.#res.once(event, done);
    });
  }
}

// The descriptor of the connection, if the bytes of the file can be sent on it unchanged.
function plainDescriptor(req: IncomingMessage, { socket }: ServerResponse): number {
  if (process.platform === 'win32' || req.httpVersionMajor !== 1) return -1;
  if (!(socket instanceof Socket) || (socket as { encrypted?: boolean }).encrypted === true) return -1;
  const handle = (socket as { _handle?: { fd?: unknown } | null })._handle;
  return typeof handle?.fd === 'number' ? handle.fd : -1;
}

// Middleware that compresses replaces `write`, and a response with `strictContentLength` counts the bytes that it gets.
const seesBody = (res: ServerResponse): boolean =>
  res.write !== ServerResponse.prototype.write || res.strictContentLength;

const CONNECTION_ERRORS: ReadonlySet<unknown> = new Set([
  'EPIPE',
  'ECONNRESET',
  'ENOTCONN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const isOfConnection = (error: unknown): boolean => CONNECTION_ERRORS.has(codeOf(error));

/** Sends as much of a range as sendfile(2) can, and resolves to where the rest begins. */
async function sendInKernel(
  req: IncomingMessage,
  res: ServerResponse,
  file: OpenFile,
  { start, end }: ByteRange,
  client: Client,
): Promise<number> {
  if (plainDescriptor(req, res) < 0 || file.fd < 0 || file.kind !== 'regular') return start;
  if (file.preadInline === undefined) return start; // faults and traces have to see each read
  if (seesBody(res)) return start;
  res.flushHeaders();
  if (res.chunkedEncoding) return start; // middleware has removed Content-Length
  const socket = res.socket!;
  // What Node still holds would come after what the kernel sends.
  if (socket.writableLength > 0) return start;
  for (let at = start; at < end;) {
    // Read each time, because once Node has closed the socket, its number may belong to another client.
    const out = plainDescriptor(req, res);
    if (out < 0) throw client.gone();
    const isTimed = socket.timeout !== undefined && socket.timeout > 0;
    const count = Math.min(isTimed ? LONGEST_TIMED_SEND : LONGEST_SEND, end - at);
    const sent = await realFiles.sendFileNow(out, file.fd, at, count, client.call).catch((error: unknown) => {
      if (isDescriptorShortage(error)) return undefined;
      throw isOfConnection(error) ? client.gone(error) : error;
    });
    if (sent === undefined) return at; // no descriptor for a duplicate: the rest goes through memory
    if (sent < count) throw fileSystemError('ESTALE', 'sendfile');
    at += sent;
    if (isTimed) socket.setTimeout(socket.timeout);
  }
  return end;
}

async function sendPart(res: ServerResponse, file: OpenFile, part: BodyPart, client: Client): Promise<void> {
  if (Buffer.isBuffer(part)) {
    if (!res.write(part)) await client.drained();
    return;
  }
  for (let at = part.start; at < part.end;) {
    const bytes = await readAll(file, { start: at, end: Math.min(part.end, at + PIECE) }, client.call);
    at += bytes.length;
    if (!res.write(bytes)) await client.drained();
  }
}
