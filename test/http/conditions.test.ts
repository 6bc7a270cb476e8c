// Conditional requests whose answers differ from those of `send`.
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
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
    // Without a condition, it is a reload.
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
    // What is no validator is sent as it is, and compared with nothing.
    serve = (req, res) =>
      serveFile(req, res, req.url!, {
        root: scratch.path,
        headers: { etag: 5, 'last-modified': 'nonsense' },
      });
    expect(await status({ 'if-none-match': ofFile.get('etag')! })).to.equal(304);
    expect(await status({ 'if-modified-since': ofFile.get('last-modified')! })).to.equal(304);
  });
});
