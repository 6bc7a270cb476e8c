// The object store that the benchmark of uvfiles/s3 runs on: the Ceph that `npm run test:s3` starts, or another server.
const {
  UVFILES_S3_ENDPOINT = 'http://127.0.0.1:7480',
  UVFILES_S3_KEY = 'testkey',
  UVFILES_S3_SECRET = 'testsecret',
} = process.env;

export const bucket = 'uvfiles-bench';

let connected;

/** The SDK and one client of it, with the bucket made; undefined where there is no package or no server. */
export function connect() {
  return (connected ??= connectOnce());
}

async function connectOnce() {
  try {
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
    const sdk = await import('@aws-sdk/client-s3');
    const client = new sdk.S3Client({
      endpoint: UVFILES_S3_ENDPOINT,
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId: UVFILES_S3_KEY, secretAccessKey: UVFILES_S3_SECRET },
    });
    await client.send(new sdk.CreateBucketCommand({ Bucket: bucket })).catch((error) => {
      if (!error.name.startsWith('BucketAlready')) throw error;
    });
    return { sdk, client };
  } catch {
    return undefined;
  }
}

/** What a workload's fixture says where there is no server. */
export const skipped = { skip: 'no S3 server: start Ceph as test/s3/support/ceph.ts does' };
