// serveFile answers an HTTP request with a file. The first request loads the implementation.
import type { IncomingMessage, OutgoingHttpHeader, ServerResponse } from 'node:http';

import type { Path } from '../arguments/path.js';
import type { OpOptions } from '../schedule/options.js';
import type * as ServeFile from './serve-file.js';

/** Options of `serveFile`. */
export interface ServeOptions extends OpOptions {
  /** A directory: `path` is relative to it, and nothing outside it, and no name that begins with a dot, is served. */
  root?: Path | undefined;
  /**
   * Header fields of a response that serves the file, such as `Cache-Control`. They override the generated ones. Conditions of the
   * request are compared with the `ETag` and `Last-Modified` that are sent.
   */
  headers?: Readonly<Record<string, OutgoingHttpHeader>> | undefined;
}

let loaded: typeof ServeFile | undefined;

/**
 * Answers an HTTP request with a file: GET and HEAD, ranges (several as `multipart/byteranges`), `If-Match`, `If-None-Match`,
 * `If-Modified-Since`, `If-Unmodified-Since`, `If-Range`, with `ETag`, `Last-Modified`, `Accept-Ranges` and the type of the
 * name's extension. Works on mounted file systems, too.
 *
 * Requests that cannot be served are answered with 400 (a path with a null byte, with `root`), 403 (no permission, outside the
 * root), 404 (no such file, not a regular file, with `root` a name that begins with a dot), 405, 412 or 416. Header fields that
 * the response already has are kept.
 *
 * Up to 64 KiB are sent with the headers in one write. Larger responses use sendfile(2) on unencrypted HTTP/1 connections. On
 * others, and if middleware has replaced `res.write`, they are sent in pieces as the client accepts them. A slow client does not
 * use a thread. If a client disconnects, the file is closed.
 * @param path a path, not percent-encoded; with `root`, one below it, such as `decodeURIComponent(url.pathname)`
 * @param o `root`, `headers`, `signal`, `lane`, `timeout` (of the whole call)
 * @returns when the response has been handed to the system, or its client is gone
 * @throws the system's other errors in Node's shape, after a response with status 500 if none has begun; AbortError,
 *   TimeoutError; ERR_HTTP_HEADERS_SENT; TypeError and RangeError for bad arguments, without a response
 * @cancelling the connection is closed if the response is not complete
 * @platforms sendfile(2) on Linux; elsewhere it reads and writes
 * @example
 * http.createServer((req, res) => {
 *   const { pathname } = new URL(req.url ?? '/', 'http://localhost');
 *   serveFile(req, res, decodeURIComponent(pathname), { root: 'public' }).catch(console.error);
 * });
 */
export function serveFile(
  req: IncomingMessage,
  res: ServerResponse,
  path: Path,
  o?: ServeOptions,
): Promise<void> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a static import would load node:http
  loaded ??= require('./serve-file.js') as typeof ServeFile;
  return loaded.serveFile(req, res, path, o);
}
