// The interface of an object store for `objectFiles`: ten calls, each of which is one request of S3. An adapter adds no
// caching, no splitting, and no retries except those of its client.

/** The options of every call. */
export interface StoreCall {
  /** Aborts the request. The call rejects; it need not wait for the server. */
  readonly signal?: AbortSignal | undefined;
}

/** One object, as a HEAD or a GET describes it. */
export interface ObjectInfo {
  /** Bytes of the whole object. */
  readonly size: number;
  /** With its quotes: `"5eb63bbbe01eeed093cb22bb8f5acdc3"`. */
  readonly etag: string;
  /** When it was written, in milliseconds since the epoch. */
  readonly modified: number;
  /** The MIME type. */
  readonly contentType?: string | undefined;
  /** The user's metadata, with names in lower case and without `x-amz-meta-`. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** The body of an object, or of a range of it. */
export interface ObjectBody extends ObjectInfo {
  /** The offset in the object of the first byte of the body. */
  readonly start: number;
  /** The number of bytes that the server announced for the body. */
  readonly length: number;
  /** The bytes, read once. Ending the iteration early ends the request. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The bytes to read. */
export interface GetCall extends StoreCall {
  /** The first byte. */
  readonly start?: number | undefined;
  /** The byte after the last. */
  readonly end?: number | undefined;
  /** Rejects with status 412 if the object has another ETag. */
  readonly ifMatch?: string | undefined;
}

/** The properties of a new object in addition to its bytes. */
export interface NewObject {
  /** The MIME type. */
  readonly contentType?: string | undefined;
  /** The user's metadata, as pairs of name and value. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** A condition on the object at a key before a write. At most one of the two is set. */
export interface Condition {
  /** Rejects with status 412 unless the object has this ETag. It is sent unchanged, with or without quotes. */
  readonly ifMatch?: string | undefined;
  /** Rejects with status 412 if there is an object. */
  readonly ifNoneMatch?: '*' | undefined;
}

/** One uploaded part. Numbers begin with 1. */
export interface UploadedPart {
  /** The number of the part, from 1. */
  readonly number: number;
  /** The version of the content, with the quotes that the store gives. */
  readonly etag: string;
}

/** A range of another object of the bucket. */
export interface CopySource {
  /** The name of the object in its bucket. */
  readonly key: string;
  /** The first byte. */
  readonly start?: number | undefined;
  /** The byte after the last. */
  readonly end?: number | undefined;
}

/** A signed request without a body: options of `http.request`. */
export interface PreparedRequest {
  /** `http:` or `https:`. */
  readonly protocol: string;
  /** The name or address of the server. */
  readonly hostname: string;
  /** The port, unless it is the default one. */
  readonly port?: string | number | undefined;
  /** The method, such as `DELETE`. */
  readonly method: string;
  /** The path and the query, encoded. */
  readonly path: string;
  /** The headers, the signature among them. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The keys to list. */
export interface ListCall extends StoreCall {
  /** Only keys that begin with this. */
  readonly prefix: string;
  /** Keys that contain it after the prefix are grouped into one prefix. */
  readonly delimiter?: '/' | undefined;
  /** `next` of the previous page. */
  readonly after?: string | undefined;
  /** The maximum number of keys and prefixes of the page. Default: 1,000. */
  readonly limit?: number | undefined;
}

/** One object in a listing. */
export interface ListedObject {
  /** The name of the object in its bucket. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** The version of the content, with the quotes that the store gives. */
  readonly etag: string;
  /** When it was written, in milliseconds since the epoch. */
  readonly modified: number;
}

/** One page of a listing, in the byte order of the keys. */
export interface ListPage {
  /** The objects of this page. */
  readonly objects: readonly ListedObject[];
  /** The prefixes of grouped keys, up to the delimiter. */
  readonly prefixes: readonly string[];
  /** Continues the listing; undefined on the last page. */
  readonly next: string | undefined;
}

/** The options of a deletion. */
export interface DeleteCall extends StoreCall {
  /**
   * Given only with a single key: it fails with status 412 unless the object has this ETag. It is sent unchanged, with or without
   * quotes. A store may ignore it.
   */
  readonly ifMatch?: string | undefined;
}

/** A key that could not be deleted. */
export interface DeleteFailure {
  /** The name of the object in its bucket. */
  readonly key: string;
  /** Why it was not deleted. */
  readonly error: ObjectStoreError;
}

/**
 * A bucket. Calls can run in parallel.
 * @throws ObjectStoreError, after the retries of the client have failed
 * @cancelling rejects when `call.signal` is aborted, without waiting for the server
 * @platforms the same on all systems
 * @example mount('s3://reports', objectFiles(new MyStore('reports')));
 */
export interface ObjectStore {
  /** Gets the properties of an object.
   * @returns its size, ETag, time and metadata */
  head(key: string, call: StoreCall): Promise<ObjectInfo>;
  /** Reads an object or a range of it.
   * @returns its properties and its content */
  get(key: string, call: GetCall): Promise<ObjectBody>;
  /** Stores an object with one request.
   * @returns its ETag */
  put(key: string, data: Uint8Array, call: NewObject & Condition & StoreCall): Promise<string>;

  /** Begins a multipart upload.
   * @returns its id */
  createUpload(key: string, call: NewObject & StoreCall): Promise<string>;
  /** Uploads one part, or copies it on the server.
   * @returns the ETag of the part */
  uploadPart(
    key: string,
    upload: string,
    number: number,
    data: Uint8Array | CopySource,
    call: StoreCall,
  ): Promise<string>;
  /** Creates the object from the uploaded parts. */
  completeUpload(
    key: string,
    upload: string,
    parts: readonly UploadedPart[],
    call: Condition & StoreCall,
  ): Promise<void>;
  /** Ends a multipart upload without creating an object, and removes its parts. */
  abortUpload(key: string, upload: string, call: StoreCall): Promise<void>;
  /**
   * Optional: signs the request of `abortUpload`, without sending it. The library sends it if the process ends before the upload,
   * for example by `process.exit`.
   * @returns the signed request
   */
  prepareAbort?(key: string, upload: string): Promise<PreparedRequest>;

  /** Lists keys.
   * @returns one page */
  list(call: ListCall): Promise<ListPage>;
  /** Copies an object with its metadata on the server. */
  copy(source: CopySource, key: string, call: StoreCall): Promise<void>;
  /** Deletes up to 1,000 keys. A key that does not exist counts as deleted.
   * @returns the keys that could not be deleted */
  delete(keys: readonly string[], call: DeleteCall): Promise<readonly DeleteFailure[]>;
}

/**
 * The error of a failed request. `cause` is the error of the client.
 * @example if (error.cause instanceof ObjectStoreError) console.log(error.cause.requestId);
 */
export class ObjectStoreError extends Error {
  /** The name of the class. */
  override readonly name = 'ObjectStoreError';
  /** The server's code, such as `NoSuchKey`, or that of the socket, such as `ECONNREFUSED`. */
  readonly code: string;
  /** The HTTP status; undefined if there was no answer. */
  readonly status: number | undefined;
  /** The server's id of the request, for questions to its operators. */
  readonly requestId: string | undefined;
  /** The number of requests that were sent, including retries of the client. */
  readonly attempts: number;

  constructor(
    code: string,
    message: string,
    o: {
      status?: number | undefined;
      /** The server's id of the request, for questions to its operators. */
      requestId?: string | undefined;
      attempts?: number | undefined;
      cause?: unknown;
    },
  ) {
    super(message, o.cause === undefined ? undefined : { cause: o.cause });
    this.code = code;
    this.status = o.status;
    this.requestId = o.requestId;
    this.attempts = o.attempts ?? 1;
  }
}
