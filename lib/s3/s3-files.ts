// The public functions: settings checked, and a file system made of them.
import { optionReader, text, unchecked } from '../arguments/options.js';
import { invalidArgType, invalidArgValue } from '../errors/index.js';
import type { FileSystem } from '../filesystem/filesystem.js';
import { ObjectFiles } from './object-files.js';
import type { ObjectStore } from './object-store.js';
import { whole } from './options.js';
import { type S3ClientLike, sdkStore } from './sdk-store.js';

const MIB = 1 << 20;
const GIB = 2 ** 30;

/** The limits of S3's multipart uploads. */
const LEAST_PART = 5 * MIB;
const LARGEST_PART = 5 * GIB;

/** Settings of reading and writing objects. */
export interface ObjectFilesOptions {
  /** Only keys below it are visible. A slash is added at its end if there is none. */
  prefix?: string | undefined;
  /**
   * The size of one part of a multipart upload in bytes, from 5 MiB to 5 GiB. An object has at most 10,000 parts.
   * Default: 8 MiB.
   */
  partSize?: number | undefined;
  /**
   * The maximum number of bytes that sequential reading fetches with one request. 0 switches reading ahead off.
   * Default: 8 MiB.
   */
  readAhead?: number | undefined;
  /** The maximum number of requests that one call makes at a time. One upload sends at most 4 parts at a time. Default: 32. */
  concurrency?: number | undefined;
  /** Larger objects are copied in parts by the server. Default: 5 GiB, the largest that S3 copies in one request. */
  copyLimit?: number | undefined;
}

/** Options of `s3Files`. */
export interface S3FilesOptions extends ObjectFilesOptions {
  /** A client of `@aws-sdk/client-s3`. It handles credentials, region, retries and checksums. */
  client: S3ClientLike;
  /** The name of the bucket. It is not created. */
  bucket: string;
}

const SETTINGS = {
  prefix: text(''),
  partSize: whole(8 * MIB, LEAST_PART, LARGEST_PART),
  readAhead: whole(8 * MIB, 0, GIB),
  concurrency: whole(32, 1, 1000),
  copyLimit: whole(5 * GIB, LEAST_PART, 5 * GIB),
};

const readSettings = optionReader(SETTINGS, false);
const readOptions = optionReader({ client: unchecked, bucket: unchecked, ...SETTINGS }, false);

/**
 * Creates a file system from an S3 bucket. Makes no request.
 * @returns a file system for `mount`
 * @throws TypeError ERR_INVALID_ARG_TYPE or ERR_INVALID_ARG_VALUE, RangeError ERR_OUT_OF_RANGE
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example
 * mount('s3://reports', s3Files({ client: new S3Client({}), bucket: 'reports' }));
 * for await (const line of await open('s3://reports/2026/11.csv')) console.log(line);
 */
export function s3Files(options: S3FilesOptions): FileSystem {
  if (options === undefined) throw invalidArgType('options', 'of type object', options);
  const { client, bucket, ...settings } = readOptions(options);
  if (typeof (client as Partial<S3ClientLike> | undefined)?.send !== 'function')
    throw invalidArgType('options.client', 'an S3Client of @aws-sdk/client-s3', client);
  if (typeof bucket !== 'string') throw invalidArgType('options.bucket', 'of type string', bucket);
  if (bucket === '') throw invalidArgValue('options.bucket', bucket, 'must not be empty');
  return new ObjectFiles(sdkStore(client as S3ClientLike, bucket), settings);
}

/**
 * Creates a file system from an object store, for clients other than the AWS SDK. Makes no request.
 * @returns a file system for `mount`
 * @throws TypeError ERR_INVALID_ARG_TYPE or ERR_INVALID_ARG_VALUE, RangeError ERR_OUT_OF_RANGE
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example mount('/objects', objectFiles(signedStore({ endpoint, region, bucket, credentials })));
 */
export function objectFiles(store: ObjectStore, options?: ObjectFilesOptions): FileSystem {
  if (typeof (store as Partial<ObjectStore> | undefined)?.head !== 'function')
    throw invalidArgType('store', 'an ObjectStore', store);
  return new ObjectFiles(store, readSettings(options));
}
