// The object store that the benchmark of uvfiles/s3 runs on: the Ceph that `npm run test:s3` starts, or another server.
import type * as Sdk from '@aws-sdk/client-s3';
import { ceph } from '../../test/s3/support/ceph.js';
import type { Context } from '../harness/types.js';

const {
  UVFILES_S3_ENDPOINT = 'http://127.0.0.1:7480',
  UVFILES_S3_KEY = 'testkey',
  UVFILES_S3_SECRET = 'testsecret',
} = process.env;

export const bucket = 'uvfiles-bench';

interface Connection {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.S3Client;
}

let connection: Promise<Connection | undefined> | undefined;

/**
 * The SDK and one client of it, with the bucket made; undefined where there is no package or no server.
 * @param start starts Ceph where no server answers, until the benchmark ends
 */
export function connect({ start = false } = {}): Promise<Connection | undefined> {
  return (connection ??= connectOnce(start));
}

/** The same for what runs only where there is a server. */
export async function connected(): Promise<Connection> {
  const there = await connect();
  if (there === undefined) throw new Error(skipped.skip);
  return there;
}

/** Whether the workloads on S3 have been asked for by name: a server is started for them. */
export function isAsked({ only, issues }: Context): boolean {
  return only.some((name) => name.startsWith('s3')) || issues.includes(14);
}

async function connectOnce(start: boolean): Promise<Connection | undefined> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const sdk = await import('@aws-sdk/client-s3').catch(() => undefined);
  if (sdk === undefined) return undefined;
  const client = new sdk.S3Client({
    endpoint: UVFILES_S3_ENDPOINT,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: UVFILES_S3_KEY, secretAccessKey: UVFILES_S3_SECRET },
  });
  const answers = () =>
    client.send(new sdk.CreateBucketCommand({ Bucket: bucket })).then(
      () => true,
      (error: unknown) => (error as Error).name.startsWith('BucketAlready'),
    );
  if (!(await answers()) && !(start && (await startCeph()) && (await answers()))) return undefined;
  return { sdk, client };
}

async function startCeph(): Promise<boolean> {
  if (ceph.whyNot() !== undefined) return false;
  await ceph.start();
  process.once('beforeExit', () => void ceph.stop());
  // After Ctrl-C: what `stop` does before it waits is enough to end the processes.
  process.once('exit', () => void ceph.stop());
  return true;
}

/** What a workload's fixture says where there is no server. */
export const skipped = {
  skip: 'no S3 server answers: `npm run bench -- s3` starts Ceph where it is installed',
};
