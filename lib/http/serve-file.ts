// serveFile: a file as the answer to an HTTP request.
import { randomBytes } from 'node:crypto';
import { type IncomingMessage, type OutgoingHttpHeader, type ServerResponse, STATUS_CODES } from 'node:http';

import { lookup } from 'mrmime';

import { type Check, optionReader, unchecked } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { invalidArgType } from '../errors/index.js';
import type { FilePath } from '../filesystem/filesystem.js';
import type { OpenFile } from '../filesystem/open-file.js';
import type { Call } from '../schedule/call.js';
import type { ServeOptions } from './index.js';
import { isRangeFresh, precondition, type Validators, validatorsOf } from './conditions.js';
import { findFile } from './find-file.js';
import { type ByteRange, parseRanges } from './ranges.js';
import { type BodyPart, isDestroyed, sendBody, totalLength } from './send-body.js';

const headerFields: Check<Readonly<Record<string, OutgoingHttpHeader>> | undefined> = (value, name) => {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null) throw invalidArgType(name, 'of type object', value);
  return value as Readonly<Record<string, OutgoingHttpHeader>>;
};
const readOptions = optionReader({ root: unchecked, headers: headerFields });

/** See index.ts. */
export async function serveFile(
  req: IncomingMessage,
  res: ServerResponse,
  path: Path,
  o?: ServeOptions,
): Promise<void> {
  const { root, headers, call } = readOptions(o);
  if (typeof req?.headers !== 'object')
    throw invalidArgType('req', 'an instance of http.IncomingMessage', req);
  if (typeof res?.writeHead !== 'function')
    throw invalidArgType('res', 'an instance of http.ServerResponse', res);
  const top = root === undefined ? undefined : toPathBytes(root, 'options.root');
  // A client sent it, so it is not a programming error.
  if (top !== undefined && typeof path === 'string' && path.includes('\0')) return void refuse(req, res, 400);
  const at = toPathBytes(path);
  if (res.headersSent)
    throw Object.assign(new Error('The headers of the response have been sent already'), {
      code: 'ERR_HTTP_HEADERS_SENT',
    });
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    res.setHeader('Allow', 'GET, HEAD');
    return void refuse(req, res, 405);
  }
  let file: OpenFile | undefined;
  try {
    file = await findFile(at, top, call);
    await answer(req, res, file, at, headers, call);
  } catch (error) {
    const status = statusOf(error, file !== undefined);
    if (!res.headersSent) refuse(req, res, status);
    if (status === 500) throw error;
  } finally {
    // Nothing was written through it.
    if (file?.closeInline?.() !== true) await file?.close().catch(() => undefined);
  }
}

const NOT_FOUND = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'EISDIR', 'ELOOP', 'ENXIO']);
const FORBIDDEN = new Set(['EACCES', 'EPERM', 'ERR_OUTSIDE_ROOT', 'ERR_ACCESS_DENIED']);

// The file is open: from here on only reading can fail, which is not the client's fault.
function statusOf(error: unknown, isOpen: boolean): number {
  const { code } = error as { code?: string };
  if (code === 'EISDIR' || (!isOpen && NOT_FOUND.has(code ?? ''))) return 404;
  return !isOpen && FORBIDDEN.has(code ?? '') ? 403 : 500;
}

/** A response with a status and no other content. */
function refuse(req: IncomingMessage, res: ServerResponse, status: number): void {
  const text = STATUS_CODES[status] ?? String(status);
  res.statusCode = status;
  for (const name of ['ETag', 'Last-Modified', 'Cache-Control', 'Content-Encoding', 'Content-Language'])
    res.removeHeader(name);
  res.setHeader('Content-Type', 'text/plain; charset=utf-8');
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(req.method === 'HEAD' ? undefined : text);
}

/** Header fields that describe a body. A 304 has none. */
const CONTENT_FIELDS = [
  'Content-Type',
  'Content-Length',
  'Content-Encoding',
  'Content-Language',
  'Content-Range',
];

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  file: OpenFile,
  path: FilePath,
  headers: Readonly<Record<string, OutgoingHttpHeader>> | undefined,
  call: Call | undefined,
): Promise<void> {
  const stats = file.statInline?.(call) ?? (await file.stat(call));
  if (!stats.isFile()) return void refuse(req, res, 404);
  if (isDestroyed(res)) return undefined;
  const { size } = stats;
  const validators = validatorsOf(stats);
  const status = precondition(req.headers, validators);
  if (status === 412) return void refuse(req, res, 412);
  const ranges = status === 200 ? wantedRanges(req, size, validators) : undefined;
  if (ranges?.length === 0) {
    res.setHeader('Content-Range', `bytes */${size}`);
    return void refuse(req, res, 416);
  }
  for (const [name, value] of Object.entries(headers ?? {})) res.setHeader(name, value);
  setMissing(res, 'Accept-Ranges', 'bytes');
  setMissing(res, 'ETag', validators.etag);
  setMissing(res, 'Last-Modified', new Date(validators.modifiedMs).toUTCString());
  if (status === 304) {
    for (const name of CONTENT_FIELDS) res.removeHeader(name);
    res.statusCode = 304;
    res.end();
    return undefined;
  }
  setMissing(res, 'Content-Type', typeOf(path));
  res.statusCode = ranges === undefined ? 200 : 206;
  const parts = partsOf(res, ranges, size);
  res.setHeader('Content-Length', totalLength(parts));
  if (req.method === 'HEAD') res.end();
  else await sendBody(req, res, file, parts, call);
}

// Only GET has ranges (RFC 9110, 14.2).
function wantedRanges(req: IncomingMessage, size: number, validators: Validators): ByteRange[] | undefined {
  const field = req.headers.range;
  if (field === undefined || req.method !== 'GET' || !isRangeFresh(req.headers, validators)) return undefined;
  return parseRanges(field, size);
}

function setMissing(res: ServerResponse, name: string, value: string): void {
  if (!res.hasHeader(name)) res.setHeader(name, value);
}

/** What is sent, and the headers that say so. */
function partsOf(res: ServerResponse, ranges: ByteRange[] | undefined, size: number): BodyPart[] {
  if (ranges === undefined) return [{ start: 0, end: size }];
  const [range] = ranges;
  if (ranges.length === 1) {
    res.setHeader('Content-Range', contentRange(range!, size));
    return [range!];
  }
  const boundary = randomBytes(16).toString('hex');
  const type = String(res.getHeader('Content-Type'));
  res.setHeader('Content-Type', `multipart/byteranges; boundary=${boundary}`);
  const parts: BodyPart[] = [];
  for (const each of ranges) {
    const lead = parts.length === 0 ? '' : '\r\n';
    const fields = `Content-Type: ${type}\r\nContent-Range: ${contentRange(each, size)}`;
    parts.push(Buffer.from(`${lead}--${boundary}\r\n${fields}\r\n\r\n`, 'latin1'), each);
  }
  parts.push(Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1'));
  return parts;
}

const contentRange = ({ start, end }: ByteRange, size: number): string => `bytes ${start}-${end - 1}/${size}`;

/** The type of a name's extension. */
function typeOf(path: FilePath): string {
  const name = textOf(path).replace(/^.*[\\/]/, '');
  const dot = name.lastIndexOf('.');
  const type = dot > 0 ? lookup(name.slice(dot + 1)) : undefined;
  if (type === undefined) return 'application/octet-stream';
  return /^text\/|^application\/json$/.test(type) ? `${type}; charset=utf-8` : type;
}

const textOf = (path: FilePath): string => (typeof path === 'string' ? path : Buffer.from(path).toString());
