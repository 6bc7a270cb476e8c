// A server that is killed between two requests of one job: between the pages of a listing, the ranges of a read, the parts of a
// write. A proxy in front of a real server ends every connection at that moment.
import { expect } from 'chai';
import { objectFiles, sdkStore, type ObjectStore } from 'uvfiles/s3';

import { MIB, names, pattern, READ, rejection, rejects, STAT, WRITE } from './support/files.js';
import { FaultyProxy } from './support/proxy.js';
import { wrapStore } from './support/store-wrappers.js';
import { client, onEachBucket, SERVERS, BUCKET, whySkipped, signedOn } from './support/targets.js';

/** How the end of a server is reported, by the first request of the client that notices it. */
const ENDED = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EIO'];
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

const withSmallPages = (store: ObjectStore, limit = 2): ObjectStore =>
  wrapStore(store, async (name, call, args) =>
    name === 'list' ? call({ ...args[0], limit }) : call(...args),
  );

describe('s3: listings in several pages', () => {
  onEachBucket((target) => {
    it('contain each name exactly once', async () => {
      const { files } = target().place({}, withSmallPages(target().store));
      for (const key of KEYS) await files.writeFile!(`/d/${key}`, Buffer.from(key), WRITE, 0o666, {});
      expect(await names(files.list('/d', {}))).to.deep.equal(KEYS);
      expect(await names(files.walkFiles!('/d', {}))).to.deep.equal(KEYS);
    });

    it('are the same wherever a page ends, also at the objects of directories', async function () {
      this.timeout(240_000);
      const { prefix } = target().place();
      const files = [
        'a',
        'a!',
        'a/..//c',
        'a//b',
        'a/b',
        'a0',
        '\u00e9/x',
        'e\u0301/x',
        '\u{1f600}/y',
        '\uffee/z',
      ];
      const markers = ['a/', 'b/', 'b/c/'];
      for (const key of files) await target().store.put(`${prefix}d/${key}`, Buffer.from(key), {});
      for (const key of markers) await target().store.put(`${prefix}d/${key}`, new Uint8Array(0), {});
      for (const limit of [1, 2, 3]) {
        const place = target().place({}, withSmallPages(target().store, limit), prefix);
        expect(await names(place.files.walkFiles!('/d', {}))).to.have.members(files);
        expect(await names(place.files.list('/d', {}))).to.have.members([
          'a',
          'a',
          'a!',
          'a0',
          'b',
          '\u00e9',
          'e\u0301',
          '\u{1f600}',
          '\uffee',
        ]);
        expect(await names(place.files.list('/d/a', {}))).to.have.members(['..//c', '/b', 'b']);
        expect(await names(place.files.list('/d/b', {}))).to.deep.equal(['c']);
      }
    });
  });
});

const why = whySkipped('ceph');
const server = SERVERS.ceph!;
const CLIENTS: Record<string, (endpoint: string) => Promise<ObjectStore>> = {
  'the AWS SDK': async (endpoint) =>
    sdkStore(await client({ ...server, endpoint }, { maxAttempts: 1 }), BUCKET),
  'signed requests': async (endpoint) => signedOn({ ...server, endpoint, bucket: BUCKET }),
};

if (why !== undefined) it(`s3: a server that is killed: skipped, ${why}`);
else
  for (const [name, make] of Object.entries(CLIENTS))
    describe(`s3: a server that is killed, with ${name}`, function () {
      this.timeout(240_000);
      let proxy: FaultyProxy;
      let files: ReturnType<typeof objectFiles>;
      let direct: ReturnType<typeof objectFiles>;

      beforeEach(async () => {
        proxy = new FaultyProxy(server.endpoint);
        const o = { prefix: `killed-${Math.random()}/`, partSize: 5 * MIB };
        files = objectFiles(withSmallPages(await make(await proxy.listen())), o);
        direct = objectFiles(await make(server.endpoint), o);
      });
      afterEach(() => proxy.kill());

      for (const [what, list] of [
        ['a directory', (): AsyncIterable<any> => files.list('/d', {})],
        ['everything below a prefix', (): AsyncIterable<any> => files.walkFiles!('/d', {})],
      ] as const)
        it(`ends a listing of ${what} with an error after the page that was returned, never as complete`, async () => {
          for (const key of KEYS) await direct.writeFile!(`/d/${key}`, Buffer.from(key), WRITE, 0o666, {});
          const given: string[] = [];
          const error = await rejection(async () => {
            for await (const page of list()) {
              given.push(...page.map((item: { name: string }) => item.name));
              proxy.kill();
            }
          });
          expect(error.code, String(error.stack)).to.be.oneOf(ENDED);
          expect(given).to.deep.equal(['a', 'b']);
          expect(await names(direct.list('/d', {}))).to.deep.equal(KEYS);
        });

      it('ends the removal of a tree between two pages with an error', async () => {
        for (const key of KEYS) await direct.writeFile!(`/d/${key}`, Buffer.from(key), WRITE, 0o666, {});
        let pages = 0;
        proxy.choose = ({ url }) => {
          if (url!.includes('list-type') && ++pages === 2) proxy.kill();
          return undefined;
        };
        const error = await rejection(files.removeTree!('/d', { ignoreErrors: false }, {}));
        expect(error.code, String(error.stack)).to.be.oneOf(ENDED);
        const left = await names(direct.list('/d', {}));
        expect(left).to.include.members(KEYS.slice(2));
      });

      it('ends a read with an error after correct bytes, and a write without an object', async () => {
        const data = pattern(12 * MIB);
        await direct.writeFile!('/a', data, WRITE, 0o666, {});
        const reader = await files.open('/a', READ, 0, {});
        const first = await reader.pread(1000, 0, {});
        expect(Buffer.from(first).equals(data.subarray(0, 1000))).to.equal(true);
        const writer = await files.open('/b', WRITE, 0o666, {});
        await writer.pwrite!(data.subarray(0, 6 * MIB), 0, {});
        proxy.kill();
        const reading = await rejection(async () => {
          for (let at = 0; at < data.length; at += MIB) {
            const bytes = Buffer.from(await reader.pread(MIB, at, {}));
            // Read-ahead may have more, but the returned bytes are correct.
            expect(bytes.equals(data.subarray(at, at + MIB))).to.equal(true);
          }
        });
        expect(reading.code, String(reading.stack)).to.be.oneOf(ENDED);
        const writing = await rejection(async () => {
          await writer.pwrite!(data.subarray(6 * MIB), 6 * MIB, {});
          await writer.close();
        });
        expect(writing.code, String(writing.stack)).to.be.oneOf(ENDED);
        await reader.close();
        await rejects(direct.stat('/b', STAT, {}), 'ENOENT');
      });
    });
