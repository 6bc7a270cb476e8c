// An S3 bucket without an SDK: signed requests of node:http.
import { createHash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';

import { optionReader, text, unchecked } from '../arguments/options.js';
import { invalidArgType } from '../errors/index.js';
import { type CopySource, type ObjectInfo, type ObjectStore, ObjectStoreError } from './object-store.js';
import { copySourceOf, decoded, deleteEach, extentOf, nextPage, quoted, rangeOf } from './wire.js';
import type { Credentials } from './signature.js';
import { whole } from './options.js';
import { type Endpoint, errorOf, prepared, request, requestText } from './signed-request.js';
import { element, elements, escaped } from './xml.js';

/** The bucket and its credentials. */
export interface SignedStoreOptions {
  /** The server, such as `https://s3.eu-central-1.amazonaws.com`. The bucket's name becomes part of the path. */
  endpoint: string | URL;
  /** The bucket's name. */
  bucket: string;
  /** The credentials that requests are signed with. */
  credentials: Credentials;
  /** Default: `us-east-1`. */
  region?: string | undefined;
  /** The maximum number of requests for one call, if the server is busy or the connection breaks. Default: 3. */
  attempts?: number | undefined;
}

const readOptions = optionReader(
  {
    endpoint: unchecked,
    bucket: unchecked,
    credentials: unchecked,
    region: text('us-east-1'),
    attempts: whole(3, 1, 1000),
  },
  false,
);

/**
 * Creates a store for `objectFiles`, without the AWS SDK. Requests are signed with Signature Version 4, and repeated after
 * server errors and broken connections. Makes no request.
 * @returns a store for `objectFiles`
 * @throws TypeError ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE or ERR_INVALID_URL, RangeError ERR_OUT_OF_RANGE
 * @cancelling calls of the store take a signal, which ends the request
 * @platforms the same on Linux, macOS and Windows
 * @example const store = signedStore({ endpoint: 'http://127.0.0.1:9000', region: 'us-east-1', bucket: 'reports', credentials });
 */
export function signedStore(options: SignedStoreOptions): ObjectStore {
  if (options === undefined) throw invalidArgType('options', 'of type object', options);
  const { endpoint, bucket, region, attempts, ...given } = readOptions(options);
  if (typeof bucket !== 'string') throw invalidArgType('options.bucket', 'of type string', bucket);
  const credentials = given.credentials as Credentials;
  if (typeof (credentials as Partial<Credentials> | undefined)?.secretAccessKey !== 'string')
    throw invalidArgType('options.credentials', 'of type object', credentials);
  const url = new URL(endpoint as string | URL);
  const agent = new (url.protocol === 'https:' ? https : http).Agent({ keepAlive: true, maxSockets: 64 });
  const to: Endpoint = { url, bucket, region, credentials, agent, attempts };

  return {
    async head(key, { signal }) {
      return info((await request(to, { method: 'HEAD', key, signal })).resume());
    },
    async get(key, { start, end, ifMatch, signal }) {
      const headers = {
        range: rangeOf(start, end),
        'if-match': ifMatch,
      };
      const body = await request(to, { method: 'GET', key, headers, signal });
      return { ...info(body), ...extent(body), body: body as AsyncIterable<Uint8Array> };
    },
    async put(key, body, { contentType, metadata, ifMatch, ifNoneMatch, signal }) {
      const headers = { ...about(contentType, metadata), 'if-match': ifMatch, 'if-none-match': ifNoneMatch };
      const answer = await request(to, { method: 'PUT', key, headers, body, signal });
      return storedAs(answer.resume());
    },
    async createUpload(key, { contentType, metadata, signal }) {
      const headers = about(contentType, metadata);
      const what = { method: 'POST', key, query: { uploads: '' }, headers, signal };
      return element(await requestText(to, what, 'InitiateMultipartUploadResult'), 'UploadId')!;
    },
    async uploadPart(key, upload, number, data, { signal }) {
      const query = { partNumber: String(number), uploadId: upload };
      if (data instanceof Uint8Array) {
        const answer = await request(to, { method: 'PUT', key, query, body: data, signal });
        return storedAs(answer.resume());
      }
      const what = { method: 'PUT', key, query, headers: from(bucket, data), signal };
      return quoted(element(await requestText(to, what, 'CopyPartResult'), 'ETag') ?? '');
    },
    async completeUpload(key, upload, parts, { ifMatch, ifNoneMatch, signal }) {
      const xml = parts.map(
        (part) => `<Part><PartNumber>${part.number}</PartNumber><ETag>${escaped(part.etag)}</ETag></Part>`,
      );
      const body = Buffer.from(`<CompleteMultipartUpload>${xml.join('')}</CompleteMultipartUpload>`);
      const headers = { 'if-match': ifMatch, 'if-none-match': ifNoneMatch };
      const query = { uploadId: upload };
      const what = { method: 'POST', key, query, headers, body, signal };
      await requestText(to, what, 'CompleteMultipartUploadResult');
    },
    async abortUpload(key, upload, { signal }) {
      (await request(to, { method: 'DELETE', key, query: { uploadId: upload }, signal })).resume();
    },
    async prepareAbort(key, upload) {
      return prepared(to, { method: 'DELETE', key, query: { uploadId: upload } });
    },
    async list({ prefix, delimiter, after, limit = 1000, signal }) {
      const query = {
        'list-type': '2',
        'encoding-type': 'url',
        'max-keys': String(limit),
        prefix,
        ...(delimiter === undefined ? undefined : { delimiter }),
        ...(after === undefined ? undefined : { 'continuation-token': after }),
      };
      const answer = await requestText(to, { method: 'GET', query, signal }, 'ListBucketResult');
      const decode = element(answer, 'EncodingType') === 'url' ? decoded : String;
      return {
        objects: elements(answer, 'Contents').map((each) => listed(each, decode)),
        prefixes: elements(answer, 'CommonPrefixes').map((each) => decode(element(each, 'Prefix')!)),
        next: nextPage(element(answer, 'IsTruncated') === 'true', element(answer, 'NextContinuationToken')),
      };
    },
    async copy(source, key, { signal }) {
      const headers = from(bucket, source);
      await requestText(to, { method: 'PUT', key, headers, signal }, 'CopyObjectResult');
    },
    delete(keys, { ifMatch, signal }) {
      const one = async (key: string) => {
        (await request(to, { method: 'DELETE', key, headers: { 'if-match': ifMatch }, signal })).resume();
      };
      return deleteEach(keys, one, async (together) => {
        const xml = together.map((key) => `<Object><Key>${escaped(key)}</Key></Object>`);
        const body = Buffer.from(`<Delete>${xml.join('')}<Quiet>true</Quiet></Delete>`);
        const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
        const what = { method: 'POST', query: { delete: '' }, headers, body, signal };
        const answer = await requestText(to, what, 'DeleteResult');
        return elements(answer, 'Error').map((each) => ({
          key: element(each, 'Key')!,
          error: errorOf(each),
        }));
      });
    },
  };
}

function about(
  contentType: string | undefined,
  metadata: Readonly<Record<string, string>> | undefined,
): Record<string, string | undefined> {
  const named = Object.entries(metadata ?? {}).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  return { 'content-type': contentType, ...(Object.fromEntries(named) as Record<string, string>) };
}

function from(bucket: string, { key, start, end }: CopySource): Record<string, string | undefined> {
  return {
    'x-amz-copy-source': copySourceOf(bucket, key),
    'x-amz-copy-source-range': rangeOf(start, end),
  };
}

function extent({ headers }: http.IncomingMessage): ReturnType<typeof extentOf> {
  return extentOf(headers['content-range'], Number(headers['content-length']));
}

function etagOf({ headers }: http.IncomingMessage): string {
  return quoted(headers.etag ?? '');
}

// A write is confirmed by the ETag. What answers without one is not the server.
function storedAs(answer: http.IncomingMessage): string {
  if (answer.headers.etag !== undefined) return etagOf(answer);
  throw new ObjectStoreError('EIO', 'the response of the server has no ETag', {});
}

function info(answer: http.IncomingMessage): ObjectInfo {
  const { headers } = answer;
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (name.startsWith('x-amz-meta-')) metadata[name.slice('x-amz-meta-'.length)] = String(value);
  return {
    size: extent(answer).size,
    etag: etagOf(answer),
    modified: Date.parse(headers['last-modified'] ?? '') || 0,
    contentType: headers['content-type'],
    metadata,
  };
}

function listed(
  xml: string,
  decode: (key: string) => string,
): { key: string; size: number; etag: string; modified: number } {
  return {
    key: decode(element(xml, 'Key')!),
    size: Number(element(xml, 'Size')),
    etag: quoted(element(xml, 'ETag') ?? ''),
    modified: Date.parse(element(xml, 'LastModified') ?? '') || 0,
  };
}
