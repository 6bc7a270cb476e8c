// serveFile: a file as the answer to an HTTP request.
import { randomBytes } from 'node:crypto';
import {
  type IncomingMessage,
  type OutgoingHttpHeader,
  type ServerResponse,
  STATUS_CODES,
  validateHeaderName,
  validateHeaderValue,
} from 'node:http';
import type { Stats } from 'node:fs';

import { lookup } from 'mrmime';

import { type Check, optionReader, unchecked } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { invalidArgType, invalidArgValue } from '../errors/index.js';
import type { FilePath } from '../filesystem/filesystem.js';
import { textOf } from '../filesystem/mounted-path.js';
import type { OpenFile } from '../filesystem/open-file.js';
import type { Call } from '../schedule/call.js';
import type { ServeOptions } from './index.js';
import { isRangeFresh, precondition, type Validators, validatorsOf, validatorsSent } from './conditions.js';
import { openPlace, placeOf } from './find-file.js';
import { type ByteRange, parseRanges } from './ranges.js';
import { type BodyPart, isDestroyed, sendBody, totalLength } from './send-body.js';

type Header = readonly [name: string, value: OutgoingHttpHeader];

const NO_HEADERS: readonly Header[] = [];

const headerFields: Check<readonly Header[]> = (value, name) => {
  if (value === undefined) return NO_HEADERS;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidArgType(name, 'of type object', value);
  const fields = Object.entries(value as Record<string, OutgoingHttpHeader>);
  for (const [field, of] of fields) checkHeader(`${name}['${field}']`, field, of);
  return fields;
};

// Header fields that Node would reject only after the response has begun.
function checkHeader(argument: string, field: string, value: unknown): void {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.some((each) => typeof each !== 'string' && typeof each !== 'number'))
    throw invalidArgType(argument, 'of type string or number, or an array of strings', value);
  try {
    validateHeaderName(field);
    for (const each of values) validateHeaderValue(field, each as string);
  } catch (error) {
    throw invalidArgValue(argument, value, `is not a header field: ${(error as Error).message}`);
  }
}

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
  // A root that was not set must not be the current directory.
  if (top?.length === 0) throw invalidArgValue('options.root', root, 'must not be empty');
  // The client sent it, so it is not a programming error.
  if (top !== undefined && typeof path === 'string' && path.includes('\0')) return void refuse(req, res, 400);
  const at = toPathBytes(path);
  if (res.headersSent)
    throw Object.assign(new Error('The headers of the response have already been sent'), {
      code: 'ERR_HTTP_HEADERS_SENT',
    });
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    res.setHeader('Allow', 'GET, HEAD');
    return void refuse(req, res, 405);
  }
  let file: OpenFile | undefined;
  try {
    const place = placeOf(at, top);
    const found = wantsAll(req) ? place.files.readStatedInline?.(place.path, call) : undefined;
    const cached = found instanceof Promise ? await found : found;
    if (cached !== undefined) {
      if (partsToSend(req, res, cached.stats, at, headers) !== undefined) res.end(cached.bytes);
      return;
    }
    file = await openPlace(place, call);
    await answer(req, res, file, at, headers, call);
  } catch (error) {
    const status = statusOf(error, file !== undefined);
    if (!res.headersSent) refuse(req, res, status);
    if (status === 500) throw error;
  } finally {
    // Nothing was written through it.
    if (file !== undefined && file.closeInline?.() !== true) await file.close().catch(() => undefined);
  }
}

// Whether the answer is most likely the whole file.
function wantsAll({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers.range === undefined &&
    headers['if-none-match'] === undefined &&
    headers['if-modified-since'] === undefined
  );
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
  if (status !== 416) res.removeHeader('Content-Range');
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
  headers: readonly Header[],
  call: Call | undefined,
): Promise<void> {
  const stats = file.statInline?.(call) ?? (await file.stat(call));
  const parts = partsToSend(req, res, stats, path, headers);
  if (parts !== undefined) await sendBody(req, res, file, parts, call);
}

/** Sets the status and the header fields, and returns the body; undefined if the response is complete without one. */
function partsToSend(
  req: IncomingMessage,
  res: ServerResponse,
  stats: Stats,
  path: FilePath,
  headers: readonly Header[],
): BodyPart[] | undefined {
  if (!stats.isFile()) return void refuse(req, res, 404);
  if (isDestroyed(res)) return undefined;
  const { size } = stats;
  const own = validatorsOf(stats);
  const given = (name: string): unknown =>
    headers.findLast(([field]) => field.toLowerCase() === name)?.[1] ?? res.getHeader(name);
  const validators = validatorsSent(own, given('etag'), given('last-modified'));
  const status = precondition(req.headers, validators);
  if (status === 412) return void refuse(req, res, 412);
  const ranges = status === 200 ? wantedRanges(req, size, validators) : undefined;
  if (ranges?.length === 0) {
    res.setHeader('Content-Range', `bytes */${size}`);
    return void refuse(req, res, 416);
  }
  for (const [name, value] of headers) res.setHeader(name, value);
  setMissing(res, 'Accept-Ranges', 'bytes');
  setMissing(res, 'ETag', own.etag);
  setMissing(res, 'Last-Modified', dateOf(own.modifiedMs));
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
  if (req.method !== 'HEAD') return parts;
  res.end();
  return undefined;
}

const MOST_DATES = 1000;
const dates = new Map<number, string>();

/** A time in the format of header fields. */
function dateOf(ms: number): string {
  let text = dates.get(ms);
  if (text === undefined) {
    if (dates.size === MOST_DATES) dates.clear();
    dates.set(ms, (text = new Date(ms).toUTCString()));
  }
  return text;
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

// The known extensions that have been requested.
const types = new Map<string, string>();

/** The type of a name's extension. */
function typeOf(path: FilePath): string {
  const text = textOf(path);
  const dot = text.lastIndexOf('.');
  const start = Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1;
  if (dot <= start) return UNKNOWN_TYPE;
  const extension = text.slice(dot + 1).toLowerCase();
  const known = types.get(extension);
  if (known !== undefined) return known;
  const found = lookup(extension);
  if (found === undefined) return UNKNOWN_TYPE;
  const type = /^text\/|^application\/json$/.test(found) ? `${found}; charset=utf-8` : found;
  types.set(extension, type);
  return type;
}

const UNKNOWN_TYPE = 'application/octet-stream';
