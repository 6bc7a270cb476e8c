// Small files that serveFile sends from memory, without a thread.
import { expect } from 'chai';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { metrics, serveFile } from 'uvfiles';
import { faults } from 'uvfiles/testing';

import { resetInline } from '../support/inline.js';
import { rejection, scratchDirectory } from '../support/temp.js';

interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

describe('serveFile with small files', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => `${scratch.path}/${name}`;
  const failures: Error[] = [];
  let server: http.Server;
  let agent: http.Agent;
  let serve: (req: http.IncomingMessage, res: http.ServerResponse) => Promise<void>;

  beforeEach(async () => {
    failures.length = 0;
    agent = new http.Agent({ keepAlive: true });
    serve = (req, res) => serveFile(req, res, req.url!, { root: scratch.path });
    server = http.createServer((req, res) => {
      serve(req, res).catch((error: Error) => failures.push(error));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    resetInline();
    agent.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function ask(path: string, headers: http.OutgoingHttpHeaders = {}): Promise<Answer> {
    const { port } = server.address() as AddressInfo;
    return new Promise((resolve, reject) => {
      http
        .get({ host: '127.0.0.1', port, path, headers, agent }, (res) => {
          let text = '';
          res.setEncoding('latin1');
          res.on('data', (part: string) => (text += part));
          res.on('error', reject);
          res.on('end', () => resolve({ status: res.statusCode!, headers: res.headers, text }));
        })
        .on('error', reject);
    });
  }

  it('sends the content that the file has at the time of the request', async () => {
    writeFileSync(at('page.html'), 'first');
    for (let i = 0; i < 3; i++) expect((await ask('/page.html')).text).to.equal('first');
    writeFileSync(at('page.html'), 'the second');
    const second = await ask('/page.html');
    expect([second.text, second.headers['content-length']]).to.deep.equal(['the second', '10']);
    writeFileSync(at('new.html'), 'the third');
    renameSync(at('new.html'), at('page.html'));
    const third = await ask('/page.html');
    expect(third.text).to.equal('the third');
    expect((await ask('/page.html', { 'if-none-match': third.headers.etag })).status).to.equal(304);
    writeFileSync(at('page.html'), '');
    expect((await ask('/page.html')).headers['content-length']).to.equal('0');
    rmSync(at('page.html'));
    expect((await ask('/page.html')).status).to.equal(404);
  });

  it('answers from the directory that the name of the root leads to at each request', async () => {
    for (const name of ['one', 'two']) {
      mkdirSync(at(name));
      writeFileSync(at(`${name}/page.html`), name);
    }
    symlinkSync('one', at('current'));
    serve = (req, res) => serveFile(req, res, req.url!, { root: at('current') });
    for (let i = 0; i < 3; i++) expect((await ask('/page.html')).text).to.equal('one');
    symlinkSync('two', at('next'));
    renameSync(at('next'), at('current'));
    expect((await ask('/page.html')).text).to.equal('two');
  });

  it('answers more requests at once than one iteration of the event loop has time for', async function () {
    this.timeout(240_000);
    const sizes = [1, 100, 16_384, 16_385, 40_000, 65_536, 65_537];
    for (const size of sizes) writeFileSync(at(`f${size}`), Buffer.alloc(size, `${size} `));
    const { hits } = metrics().pool.inline;
    for (const budgetMicros of [200, 20, 0]) {
      resetInline(budgetMicros);
      const asked = Array.from({ length: 140 }, (_, i) => sizes[i % sizes.length]!);
      const answers = await Promise.all(asked.map((size) => ask(`/f${size}`)));
      for (const [i, { status, text }] of answers.entries()) {
        const size = asked[i]!;
        expect(status).to.equal(200);
        expect(text === Buffer.alloc(size, `${size} `).toString('latin1'), `${size} bytes`).to.equal(true);
      }
    }
    expect(failures).to.deep.equal([]);
    const used = metrics().pool.inline.hits;
    // Nothing is served inline here, or every inline read is short.
    if (used === hits || process.env.UVFILES_INLINE_FAULT !== undefined) return;
    resetInline();
    while (metrics().pool.inline.hits === used) await ask('/f100');
    expect(metrics().pool.inline.hits).to.be.greaterThan(used);
  });

  it('determines the media type by the extension, in upper or lower case', async () => {
    mkdirSync(at('dir.html'));
    const types: Record<string, string> = {
      'a.html': 'text/html; charset=utf-8',
      'a.HTML': 'text/html; charset=utf-8',
      'a.json': 'application/json; charset=utf-8',
      'a.tar.gz': 'application/gzip',
      'a.jpeg': 'image/jpeg',
      'a.unheard-of': 'application/octet-stream',
      'dir.html/plain': 'application/octet-stream',
      'a.': 'application/octet-stream',
    };
    for (let round = 0; round < 2; round++) {
      for (const [name, type] of Object.entries(types)) {
        writeFileSync(at(name), 'x');
        expect((await ask(`/${name}`)).headers['content-type'], name).to.equal(type);
      }
    }
  });

  it('names no range if it cannot be read', async () => {
    writeFileSync(at('page.html'), 'page');
    using _broken = faults({ op: 'read', error: 'EIO', times: Infinity });
    for (const range of ['bytes=0-1', 'bytes=0-0,2-2']) {
      const { status, headers, text } = await ask('/page.html', { range });
      expect([status, text]).to.deep.equal([500, 'Internal Server Error']);
      expect(headers).to.not.have.any.keys('content-range', 'etag', 'last-modified');
    }
    // A client can have the answer before the call rejects.
    while (failures.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(failures.map(({ code }: NodeJS.ErrnoException) => code)).to.deep.equal(['EIO', 'EIO']);
  });

  it('rejects invalid header fields, and does not change the response', async () => {
    writeFileSync(at('page.html'), 'page');
    const refused: [headers: unknown, code: string, argument: string][] = [
      [{ 'bad name': 'x' }, 'ERR_INVALID_ARG_VALUE', "options.headers['bad name']"],
      [{ '': 'x' }, 'ERR_INVALID_ARG_VALUE', "options.headers['']"],
      [{ 'X-Split': 'a\r\nSet-Cookie: b' }, 'ERR_INVALID_ARG_VALUE', "options.headers['X-Split']"],
      [{ 'X-List': ['fine', 'a\nb'] }, 'ERR_INVALID_ARG_VALUE', "options.headers['X-List']"],
      [{ 'X-None': undefined }, 'ERR_INVALID_ARG_TYPE', "options.headers['X-None']"],
      [{ 'X-Object': {} }, 'ERR_INVALID_ARG_TYPE', "options.headers['X-Object']"],
      [{ 'X-List': ['fine', null] }, 'ERR_INVALID_ARG_TYPE', "options.headers['X-List']"],
      [['X', 'y'], 'ERR_INVALID_ARG_TYPE', 'options.headers'],
    ];
    serve = async (req, res) => {
      for (const path of ['page.html', 'missing.html']) {
        for (const [headers, code, argument] of refused) {
          const o = { root: scratch.path, headers: headers as never };
          const error = await rejection(serveFile(req, res, path, o));
          expect([error.code, error instanceof TypeError]).to.deep.equal([code, true]);
          expect(error.message).to.include(argument);
          expect([res.headersSent, res.getHeaderNames()]).to.deep.equal([false, []]);
        }
      }
      const headers = { 'X-Number': 5, 'X-List': ['a', 'b'], 'Cache-Control': 'no-store' };
      await serveFile(req, res, 'page.html', { root: scratch.path, headers });
    };
    const { status, headers, text } = await ask('/');
    expect(failures).to.deep.equal([]);
    expect([status, text]).to.deep.equal([200, 'page']);
    expect(headers).to.include({ 'x-number': '5', 'x-list': 'a, b', 'cache-control': 'no-store' });
  });
});
