// Conditional requests whose answers differ from those of `send`.
import { expect } from 'chai';
import { utimesSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { serveFile } from 'uvfiles';

import { scratchDirectory } from '../support/temp.js';

describe('serveFile and conditional requests', () => {
  const scratch = scratchDirectory();
  let server: http.Server;
  let url: string;
  let serve: (req: http.IncomingMessage, res: http.ServerResponse) => Promise<void>;

  beforeEach(async () => {
    writeFileSync(`${scratch.path}/page.html`, '<p>hello</p>');
    serve = (req, res) => serveFile(req, res, req.url!, { root: scratch.path });
    server = http.createServer((req, res) => {
      serve(req, res).catch((error: Error) => res.destroy(error));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/page.html`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('are answered with 304 also with Cache-Control: no-cache, which fetch adds to them', async () => {
    let asked: http.IncomingHttpHeaders = {};
    serve = (req, res) => {
      asked = req.headers;
      return serveFile(req, res, req.url!, { root: scratch.path });
    };
    const { headers } = await fetch(url);
    for (const [name, value] of [
      ['if-none-match', headers.get('etag')!],
      ['if-modified-since', headers.get('last-modified')!],
    ] as const) {
      expect((await fetch(url, { headers: { [name]: value } })).status, name).to.equal(304);
      expect(asked).to.include({ [name]: value, 'cache-control': 'no-cache' });
    }
    // Without a condition, the request is a reload.
    expect((await fetch(url, { headers: { 'cache-control': 'no-cache' } })).status).to.equal(200);
  });

  it('are compared with the ETag and the date that are sent', async () => {
    const date = new Date(1_600_000_000_000).toUTCString();
    const ofFile = (await fetch(url)).headers;
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(url, { headers })).status;
    const served: (typeof serve)[] = [
      (req, res) =>
        serveFile(req, res, req.url!, {
          root: scratch.path,
          headers: { etag: '"mine"', 'LAST-MODIFIED': date },
        }),
      (req, res) => {
        res.setHeader('ETag', '"mine"').setHeader('Last-Modified', date);
        return serveFile(req, res, req.url!, { root: scratch.path });
      },
    ];
    for (serve of served) {
      const { headers } = await fetch(url);
      expect([headers.get('etag'), headers.get('last-modified')]).to.deep.equal(['"mine"', date]);
      expect(await status({ 'if-none-match': '"mine"' })).to.equal(304);
      expect(await status({ 'if-none-match': ofFile.get('etag')! })).to.equal(200);
      expect(await status({ 'if-modified-since': date })).to.equal(304);
      expect(await status({ 'if-match': '"mine"' })).to.equal(200);
      expect(await status({ 'if-match': ofFile.get('etag')! })).to.equal(412);
      expect(await status({ 'if-unmodified-since': date })).to.equal(200);
      expect(await status({ range: 'bytes=0-1', 'if-range': '"mine"' })).to.equal(206);
      expect(await status({ range: 'bytes=0-1', 'if-range': date })).to.equal(206);
    }
    // A value that is not a validator is sent unchanged, and is not compared.
    serve = (req, res) =>
      serveFile(req, res, req.url!, {
        root: scratch.path,
        headers: { etag: 5, 'last-modified': 'nonsense' },
      });
    expect(await status({ 'if-none-match': ofFile.get('etag')! })).to.equal(304);
    expect(await status({ 'if-modified-since': ofFile.get('last-modified')! })).to.equal(304);
  });

  it('accept dates in the three formats of HTTP, and ignore others', async () => {
    const modified = Date.UTC(1994, 10, 6, 8, 49, 37);
    utimesSync(`${scratch.path}/page.html`, modified / 1000, modified / 1000);
    const zone = process.env.TZ;
    try {
      for (const place of ['UTC', 'America/New_York', 'Asia/Tokyo']) {
        process.env.TZ = place;
        for (const [date, status] of [
          ['Sun, 06 Nov 1994 08:49:37 GMT', 304],
          ['Sun, 06 Nov 1994 08:49:36 GMT', 200],
          ['Sunday, 06-Nov-94 08:49:37 GMT', 304],
          ['Sunday, 06-Nov-94 08:49:36 GMT', 200],
          ['Sun Nov  6 08:49:37 1994', 304],
          ['Sun Nov  6 08:49:36 1994', 200],
          ['Sat Nov 12 08:49:36 1994', 304],
          ['Saturday, 06-Nov-38 08:49:37 GMT', 304],
          ['Sun, 06 Nov 1994 08:49:37', 200],
          ['Sun, 06 Foo 1994 08:49:37 GMT', 200],
          ['Sun, 06 Nov 1994 99:49:37 GMT', 200],
          ['2030-11-06T08:49:37Z', 200],
          ['2030', 200],
          ['5', 200],
          ['', 200],
        ] as const) {
          const answer = await fetch(url, { headers: { 'if-modified-since': date } });
          expect(answer.status, `${place} ${date}`).to.equal(status);
        }
        for (const [name, date, status] of [
          ['if-unmodified-since', 'Sun Nov  6 08:49:37 1994', 200],
          ['if-unmodified-since', 'Sun Nov  6 08:49:36 1994', 412],
          ['if-unmodified-since', '1900', 200],
          ['if-range', 'Sun Nov  6 08:49:37 1994', 206],
          ['if-range', 'Sun, 06 Nov 1994 08:49:37 GMT', 206],
          ['if-range', 'Sun, 06 Nov 1994 08:49:38 GMT', 200],
        ] as const) {
          const answer = await fetch(url, { headers: { [name]: date, range: 'bytes=0-0' } });
          const expected = status === 200 && name !== 'if-range' ? 206 : status;
          expect(answer.status, `${place} ${name}: ${date}`).to.equal(expected);
        }
      }
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });
});
