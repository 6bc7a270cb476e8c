import type { IncomingMessage } from 'node:http';

import { expect } from 'chai';
import { objectFiles, type ObjectStore, sdkStore } from 'uvfiles/s3';

import {
  MIB,
  names,
  pattern,
  READ,
  readAll,
  rejection,
  rejects,
  STAT,
  WRITE,
  writeAll,
} from './support/files.js';
import { type Fault, FaultyProxy } from './support/proxy.js';
import { BUCKET, client, sdk, SERVERS, whySkipped, signedOn } from './support/targets.js';

const why = whySkipped('ceph');
const server = SERVERS.ceph!;

/** What a connection that breaks in the middle is reported as. */
const BROKEN_CODES = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EIO'];

/** Clients whose retries do not take the time of the tests. */
const CLIENTS: { name: string; make: (endpoint: string) => Promise<ObjectStore> }[] = [
  {
    name: 'the AWS SDK',
    make: async (endpoint) => {
      const retryStrategy = {
        mode: 'standard',
        async acquireInitialRetryToken() {
          return { getRetryCount: () => 0, getRetryDelay: () => 0 };
        },
        async refreshRetryTokenForRetry(
          token: { getRetryCount(): number },
          { errorType }: { errorType: string },
        ) {
          if (token.getRetryCount() >= 2 || errorType === 'CLIENT_ERROR') throw new Error('no more');
          return { getRetryCount: () => token.getRetryCount() + 1, getRetryDelay: () => 0 };
        },
        recordSuccess: () => undefined,
      };
      return sdkStore(await client({ ...server, endpoint }, { retryStrategy }), BUCKET);
    },
  },
  { name: 'signed requests', make: async (endpoint) => signedOn({ ...server, endpoint, bucket: BUCKET }) },
];

if (why !== undefined) it(`s3: faults of networks and servers: skipped, ${why}`);
else
  for (const { name, make } of CLIENTS)
    describe(`s3: faults of networks and servers, with ${name}`, function () {
      this.timeout(240_000);
      let proxy: FaultyProxy;
      let files: ReturnType<typeof objectFiles>;
      let direct: ReturnType<typeof objectFiles>;
      let prefix: string;
      let uploads: () => Promise<string[]>;

      before(async () => {
        const s3 = await client(server);
        const { CreateBucketCommand, ListMultipartUploadsCommand } = await sdk();
        await s3.send(new CreateBucketCommand({ Bucket: BUCKET })).catch(() => undefined);
        uploads = async () => {
          const { Uploads = [] } = await s3.send(
            new ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix: prefix }),
          );
          return Uploads.map(({ Key }: { Key: string }) => Key);
        };
      });

      beforeEach(async () => {
        proxy = new FaultyProxy(server.endpoint);
        prefix = `faults-${Math.random()}/`;
        const o = { prefix, partSize: 5 * MIB };
        files = objectFiles(await make(await proxy.listen()), o);
        direct = objectFiles(await make(server.endpoint), o);
      });

      afterEach(() => proxy.kill());

      /** The first `times` requests that `which` selects get the fault. */
      function inject(fault: Fault, times: number, which: (request: IncomingMessage) => boolean): void {
        let left = times;
        proxy.choose = (request) => (which(request) && left-- > 0 ? fault : undefined);
      }

      const isRead = ({ method, url }: IncomingMessage): boolean =>
        method === 'GET' && !url!.includes('list-type');
      const isWrite = ({ method }: IncomingMessage): boolean => method === 'PUT' || method === 'POST';
      const isList = ({ url }: IncomingMessage): boolean => url!.includes('list-type');
      const SLOW_DOWN: Fault = { status: 503, code: 'SlowDown' };
      const BROKEN: Fault = { status: 500, code: 'InternalError' };
      const data = pattern(12 * MIB + 3);

      const passing: [string, Fault][] = [
        ['a 500', BROKEN],
        ['a 503 SlowDown', SLOW_DOWN],
        ['a reset connection', 'reset'],
      ];

      for (const [what, fault] of passing) {
        it(`reads after ${what}`, async () => {
          await direct.writeFile!('/a', data, WRITE, 0o666, {});
          inject(fault, 2, isRead);
          expect(data.equals(await readAll(files, '/a'))).to.equal(true);
          inject(fault, 2, isRead);
          expect(data.equals(await files.readFile!('/a', {}))).to.equal(true);
        });

        it(`writes after ${what}`, async () => {
          inject(fault, 2, isWrite);
          await writeAll(files, '/a', data);
          expect(data.equals(await direct.readFile!('/a', {}))).to.equal(true);
          inject(fault, 2, isWrite);
          await files.writeFile!('/b', data.subarray(0, 1000), WRITE, 0o666, {});
          expect(data.subarray(0, 1000).equals(await direct.readFile!('/b', {}))).to.equal(true);
          expect(await uploads()).to.deep.equal([]);
        });

        it(`lists after ${what}`, async () => {
          await direct.writeFile!('/d/a', data.subarray(0, 1), WRITE, 0o666, {});
          inject(fault, 2, isList);
          expect(await names(files.list('/d', {}))).to.deep.equal(['a']);
        });
      }

      for (const [what, fault] of [
        ['is cut', { cutAt: 700_000 }],
        ['is shorter than announced', { longerBy: 10 }],
      ] as [string, Fault][])
        it(`reads a body that ${what} on`, async () => {
          await direct.writeFile!('/a', data, WRITE, 0o666, {});
          inject(fault, 2, isRead);
          expect(data.equals(await readAll(files, '/a'))).to.equal(true);
          inject(fault, 2, isRead);
          expect(data.equals(await files.readFile!('/a', {}))).to.equal(true);
        });

      for (const [what, fault] of [
        ['is cut', { cutAt: 700 }],
        ['is shorter than announced', { longerBy: 10 }],
      ] as [string, Fault][])
        it(`never returns a listing that ${what} as complete`, async () => {
          for (const name of ['a', 'b', 'c', 'd'])
            await direct.writeFile!(`/d/${name}`, data.subarray(0, 1), WRITE, 0o666, {});
          inject(fault, 1, isList);
          const listed = await names(files.list('/d', {})).catch((error: unknown) => error);
          if (listed instanceof Error) expect(listed).to.have.property('code').that.is.oneOf(BROKEN_CODES);
          else expect(listed).to.deep.equal(['a', 'b', 'c', 'd']);
          proxy.choose = (request) => (isList(request) ? fault : undefined);
          expect((await rejection(names(files.list('/d', {})))).code).to.be.oneOf(BROKEN_CODES);
        });

      it('rejects with EAGAIN if the server stays too busy, and with EIO if it fails', async () => {
        await direct.writeFile!('/a', data, WRITE, 0o666, {});
        for (const [fault, code] of [
          [SLOW_DOWN, 'EAGAIN'],
          [BROKEN, 'EIO'],
        ] as [Fault, string][]) {
          proxy.choose = () => fault;
          for (const work of [
            async () => files.open('/a', READ, 0, {}),
            async () => files.stat('/a', STAT, {}),
            async () => files.readFile!('/a', {}),
            async () => files.writeFile!('/b', Buffer.from('x'), WRITE, 0o666, {}),
            async () => writeAll(files, '/b', data),
            async () => names(files.list('/', {})),
            async () => files.unlink('/a', {}),
            async () => files.rename('/a', '/b', {}),
          ])
            expect(await rejects(work, code)).to.have.property('cause');
        }
        await rejects(direct.stat('/b', STAT, {}), 'ENOENT');
      });

      it('rejects with the code of the socket when the server is killed in the middle', async () => {
        await direct.writeFile!('/a', data, WRITE, 0o666, {});
        const reader = await files.open('/a', READ, 0, {});
        await reader.pread(1000, 0, {});
        const writer = await files.open('/b', WRITE, 0o666, {});
        await writer.pwrite!(data, 0, {});
        const listing = files.list('/', {});
        let requests = 0;
        proxy.choose = () => (++requests > 1 ? 'reset' : { cutAt: 1000 });
        const reading = rejection(async () => {
          for (let at = 0; at < data.length; at += MIB) await reader.pread(MIB, at, {});
        });
        setTimeout(() => proxy.kill(), 50);
        const codes = BROKEN_CODES;
        expect((await reading).code).to.be.oneOf(codes);
        expect((await rejection(writer.close())).code).to.be.oneOf(codes);
        expect((await rejection(names(listing))).code).to.be.oneOf(codes);
        await rejects(files.stat('/a', STAT, {}), 'ECONNREFUSED');
        await rejects(direct.stat('/b', STAT, {}), 'ENOENT');
      });

      it('recognizes a conditional write whose answer was lost', async () => {
        await files.writeFile!('/probe', Buffer.from(''), 193, 0o666, {});
        inject('lose answer', 1, isWrite);
        await files.writeFile!('/a', Buffer.from('mine'), 193, 0o666, {});
        expect(Buffer.from(await direct.readFile!('/a', {})).toString()).to.equal('mine');
        await rejects(files.writeFile!('/a', Buffer.from('again'), 193, 0o666, {}), 'EEXIST');
      });

      it('completes an upload whose answer was lost', async () => {
        inject('lose answer', 1, ({ method, url }) => method === 'POST' && url!.includes('uploadId'));
        await writeAll(files, '/a', data);
        expect(data.equals(await direct.readFile!('/a', {}))).to.equal(true);
        expect(await uploads()).to.deep.equal([]);
      });

      it('rejects with EACCES what the keys do not allow', async () => {
        const other = signedOn({
          ...server,
          bucket: BUCKET,
          credentials: { accessKeyId: 'testkey', secretAccessKey: 'wrong' },
        });
        const error = await rejects(objectFiles(other).readFile!('/a', {}), 'EACCES');
        expect(error.cause).to.have.property('requestId').that.is.a('string');
        const nowhere = signedOn({ ...server, bucket: 'no-such-bucket' });
        await rejects(names(objectFiles(nowhere).list('/', {})), 'ENOENT');
      });
    });
