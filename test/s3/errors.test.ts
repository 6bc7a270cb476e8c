import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from 'chai';
import { AbortError, TimeoutError, UnsupportedOperationError } from 'uvfiles';
import { objectFiles, ObjectStoreError, s3Files, sdkStore, signedStore } from 'uvfiles/s3';

import { READ, rejection, rejects, STAT } from './support/files.js';
import { MemoryStore } from './support/memory-store.js';
import { wrapStore } from './support/store-wrappers.js';
import { client, SERVERS, signedOn } from './support/targets.js';

/** Files of a store that answers every request with this error. */
function failing(code: string, status?: number): ReturnType<typeof objectFiles> {
  const cause = Object.assign(new Error('of the client'), { $metadata: { requestId: 'R1' } });
  return objectFiles(
    wrapStore(new MemoryStore(), async () => {
      throw new ObjectStoreError(code, code, { status, requestId: 'R1', cause });
    }),
  );
}

describe('s3: errors', () => {
  for (const [code, status, expected] of [
    ['NoSuchKey', 404, 'ENOENT'],
    ['NoSuchBucket', 404, 'ENOENT'],
    ['AccessDenied', 403, 'EACCES'],
    ['SignatureDoesNotMatch', 403, 'EACCES'],
    ['ExpiredToken', 400, 'EACCES'],
    ['InvalidToken', 400, 'EACCES'],
    ['SlowDown', 503, 'EAGAIN'],
    ['TooManyRequests', 429, 'EAGAIN'],
    ['InternalError', 500, 'EIO'],
    ['BadGateway', 502, 'EIO'],
    ['PreconditionFailed', 412, 'ESTALE'],
    ['KeyTooLongError', 400, 'ENAMETOOLONG'],
    ['SomethingNew', 400, 'EINVAL'],
    ['ECONNREFUSED', undefined, 'ECONNREFUSED'],
    ['ECONNRESET', undefined, 'ECONNRESET'],
    ['ENOTFOUND', undefined, 'ENOTFOUND'],
    ['TimeoutError', undefined, 'ETIMEDOUT'],
    ['CredentialsProviderError', undefined, 'EACCES'],
    ['Mystery', undefined, 'EIO'],
  ] as [string, number | undefined, string][])
    it(`say ${expected} for ${code}${status === undefined ? '' : ` (${status})`}, in Node's shape, with the client's as cause`, async () => {
      // As a listing, since a stat that is answered 404 asks for a directory.
      const error = await rejects(failing(code, status).stat('/', STAT, {}), expected);
      expect(error).to.be.instanceOf(Error);
      expect(error.syscall).to.equal('stat');
      expect(error.errno).to.be.a('number').below(0);
      expect(error.message).to.match(new RegExp(`^${expected}: .+, stat`));
      expect(error.cause.$metadata.requestId).to.equal('R1');
    });

  it('are UnsupportedOperationError for 501', async () => {
    expect(await rejection(failing('NotImplemented', 501).stat('/', STAT, {}))).to.be.instanceOf(
      UnsupportedOperationError,
    );
  });

  it('reject invalid settings immediately', () => {
    const s3 = { send: async () => undefined };
    for (const [options, code] of [
      [{ bucket: 'b' }, 'ERR_INVALID_ARG_TYPE'],
      [{ client: {}, bucket: 'b' }, 'ERR_INVALID_ARG_TYPE'],
      [{ client: s3 }, 'ERR_INVALID_ARG_TYPE'],
      [{ client: s3, bucket: '' }, 'ERR_INVALID_ARG_VALUE'],
      [{ client: s3, bucket: 'b', partsize: 1 }, 'ERR_INVALID_ARG_VALUE'],
      [{ client: s3, bucket: 'b', partSize: 1 }, 'ERR_OUT_OF_RANGE'],
      [{ client: s3, bucket: 'b', partSize: '8' }, 'ERR_INVALID_ARG_TYPE'],
      [{ client: s3, bucket: 'b', readAhead: 1.5 }, 'ERR_OUT_OF_RANGE'],
      [{ client: s3, bucket: 'b', concurrency: 0 }, 'ERR_OUT_OF_RANGE'],
      [{ client: s3, bucket: 'b', prefix: 1 }, 'ERR_INVALID_ARG_TYPE'],
      [undefined, 'ERR_INVALID_ARG_TYPE'],
    ] as [any, string][])
      expect(() => s3Files(options))
        .to.throw()
        .with.property('code', code);
    const signed = { endpoint: 'http://127.0.0.1:1', bucket: 'b', credentials: { secretAccessKey: 's' } };
    for (const [options, code] of [
      [undefined, 'ERR_INVALID_ARG_TYPE'],
      [{ ...signed, bucket: 1 }, 'ERR_INVALID_ARG_TYPE'],
      [{ ...signed, credentials: {} }, 'ERR_INVALID_ARG_TYPE'],
      [{ ...signed, endpoint: 'x' }, 'ERR_INVALID_URL'],
      [{ ...signed, region: 1 }, 'ERR_INVALID_ARG_TYPE'],
      [{ ...signed, maxAttempts: 5 }, 'ERR_INVALID_ARG_VALUE'],
      [{ ...signed, attempts: 0 }, 'ERR_OUT_OF_RANGE'],
      [{ ...signed, attempts: '3' }, 'ERR_INVALID_ARG_TYPE'],
    ] as [any, string][])
      expect(() => signedStore(options))
        .to.throw()
        .with.property('code', code);
    expect(() => objectFiles({} as any))
      .to.throw()
      .with.property('code', 'ERR_INVALID_ARG_TYPE');
  });

  for (const adapter of ['signed requests', 'the AWS SDK'])
    describe(`with ${adapter} and a server that never answers`, () => {
      let files: ReturnType<typeof objectFiles>;
      let arrived: boolean;
      let gone: Promise<void>;
      let close: () => void;

      beforeEach(async () => {
        let ended = (): void => undefined;
        gone = new Promise((resolve) => (ended = resolve));
        arrived = false;
        const server = createServer((request) => {
          arrived = true;
          request.once('close', ended);
        });
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        const to = { ...SERVERS.ceph!, endpoint };
        const store =
          adapter === 'the AWS SDK' ? sdkStore(await client(to), 'b') : signedOn({ ...to, bucket: 'b' });
        files = objectFiles(store);
        close = () => {
          server.close();
          server.closeAllConnections();
        };
      });

      afterEach(() => close());

      it('an aborted signal rejects at once and ends the request', async () => {
        const controller = new AbortController();
        const opening = rejection(files.open('/a', READ, 0, { signal: controller.signal }));
        while (!arrived) await sleep(1);
        controller.abort('enough');
        expect(await opening)
          .to.be.instanceOf(AbortError)
          .with.property('cause', 'enough');
        await gone;
      });

      it('a deadline rejects and ends the request', async () => {
        // Eventually long enough for the request to arrive on any machine.
        for (let timeout = 50; !arrived; timeout *= 2) {
          const deadline = performance.now() + timeout;
          const writing = files.writeFile!('/a', Buffer.from('x'), 577, 0o666, { deadline });
          expect(await rejection(writing)).to.be.instanceOf(TimeoutError);
        }
        await gone;
      });

      it('a signal that is aborted before makes no request', async () => {
        const error = await rejection(files.stat('/a', STAT, { signal: AbortSignal.abort() }));
        expect(error).to.be.instanceOf(AbortError);
      });
    });

  it('do not end the process when a signed request is aborted as its body ends', async () => {
    const server = createServer((_, response) => response.setHeader('etag', '"e"').end('0123456789'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const store = signedOn({ ...SERVERS.ceph!, endpoint, bucket: 'b' });
    try {
      for (let i = 0; i < 20; i++) {
        const controller = new AbortController();
        const { body } = await store.get('a', { signal: controller.signal });
        const chunks = body[Symbol.asyncIterator]();
        await chunks.next();
        const rest = chunks.next().catch(() => undefined);
        controller.abort(new Error('enough'));
        await rest;
        // What an error of the socket without a listener would need to end the process.
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
