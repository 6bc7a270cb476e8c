// Ceph's gateway, killed with SIGKILL in the middle of a job, and started again.
import { expect } from 'chai';
import { objectFiles, sdkStore, type ObjectStore } from 'uvfiles/s3';

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
import { Gateway, whyNoGateway } from './support/gateway.js';
import { wrapStore } from './support/store-wrappers.js';
import {
  BUCKET,
  client,
  type Files,
  onServer,
  SERVERS,
  type Server,
  type Target,
  whySkipped,
  signedOn,
} from './support/targets.js';

/** How the end of a server is reported, by the first request of the client that notices it. */
const ENDED = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EIO', 'ETIMEDOUT', 'EAGAIN'];
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const PART = 5 * MIB;

/** Clients that give up immediately, and clients that try until the gateway is back. */
const CLIENTS: Record<string, (server: Server, patient: boolean) => Promise<ObjectStore>> = {
  'the AWS SDK': async (server, patient) =>
    sdkStore(await client(server, { maxAttempts: patient ? 40 : 1 }), BUCKET),
  'signed requests': async (server, patient) =>
    signedOn({ ...server, bucket: BUCKET, attempts: patient ? 12 : 1 }),
};

const withSmallPages = (store: ObjectStore): ObjectStore =>
  wrapStore(store, async (name, call, args) =>
    name === 'list' ? call({ ...args[0], limit: 2 }) : call(...args),
  );

const why = whySkipped('ceph') ?? whyNoGateway();

if (why !== undefined) it(`s3: a gateway that is killed: skipped, ${why}`);
else
  for (const [name, make] of Object.entries(CLIENTS))
    describe(`s3: a gateway that is killed, with ${name}`, function () {
      this.timeout(240_000);
      const gateway = new Gateway();
      const data = pattern(24 * MIB);
      /** Through the gateway that the other tests use. */
      let other: Target;
      let direct: Files;
      let prefix: string;

      before(async () => {
        other = await onServer(SERVERS.ceph!, (s3) => sdkStore(s3, BUCKET));
        await gateway.start();
      });
      after(async () => gateway.kill());
      beforeEach(() => ({ files: direct, prefix } = other.place({ partSize: PART })));
      afterEach(async () => {
        await gateway.kill();
        await gateway.start();
      });

      const through = async ({ patient = false } = {}): Promise<Files> => {
        const store = await make({ ...SERVERS.ceph!, endpoint: gateway.endpoint }, patient);
        return objectFiles(withSmallPages(store), { prefix, partSize: PART });
      };
      const restarted = async (): Promise<void> => gateway.kill().then(async () => gateway.start());
      /** Resolves when no upload is left. Mocha's timeout ends it otherwise. */
      const noUploads = async (): Promise<void> => {
        while ((await other.uploads(prefix)).length > 0)
          await new Promise((resolve) => setTimeout(resolve, 100));
      };
      const put = async (path: string, bytes: Uint8Array): Promise<void> =>
        direct.writeFile!(path, bytes, WRITE, 0o666, {});
      /** The object is whole, or there is none. */
      const expectWholeOrNone = async (path: string, bytes: Uint8Array): Promise<void> => {
        const found = await direct.readFile!(path, {}).catch((error: { code: string }) => error.code);
        if (typeof found === 'string') expect(found).to.equal('ENOENT');
        else expect(Buffer.compare(found, bytes)).to.equal(0);
      };

      it('rejects a read after correct bytes, and the open file can be read again when the gateway is back', async () => {
        await put('/a', data);
        const file = await (await through()).open('/a', READ, 0, {});
        let at = 0;
        const next = async (): Promise<void> => {
          const bytes = Buffer.from(await file.pread(MIB / 2, at, {}));
          expect(bytes.equals(data.subarray(at, at + bytes.length))).to.equal(true);
          at += bytes.length;
        };
        await next();
        await gateway.kill();
        const error = await rejection(async () => {
          while (at < data.length) await next();
        });
        expect(error.code, String(error.stack)).to.be.oneOf(ENDED);
        await gateway.start();
        while (at < data.length) await next();
        await file.close();
      });

      it('ends a PUT with a complete object or none', async () => {
        const bytes = data.subarray(0, PART);
        const writing = (await through()).writeFile!('/b', bytes, WRITE, 0o666, {}).catch(
          (error: { code: string }) => error.code,
        );
        await gateway.kill();
        const code = await writing;
        if (code !== undefined) expect(code).to.be.oneOf(ENDED);
        await expectWholeOrNone('/b', bytes);
      });

      it('ends a multipart upload without an object, and removes its parts when the gateway is back', async () => {
        const file = await (await through()).open('/b', WRITE, 0o666, {});
        await file.pwrite!(data.subarray(0, 12 * MIB), 0, {});
        await gateway.kill();
        const error = await rejection(async () => {
          await file.pwrite!(data.subarray(12 * MIB), 12 * MIB, {});
          await file.close();
        });
        expect(error.code, String(error.stack)).to.be.oneOf(ENDED);
        await rejects(direct.stat('/b', STAT, {}), 'ENOENT');
        expect(await other.uploads(prefix)).to.deep.equal([`${prefix}b`]);
        await gateway.start();
        await noUploads();
        await rejects(direct.stat('/b', STAT, {}), 'ENOENT');
      });

      it('ends the completion of an upload with a complete object or none, and without parts', async () => {
        const file = await (await through()).open('/b', WRITE, 0o666, {});
        await file.pwrite!(data, 0, {});
        const closing = file.close().catch((error: { code: string }) => error.code);
        await gateway.kill();
        const code = await closing;
        await gateway.start();
        await noUploads();
        if (code !== undefined) expect(code).to.be.oneOf(ENDED);
        await expectWholeOrNone('/b', data);
      });

      it('rejects a listing after the page that was returned', async () => {
        for (const key of KEYS) await put(`/d/${key}`, Buffer.from(key));
        const files = await through();
        const given: string[] = [];
        const error = await rejection(async () => {
          for await (const page of files.list('/d', {})) {
            given.push(...page.map((item) => String(item.name)));
            await gateway.kill();
          }
        });
        expect(error.code, String(error.stack)).to.be.oneOf(ENDED);
        expect(given).to.deep.equal(['a', 'b']);
        await gateway.start();
        expect(await names(files.list('/d', {}))).to.deep.equal(KEYS);
      });

      it('does not affect a read, a write and a listing whose client retries until it is back', async () => {
        for (const key of KEYS) await put(`/d/${key}`, Buffer.from(key));
        await put('/a', data);
        const files = await through({ patient: true });
        const all = Promise.all([
          readAll(files, '/a'),
          writeAll(files, '/b', data),
          names(files.list('/d', {})),
        ]);
        await restarted();
        const [read, , listed] = await all;
        expect(read.equals(data)).to.equal(true);
        expect(listed).to.deep.equal(KEYS);
        expect(Buffer.compare(await direct.readFile!('/b', {}), data)).to.equal(0);
        await noUploads();
      });
    });
