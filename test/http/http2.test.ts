// serveFile on HTTP/2, whose responses lack some of the properties that those of HTTP/1 have.
import { expect } from 'chai';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { serveFile } from 'uvfiles';
import { mount, wrap } from 'uvfiles/filesystem';

import { FlatFiles } from '../filesystem/support/flat-files.js';

describe('serveFile on HTTP/2', () => {
  it('sends as much as a slow client takes, and ends with its stream', async () => {
    let reads = 0;
    const files = new FlatFiles();
    files.files.set('/large', { bytes: Buffer.alloc(60_000_000, 'flat '), mode: 0o644, mtimeMs: 0 });
    const counted = wrap(files, {
      async open(path, flags, permissions) {
        const file = await files.open(path, flags, permissions);
        return new Proxy(file, {
          get(target, name) {
            if (name === 'pread') reads++;
            const value: unknown = Reflect.get(target, name);
            return typeof value === 'function' ? (value.bind(target) as unknown) : value;
          },
        });
      },
    });
    using _flat = mount('flat://counted', counted);
    const served: Promise<void>[] = [];
    const server = http2.createServer((req, res) => {
      const late = req.url === '/late';
      const closed = new Promise((resolve) => res.stream.once('close', resolve));
      const serve = (): Promise<void> =>
        serveFile(req as never, res as never, '/large', { root: 'flat://counted' });
      served.push(late ? closed.then(serve) : serve());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    client.on('error', () => undefined);
    try {
      const whole = client.request({ ':path': '/whole' });
      let length = 0;
      for await (const part of whole) length += (part as Buffer).length;
      expect(length).to.equal(60_000_000);
      reads = 0;
      const slow = client.request({ ':path': '/slow' }).pause();
      await new Promise((resolve) => slow.once('response', resolve));
      // It accepts only what fits into the windows.
      let before = -1;
      while (before < reads) {
        before = reads;
        await sleep(100);
      }
      expect(reads).to.be.within(1, 60);
      slow.on('error', () => undefined).close(http2.constants.NGHTTP2_CANCEL);
      const late = client.request({ ':path': '/late' });
      late.on('error', () => undefined);
      while (served.length < 3) await sleep(1);
      late.close(http2.constants.NGHTTP2_CANCEL);
      await Promise.all(served);
    } finally {
      client.destroy();
      server.close();
    }
  });
});
