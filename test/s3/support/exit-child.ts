// Begins a large object and does not end it: what the process leaves behind when it exits.
import { objectFiles, sdkStore } from 'uvfiles/s3';

import { BUCKET, client, SERVERS, signedOn } from './targets.js';

const [, , adapter, prefix, end] = process.argv;
const server = SERVERS.ceph!;
const store =
  adapter === 'sdk' ? sdkStore(await client(server), BUCKET) : signedOn({ ...server, bucket: BUCKET });
const files = objectFiles(store, { prefix: prefix!, partSize: 5 << 20 });
const file = await files.open('/unfinished', 577, 0o666, {});
await file.pwrite!(Buffer.alloc(12 << 20), 0, {});
const { objects } = await store.list({ prefix: prefix! });
if (objects.length > 0) throw new Error('the object can be seen');
console.log('begun');
// Parts may be in flight.
if (end === 'process.exit') process.exit(3);
if (end === 'an uncaught exception')
  setImmediate(() => {
    throw new Error('uncaught');
  });
