// One signed HTTP request to an S3 endpoint, which is retried if that may help.
import http from 'node:http';
import https from 'node:https';

import { offAbort, onAbort } from '../schedule/abort.js';
import { callOf } from '../schedule/call.js';
import { pause } from '../schedule/watch-call.js';
import { ObjectStoreError, type PreparedRequest } from './object-store.js';
import { type Credentials, encoded, queryOf, signed } from './signature.js';
import { socketCode, statusOf } from './wire.js';
import { element, isWhole } from './xml.js';

/** The server, and how requests to it are signed and sent. */
export interface Endpoint {
  readonly url: URL;
  readonly bucket: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly agent: http.Agent;
  /** The maximum number of attempts for one call. */
  readonly attempts: number;
}

/** One request. */
interface SignedRequest {
  readonly method: string;
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

const EMPTY = new Uint8Array(0);
/** The number of milliseconds without a byte after which the connection counts as broken. */
const SILENCE = 60_000;
/** The number of milliseconds before the first retry. Each further one waits twice as long. */
const FIRST_DELAY = 50;

/** Resolves to a response with a status below 300, whose body is unread. */
export async function request(to: Endpoint, what: SignedRequest): Promise<http.IncomingMessage> {
  return asked(to, what, async (answer) => answer);
}

/**
 * Resolves to the text of a response with a status below 300, an XML document of this name. If the text breaks off, or is something
 * else, the request is repeated.
 */
export async function requestText(to: Endpoint, what: SignedRequest, root: string): Promise<string> {
  return asked(to, what, async (answer, attempts) => {
    const text = await textOf(answer);
    if (isWhole(text, root)) return text;
    // The response to a copy or a completion begins before its result is known, so an error can arrive with status 200.
    if (isWhole(text, 'Error')) return errorOf(text, attempts);
    throw Object.assign(new Error(`the response of the server is not a complete ${root}`), { code: 'EIO' });
  });
}

/** The error that is described within a response of status 200. */
export function errorOf(xml: string, attempts = 1): ObjectStoreError {
  const code = element(xml, 'Code') ?? 'InternalError';
  return new ObjectStoreError(code, element(xml, 'Message') ?? code, { status: statusOf(code), attempts });
}

/** Reads an answer. An error that it returns is treated like one of the server. */
type Read<T> = (answer: http.IncomingMessage, attempts: number) => Promise<T | ObjectStoreError>;

async function asked<T>(to: Endpoint, what: SignedRequest, read: Read<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const result = await once(to, what, read, attempt);
    if (!(result instanceof ObjectStoreError)) return result;
    if (attempt >= to.attempts || !mayHelp(result) || what.signal?.aborted === true) throw result;
    const wait = FIRST_DELAY * 2 ** (attempt - 1) * (0.5 + Math.random());
    await pause(wait, callOf({ signal: what.signal }));
  }
}

function mayHelp({ status }: ObjectStoreError): boolean {
  return status === undefined || status === 429 || (status >= 500 && status !== 501);
}

async function once<T>(
  to: Endpoint,
  what: SignedRequest,
  read: Read<T>,
  attempts: number,
): Promise<T | ObjectStoreError> {
  try {
    const answer = await sent(to, what);
    const { statusCode: status = 0 } = answer;
    if (status < 300) return await read(answer, attempts);
    const body = await textOf(answer);
    const code = element(body, 'Code') ?? (status === 404 ? 'NotFound' : `HTTP${status}`);
    const requestId = answer.headers['x-amz-request-id'] as string | undefined;
    return new ObjectStoreError(code, element(body, 'Message') ?? code, { status, requestId, attempts });
  } catch (error) {
    const { message, name } = error as Error;
    return new ObjectStoreError(socketCode(error) ?? name, message, { attempts, cause: error });
  }
}

/** The options of a request, signed now. */
export function prepared(to: Endpoint, what: SignedRequest): PreparedRequest {
  const { method, key, query = {}, body = EMPTY } = what;
  const base = to.url.pathname.replace(/\/$/, '');
  const keyParts = key === undefined ? [] : key.split('/').map(encoded);
  const path = [base, encoded(to.bucket), ...keyParts].join('/');
  const given = Object.entries(what.headers ?? {}).filter(([, value]) => value !== undefined);
  const plain = Object.fromEntries(given) as Record<string, string>;
  const headers = signed(
    { method, host: to.url.host, path, query, headers: plain, body },
    to.credentials,
    to.region,
  );
  headers['content-length'] = String(body.length);
  const search = queryOf(query);
  return {
    protocol: to.url.protocol,
    hostname: to.url.hostname.replaceAll(/^\[|\]$/g, ''),
    port: to.url.port,
    path: search === '' ? path : `${path}?${search}`,
    method,
    headers,
  };
}

async function sent(to: Endpoint, what: SignedRequest): Promise<http.IncomingMessage> {
  const { body = EMPTY, signal } = what;
  return new Promise((resolve, reject) => {
    let begun: http.IncomingMessage | undefined;
    const started = (to.url.protocol === 'https:' ? https : http).request(
      { ...prepared(to, what), agent: to.agent, timeout: SILENCE },
      (answer) => {
        // The reader of the body gets its error. Nothing else has to handle it.
        answer.on('error', () => undefined);
        resolve((begun = answer));
      },
    );
    // The socket is destroyed without an error. An error would be emitted a moment later. If the response has ended by then,
    // Node.js has removed the listeners of the socket, and the error would end the process.
    const end = (error: Error): void => {
      reject(error);
      started.destroy();
      begun?.destroy(error);
    };
    const onSignal = (): void => end(signal!.reason as Error);
    if (signal?.aborted === true) {
      onSignal();
    } else if (signal !== undefined) {
      onAbort(signal, onSignal);
      started.on('close', () => offAbort(signal, onSignal));
    }
    started.on('timeout', () => {
      end(Object.assign(new Error('the server did not respond in time'), { code: 'ETIMEDOUT' }));
    });
    started.on('error', reject);
    started.end(body);
  });
}

/** The whole body of a response. */
async function textOf(answer: http.IncomingMessage): Promise<string> {
  let text = '';
  answer.setEncoding('utf8');
  for await (const chunk of answer) text += String(chunk);
  return text;
}
