// The buckets that the tests run on: one in memory always, those of real servers where UVFILES_S3 names them
// (`npm run test:s3` starts them and sets it).
import { randomUUID } from 'node:crypto';

import { objectFiles, type ObjectFilesOptions, type ObjectStore, sdkStore, signedStore } from 'uvfiles/s3';

import { AWS, type Honours, MemoryStore, CEPH, SWIFT } from './memory-store.js';

/** The bucket that the tests use. */
export type Files = ReturnType<typeof objectFiles>;

/** A server that `npm run test:s3` starts. */
export interface Server {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly honours: Honours;
}

export const SERVERS: Readonly<Record<string, Server>> = {
  ceph: {
    endpoint: 'http://127.0.0.1:7480',
    credentials: { accessKeyId: 'testkey', secretAccessKey: 'testsecret' },
    honours: CEPH,
  },
  swift: {
    endpoint: 'http://127.0.0.1:8080',
    credentials: { accessKeyId: 'test:tester', secretAccessKey: 'testing' },
    honours: SWIFT,
  },
};

export const BUCKET = 'uvfiles';

const wanted = new Set((process.env.UVFILES_S3 ?? '').split(',').filter(Boolean));

/** Why tests of a server skip; undefined if they run. */
export function whySkipped(server: string): string | undefined {
  return wanted.has(server) ? undefined : `UVFILES_S3 does not name ${server}: npm run test:s3`;
}

// Not typed: the package is optional, and types of it would make it necessary.
const SDK = '@aws-sdk/client-s3';
export const sdk = async (): Promise<any> => import(SDK);

/** A client as a user would create it. `o` is added to its settings. */
export async function client({ endpoint, credentials }: Server, o: object = {}): Promise<any> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const { S3Client } = await sdk();
  return new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true, ...o });
}

/** A store of signed requests to the server. */
export function signedOn(o: Omit<Server, 'honours'> & { bucket: string; attempts?: number }): ObjectStore {
  const { endpoint, credentials, bucket, attempts } = o;
  return signedStore({ endpoint, credentials, bucket, attempts });
}

/** One bucket, and a place in it for each test. */
export class Target {
  readonly honours: Honours;
  readonly store: ObjectStore;
  /** Uploads that have been begun and not ended, by key. */
  readonly uploads: (prefix: string) => Promise<string[]>;

  constructor(honours: Honours, store: ObjectStore, uploads: (prefix: string) => Promise<string[]>) {
    this.honours = honours;
    this.store = store;
    this.uploads = uploads;
  }

  /** A file system of its own below a prefix, a new one unless told. */
  place(
    o: ObjectFilesOptions = {},
    store = this.store,
    prefix = `${randomUUID()}/`,
  ): { files: Files; prefix: string } {
    return { files: objectFiles(store, { ...o, prefix }), prefix };
  }
}

function inMemory(): Target {
  const store = new MemoryStore(AWS);
  return new Target(AWS, store, async (prefix) =>
    [...store.uploads.values()].map(({ key }) => key).filter((key) => key.startsWith(prefix)),
  );
}

export async function onServer(server: Server, make: (client: any) => ObjectStore): Promise<Target> {
  const s3 = await client(server);
  const { CreateBucketCommand, ListMultipartUploadsCommand } = await sdk();
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET })).catch((error: Error) => {
    if (!error.name.startsWith('BucketAlready')) throw error;
  });
  return new Target(server.honours, make(s3), async (Prefix) => {
    const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix }));
    return Uploads.map(({ Key }: { Key: string }) => Key);
  });
}

const KINDS: { name: string; server?: string; make: () => Target | Promise<Target> }[] = [
  { name: 'memory', make: inMemory },
  {
    name: 'Ceph, AWS SDK',
    server: 'ceph',
    make: () => onServer(SERVERS.ceph!, (s3) => sdkStore(s3, BUCKET)),
  },
  {
    name: 'Ceph, signed requests',
    server: 'ceph',
    make: () => onServer(SERVERS.ceph!, () => signedOn({ ...SERVERS.ceph!, bucket: BUCKET })),
  },
  {
    name: 'Swift, AWS SDK',
    server: 'swift',
    make: () => onServer(SERVERS.swift!, (s3) => sdkStore(s3, BUCKET)),
  },
];

/** Defines the same tests for each bucket. */
export function onEachBucket(define: (target: () => Target) => void): void {
  for (const { name, server, make } of KINDS) {
    const why = server === undefined ? undefined : whySkipped(server);
    if (why !== undefined) {
      it(`${name}: skipped, ${why}`);
      continue;
    }
    describe(`on ${name}`, () => {
      let target: Target;
      before(async function () {
        this.timeout(240_000);
        target = await make();
      });
      define(() => target);
    });
  }
}
