/// <reference types="node" preserve="true" />
// `uvfiles/s3`: files in object stores.
export { objectFiles, s3Files, type ObjectFilesOptions, type S3FilesOptions } from './s3-files.js';
export { ObjectStoreError } from './object-store.js';
export { sdkStore, type S3ClientLike } from './sdk-store.js';
export { signedStore, type SignedStoreOptions } from './signed-store.js';
export type { Credentials } from './signature.js';
export type * from './object-store.js';
