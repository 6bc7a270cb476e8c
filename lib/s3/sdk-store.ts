// The bucket of an `@aws-sdk/client-s3` client: each call is one command. The program provides the package.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import nodePath from 'node:path';

import { invalidArgType, UnsupportedOperationError } from '../errors/index.js';
import { checkDescriptors } from '../own-file.js';
import {
  type ObjectInfo,
  type ObjectStore,
  ObjectStoreError,
  type PreparedRequest,
  type StoreCall,
} from './object-store.js';
import { queryOf } from './signature.js';
import {
  copySourceOf,
  decoded,
  deleteEach,
  extentOf,
  nextPage,
  quoted,
  rangeOf,
  socketCode,
  statusOf,
} from './wire.js';

/**
 * The only method of a client that is needed. `S3Client` and `S3` have it.
 * @throws the client's errors
 * @cancelling the library passes an `abortSignal` in `options`
 * @platforms the same on all systems
 * @example s3Files({ client: new S3Client({}), bucket: 'reports' });
 */
export interface S3ClientLike {
  /** Sends one command, like the SDK's client.
   * @returns the output of the command */
  send(command: never, options?: never): Promise<unknown>;
}

/** The parts of the commands' answers that are used. */
interface Output {
  readonly Body?: AsyncIterable<Uint8Array>;
  readonly CommonPrefixes?: readonly { Prefix: string }[];
  readonly ContentLength?: number;
  readonly ContentRange?: string;
  readonly ContentType?: string;
  readonly Contents?: readonly { Key: string; Size: number; ETag?: string; LastModified?: Date }[];
  readonly CopyPartResult?: { ETag?: string };
  readonly EncodingType?: string;
  readonly Errors?: readonly { Key: string; Code: string; Message?: string }[];
  readonly ETag?: string;
  readonly IsTruncated?: boolean;
  readonly LastModified?: Date;
  readonly Metadata?: Record<string, string>;
  readonly NextContinuationToken?: string;
  readonly UploadId?: string;
}

type Command = {
  middlewareStack: { add(step: unknown, options: object): void };
  resolveMiddleware(
    client: unknown,
    config: unknown,
    options: object,
  ): (command: Command) => Promise<unknown>;
};
type Sdk = Record<string, new (input: object) => Command>;
type Send = (command: Command, options: object) => Promise<Output>;

const PACKAGE = '@aws-sdk/client-s3';

let sdk: Promise<Sdk> | undefined;

// A failure is not kept: the next call tries again.
function loaded(): Promise<Sdk> {
  if (sdk === undefined) {
    sdk = load();
    sdk.catch(() => (sdk = undefined));
  }
  return sdk;
}

// If uvfiles is linked into a program, the package is resolved from the program, not from here. This is done by `require`,
// because Node remembers an `import` that could not read a file.
async function load(): Promise<Sdk> {
  checkDescriptors();
  try {
    return (await import(PACKAGE)) as Sdk;
  } catch {
    checkDescriptors();
    return createRequire(nodePath.join(process.cwd(), 'index.js'))(PACKAGE) as Sdk;
  }
}

/**
 * Creates an ObjectStore from a client of `@aws-sdk/client-s3` and the name of a bucket. `s3Files` uses it.
 * @returns a store for `objectFiles`
 * @throws TypeError if `client` has no `send`
 * @cancelling calls of the store take a signal, which ends the request
 * @platforms the same on Linux, macOS and Windows
 * @example const files = objectFiles(sdkStore(new S3Client({}), 'reports'));
 */
export function sdkStore(client: S3ClientLike, bucket: string): ObjectStore {
  if (typeof (client as Partial<S3ClientLike> | undefined)?.send !== 'function')
    throw invalidArgType('client', 'an S3Client of @aws-sdk/client-s3', client);
  // Looked up for each call, because tests stub it on a client that is already in use.
  const send: Send = (command, o) => client.send(command as never, o as never) as Promise<Output>;

  async function commandOf(name: string, input: object): Promise<Command> {
    const commands = await loaded();
    return new commands[`${name}Command`]!({ Bucket: bucket, ...given(input) });
  }

  async function ask(
    name: string,
    input: object,
    { signal }: StoreCall,
    prepare?: (c: Command) => void,
  ): Promise<Output> {
    const command = await commandOf(name, input);
    prepare?.(command);
    try {
      return await send(command, signal === undefined ? {} : { abortSignal: signal });
    } catch (error) {
      throw storeError(error);
    }
  }

  return {
    async head(key, call) {
      return info(await ask('HeadObject', { Key: key }, call));
    },
    async get(key, { start, end, ifMatch, ...call }) {
      const answer = await ask('GetObject', { Key: key, Range: rangeOf(start, end), IfMatch: ifMatch }, call);
      const extent = extentOf(answer.ContentRange, answer.ContentLength ?? NaN);
      return { ...info(answer), ...extent, body: answer.Body ?? nothing() };
    },
    async put(key, data, { contentType, metadata, ifMatch, ifNoneMatch, ...call }) {
      const about = {
        ContentType: contentType,
        Metadata: metadata,
        IfMatch: ifMatch,
        IfNoneMatch: ifNoneMatch,
      };
      return etag(await ask('PutObject', { Key: key, Body: data, ...about }, call));
    },
    async createUpload(key, { contentType, metadata, ...call }) {
      const about = { ContentType: contentType, Metadata: metadata };
      return (await ask('CreateMultipartUpload', { Key: key, ...about }, call)).UploadId!;
    },
    async uploadPart(key, upload, number, data, call) {
      const part = { Key: key, UploadId: upload, PartNumber: number };
      if (data instanceof Uint8Array) return etag(await ask('UploadPart', { ...part, Body: data }, call));
      const { start, end } = data;
      const source = { CopySource: copySourceOf(bucket, data.key), CopySourceRange: rangeOf(start, end) };
      const answer = await ask('UploadPartCopy', { ...part, ...source }, call);
      return etag(answer.CopyPartResult ?? {});
    },
    async completeUpload(key, upload, parts, { ifMatch, ifNoneMatch, ...call }) {
      const MultipartUpload = { Parts: parts.map((part) => ({ PartNumber: part.number, ETag: part.etag })) };
      const condition = { IfMatch: ifMatch, IfNoneMatch: ifNoneMatch };
      await ask(
        'CompleteMultipartUpload',
        { Key: key, UploadId: upload, MultipartUpload, ...condition },
        call,
      );
    },
    async abortUpload(key, upload, call) {
      await ask('AbortMultipartUpload', { Key: key, UploadId: upload }, call);
    },
    async prepareAbort(key, upload) {
      let request: HttpRequest | undefined;
      const take = () => async (step: { request: HttpRequest }) => {
        ({ request } = step);
        return { response: {}, output: { $metadata: {} } };
      };
      // Not with `send`: a stand-in for a client, as tests have, knows no middleware and would abort the upload.
      const { middlewareStack, config } = client as { middlewareStack?: unknown; config?: unknown };
      if (middlewareStack === undefined)
        throw new UnsupportedOperationError('the client cannot sign requests');
      const command = await commandOf('AbortMultipartUpload', { Key: key, UploadId: upload });
      // Placed outside of the middleware that reads responses, and after the one that signs.
      command.middlewareStack.add(take, { step: 'deserialize', priority: 'high', name: 'uvfilesPrepare' });
      await command.resolveMiddleware(middlewareStack, config, {})(command);
      return unsent(request!);
    },
    async list({ prefix, delimiter, after, limit, ...call }) {
      const page = { Prefix: prefix, Delimiter: delimiter, ContinuationToken: after, MaxKeys: limit };
      const answer = await ask('ListObjectsV2', { ...page, EncodingType: 'url' }, call);
      const decode = answer.EncodingType === 'url' ? decoded : String;
      return {
        objects: (answer.Contents ?? []).map((each) => ({
          key: decode(each.Key),
          size: each.Size,
          etag: etag(each),
          modified: Number(each.LastModified ?? 0),
        })),
        prefixes: (answer.CommonPrefixes ?? []).map(({ Prefix }) => decode(Prefix)),
        next: nextPage(answer.IsTruncated === true, answer.NextContinuationToken),
      };
    },
    async copy(source, key, call) {
      await ask('CopyObject', { Key: key, CopySource: copySourceOf(bucket, source.key) }, call);
    },
    delete(keys, { ifMatch, ...call }) {
      const one = (key: string) => ask('DeleteObject', { Key: key, IfMatch: ifMatch }, call);
      return deleteEach(keys, one, async (together) => {
        const Delete = { Objects: together.map((Key) => ({ Key })), Quiet: true };
        const answer = await ask('DeleteObjects', { Delete }, call, withDigest);
        return (answer.Errors ?? []).map(({ Key: key, Code: code, Message: message = code }) => {
          return { key, error: new ObjectStoreError(code, message, { status: statusOf(code) }) };
        });
      });
    },
  };
}

/** The parts of the SDK's requests that are used. */
interface HttpRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

function unsent(request: HttpRequest): PreparedRequest {
  const { protocol, hostname, port, method, path, query = {}, headers } = request;
  const search = queryOf(query);
  return { protocol, hostname, port, method, path: search === '' ? path : `${path}?${search}`, headers };
}

// DeleteObjects needs a digest of its body; older servers know MD5 only, which the SDK does not send by itself.
function withDigest(command: Command): void {
  const add =
    (next: (step: unknown) => unknown) =>
    (step: { request: { body?: string | Uint8Array; headers: Record<string, string> } }): unknown => {
      const { body, headers } = step.request;
      if (body !== undefined) headers['content-md5'] = createHash('md5').update(body).digest('base64');
      return next(step);
    };
  command.middlewareStack.add(add, { step: 'build', name: 'uvfilesContentMd5' });
}

function given(input: object): object {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

const etag = ({ ETag = '' }: { ETag?: string }): string => quoted(ETag);

function info(answer: Output): ObjectInfo {
  const { ContentLength: length = NaN, ContentRange: range } = answer;
  return {
    size: extentOf(range, length).size,
    etag: etag(answer),
    modified: Number(answer.LastModified ?? 0),
    contentType: answer.ContentType,
    metadata: answer.Metadata,
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // A response without a body.
}

function storeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { $metadata, Code, code, name, message } = error as SdkError;
  const { requestId, attempts } = $metadata ?? {};
  // Errors of stand-ins have no metadata.
  const status = $metadata?.httpStatusCode ?? (name === 'PreconditionFailed' ? 412 : undefined);
  const known = status === undefined ? (socketCode(error) ?? code) : Code;
  return new ObjectStoreError(known ?? name, message, { status, requestId, attempts, cause: error });
}

interface SdkError extends Error {
  readonly $metadata?: { httpStatusCode?: number; requestId?: string; attempts?: number };
  readonly Code?: string;
  readonly code?: string;
}
