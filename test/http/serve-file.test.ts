// Files as responses to HTTP requests, compared with those of `send`, and slow or disconnecting clients.
import { expect } from 'chai';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { execFileSync } from 'node:child_process';
import net, { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import send from 'send';
import { serveFile } from 'uvfiles';
import { mount } from 'uvfiles/filesystem';
import { memoryFiles } from 'uvfiles/testing';

import { FlatFiles } from '../filesystem/support/flat-files.js';
import { MODIFIED, REQUESTS } from '../support/http-requests.js';
import { skip } from '../support/skip.js';
import { isRoot, rejection, scratchDirectory } from '../support/temp.js';

interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}
type Serve = (req: http.IncomingMessage, res: http.ServerResponse) => unknown;

describe('serveFile', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => `${scratch.path}/${name}`;
  const servers: http.Server[] = [];
  const failures: Error[] = [];

  async function listen(
    serve: Serve,
    make = (): http.Server => http.createServer(),
  ): Promise<http.RequestOptions> {
    const server = make();
    server.on('request', (req: http.IncomingMessage, res: http.ServerResponse) => {
      Promise.resolve(serve(req, res)).catch((error: Error) => failures.push(error));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, agent: false };
  }
  beforeEach(() => void (failures.length = 0));
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  function ask(
    place: http.RequestOptions,
    o: http.RequestOptions = {},
    by: typeof http | typeof https = http,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const req = by.request({ ...place, ...o }, (res) => {
        const parts: Buffer[] = [];
        res.on('data', (part: Buffer) => parts.push(part));
        res.on('error', reject);
        res.on('end', () =>
          resolve({ status: res.statusCode!, headers: res.headers, body: Buffer.concat(parts) }),
        );
      });
      req.on('error', reject).end();
    });
  }
  const openDescriptors = (name: string): number =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === at(name);
      } catch {
        return false;
      }
    }).length;

  const underRoot = (): Serve => (req, res) =>
    serveFile(req, res, decodeURIComponent(req.url!), { root: scratch.path });

  function site(): void {
    writeFileSync(at('page.html'), '<p>hello, world</p>');
    writeFileSync(at('empty.txt'), '');
    writeFileSync(at('data.json'), '{}');
    writeFileSync(at('name with space.css'), 'a{}');
    writeFileSync(at('.secret'), 'secret');
    writeFileSync(at('plain'), 'plain');
    for (const name of ['do..ts.txt', 'thing.html.html']) writeFileSync(at(name), name);
    writeFileSync(at('large.bin'), Buffer.alloc(3_000_000, 'uvfiles '));
    mkdirSync(at('dir'));
    mkdirSync(at('.git'));
    writeFileSync(at('.git/config'), 'secret');
    symlinkSync('page.html', at('link.html'));
    for (const name of ['page.html', 'empty.txt', 'large.bin'])
      utimesSync(at(name), MODIFIED + 0.5, MODIFIED + 0.5);
  }

  it('responds as send does', async () => {
    site();
    const ours = await listen(underRoot());
    const theirs = await listen((req, res) => {
      send(req, req.url!, { root: scratch.path, index: false, cacheControl: false }).pipe(res);
    });
    for (const [path, headers = {}, method = 'GET'] of REQUESTS) {
      const [own, other] = [
        await ask(ours, { path, headers, method }),
        await ask(theirs, { path, headers, method }),
      ];
      const shown = `${method} ${path.slice(0, 40)} ${JSON.stringify(headers)}`;
      expect(own.status, shown).to.equal(other.status);
      if (own.status >= 400) {
        if (own.status === 416)
          expect(own.headers['content-range'], shown).to.equal(other.headers['content-range']);
        continue;
      }
      expect(own.body.equals(other.body), shown).to.equal(true);
      for (const name of [
        'content-length',
        'content-type',
        'content-range',
        'last-modified',
        'accept-ranges',
      ])
        expect(own.headers[name], `${shown} ${name}`).to.equal(other.headers[name]);
      expect(own.headers.etag, shown).to.match(/^"[^"]+"$/);
    }
    expect(failures).to.deep.equal([]);
  });

  it('compares its ETag weakly or strongly, as the header requires', async () => {
    site();
    const place = await listen(underRoot());
    const { etag } = (await ask(place, { path: '/page.html' })).headers as { etag: string };
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await ask(place, { path: '/page.html', headers })).status;
    expect(await status({ 'if-none-match': `"x", ${etag}` })).to.equal(304);
    expect(await status({ 'if-none-match': `W/${etag}` })).to.equal(304);
    expect(await status({ 'if-match': etag })).to.equal(200);
    expect(await status({ 'if-match': `W/${etag}` })).to.equal(412);
    expect(await status({ 'if-range': etag, range: 'bytes=1-2' })).to.equal(206);
    expect(await status({ 'if-range': `W/${etag}`, range: 'bytes=1-2' })).to.equal(200);
    utimesSync(at('page.html'), 1_700_000_001, 1_700_000_001);
    expect(await status({ 'if-none-match': etag })).to.equal(200);
    const languages = await listen((req, res) => {
      for (const name of ['Content-Language', 'Content-Location', 'Contents']) res.setHeader(name, 'x');
      return underRoot()(req, res);
    });
    const unmodified = await ask(languages, { path: '/page.html', headers: { 'if-none-match': '*' } });
    expect(unmodified.headers).to.include({ 'content-location': 'x', contents: 'x' });
    expect(unmodified.headers).to.not.have.property('content-language');
    const { headers, body } = await ask(place, { path: '/page.html', headers: { 'if-none-match': '*' } });
    expect([headers['content-type'], headers['content-length'], body.length]).to.deep.equal([
      undefined,
      undefined,
      0,
    ]);
    expect(headers.etag).to.be.a('string');
  });

  it('sends several ranges as multipart/byteranges, and joins those that overlap', async () => {
    site();
    const place = await listen(underRoot());
    const { status, headers, body } = await ask(place, {
      path: '/page.html',
      headers: { range: 'bytes=0-2, 5-6,6-8,-1' },
    });
    expect(status).to.equal(206);
    const boundary = /^multipart\/byteranges; boundary=(\w+)$/.exec(headers['content-type']!)![1]!;
    const part = (range: string, text: string): string =>
      `--${boundary}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Range: bytes ${range}/19\r\n\r\n${text}\r\n`;
    expect(body.toString()).to.equal(
      `${part('0-2', '<p>')}${part('5-8', 'llo,')}${part('18-18', '>')}--${boundary}--\r\n`,
    );
    expect(Number(headers['content-length'])).to.equal(body.length);
    const large = await ask(place, {
      path: '/large.bin',
      headers: { range: 'bytes=8-1000007, 2000000-2999999' },
    });
    expect(Number(large.headers['content-length'])).to.equal(large.body.length);
    expect(large.body.includes(readFileSync(at('large.bin')).subarray(0, 1_000_000))).to.equal(true);
    // Not a range (RFC 9110, 14.1.1); send answers 416.
    expect((await ask(place, { path: '/page.html', headers: { range: 'bytes=5-2' } })).status).to.equal(200);
    // The whole file (RFC 9110, 14.1.2); send answers 416.
    const suffix = await ask(place, { path: '/page.html', headers: { range: 'bytes=-400' } });
    expect([suffix.status, suffix.headers['content-range']]).to.deep.equal([206, 'bytes 0-18/19']);
    const many = Array.from({ length: 60 }, (_, i) => `${i * 3}-${i * 3}`).join(',');
    expect((await ask(place, { path: '/large.bin', headers: { range: `bytes=${many}` } })).status).to.equal(
      200,
    );
  });

  it('refuses other methods, directories, links out of the root, and unreadable files', async () => {
    site();
    mkdirSync(at('public'));
    symlinkSync('../page.html', at('public/out.html'));
    symlinkSync('/etc/passwd', at('public/passwd'));
    writeFileSync(at('public/locked'), 'x');
    chmodSync(at('public/locked'), 0);
    execFileSync('mkfifo', [at('public/fifo')]);
    const place = await listen((req, res) => serveFile(req, res, req.url!, { root: at('public') }));
    const status = async (path: string, method = 'GET'): Promise<number> =>
      (await ask(place, { path, method })).status;
    const { headers, ...refused } = await ask(place, { path: '/out.html', method: 'POST' });
    expect([refused.status, headers.allow]).to.deep.equal([405, 'GET, HEAD']);
    expect(await status('/out.html')).to.equal(403);
    expect(await status('/passwd')).to.equal(403);
    expect(await status('/')).to.equal(404);
    expect(await status('/fifo')).to.equal(404);
    if (isRoot) console.log('      skipped: root may read what nobody may (403)');
    else expect(await status('/locked')).to.equal(403);
  });

  it("serves a path without a root, with the caller's header fields", async () => {
    site();
    const place = await listen((req, res) => {
      res.setHeader('Content-Type', 'text/x-mine');
      return serveFile(req, res, at('.secret'), {
        headers: { 'Cache-Control': 'max-age=60', ETag: '"mine"' },
      });
    });
    const { status, headers, body } = await ask(place);
    expect([
      status,
      body.toString(),
      headers['content-type'],
      headers['cache-control'],
      headers.etag,
    ]).to.deep.equal([200, 'secret', 'text/x-mine', 'max-age=60', '"mine"']);
  });

  it('keeps connections alive after bodies that the kernel sends', async () => {
    site();
    const place = await listen(underRoot());
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const whole = readFileSync(at('large.bin'));
    for (let i = 0; i < 3; i++) {
      expect((await ask(place, { path: '/large.bin', agent })).body.equals(whole)).to.equal(true);
      expect((await ask(place, { path: '/page.html', agent })).body.toString()).to.equal(
        '<p>hello, world</p>',
      );
    }
    agent.destroy();
  });

  it('answers pipelined requests in order', async () => {
    site();
    const { port } = (await listen(underRoot())) as { port: number };
    const socket = net.connect(port, '127.0.0.1');
    const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
    socket.write(
      get('/large.bin') + get('/page.html') + get('/large.bin') + get('/data.json', 'Connection: close\r\n'),
    );
    const parts: Buffer[] = [];
    for await (const part of socket) parts.push(part as Buffer);
    const all = Buffer.concat(parts);
    const whole = readFileSync(at('large.bin'));
    expect(all.indexOf(whole)).to.be.lessThan(all.indexOf('hello'));
    expect(all.indexOf('hello')).to.be.lessThan(all.lastIndexOf(whole));
    expect(all.lastIndexOf(whole)).to.be.lessThan(all.lastIndexOf('{}'));
  });

  it('serves over TLS, and files of mounted file systems', async function () {
    site();
    const files = new FlatFiles();
    files.files.set('/a.txt', { bytes: Buffer.alloc(300_000, 'flat '), mode: 0o644, mtimeMs: 0 });
    using _flat = mount('flat://bucket', files);
    using _memory = memoryFiles({ 'public/a.txt': 'memory', 'secret.txt': 'secret' }, { at: '/memory' });
    const plain = await listen((req, res) => serveFile(req, res, req.url!, { root: 'flat://bucket' }));
    expect((await ask(plain, { path: '/a.txt' })).body.equals(Buffer.alloc(300_000, 'flat '))).to.equal(true);
    expect((await ask(plain, { path: '/b.txt' })).status).to.equal(404);
    const memory = await listen((req, res) => serveFile(req, res, req.url!, { root: '/memory/public' }));
    expect((await ask(memory, { path: '/a.txt' })).body.toString()).to.equal('memory');
    expect((await ask(memory, { path: '/../secret.txt' })).status).to.equal(403);
    try {
      const how = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=x -days 1'.split(' ');
      const to = ['-keyout', at('key'), '-out', at('cert')];
      execFileSync('openssl', ['req', '-x509', ...how, ...to], { stdio: 'ignore' });
    } catch {
      skip(this, 'there is no openssl');
    }
    const pair = { key: readFileSync(at('key')), cert: readFileSync(at('cert')) };
    const secure = await listen(underRoot(), () => https.createServer(pair));
    const { body } = await ask(
      { ...secure, rejectUnauthorized: false } as never,
      { path: '/large.bin' },
      https,
    );
    expect(body.equals(readFileSync(at('large.bin')))).to.equal(true);
  });

  it('keeps no threads for slow clients, and no descriptors for clients that disconnect', async function () {
    this.timeout(240_000);
    if (process.platform !== 'linux') skip(this, 'reads /proc/self/fd');
    writeFileSync(at('large.bin'), '');
    truncateSync(at('large.bin'), 1 << 30);
    let ended = 0;
    const { port } = (await listen(async (req, res) => {
      await serveFile(req, res, at('large.bin'));
      ended++;
    })) as { port: number };
    const connect = async (): Promise<net.Socket[]> => {
      const clients = Array.from({ length: 20 }, () => {
        const socket = net.connect(port, '127.0.0.1');
        socket.on('error', () => undefined);
        socket.pause();
        socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
        return socket;
      });
      while (openDescriptors('large.bin') < clients.length) await sleep(5);
      return clients;
    };
    let clients = await connect();
    // The pool is free: if each client held a thread, this would never resolve.
    writeFileSync(at('small'), 'small');
    for (let i = 0; i < 20; i++)
      expect((await ask(await listen((req, res) => serveFile(req, res, at('small'))))).status).to.equal(200);
    expect(ended).to.equal(0);
    // The transfer may notice it before the socket emits an event.
    for (let round = 1; round <= 8; round++) {
      for (const [i, client] of clients.entries()) {
        if (i % 2 === 0) client.destroy();
        else client.resetAndDestroy();
      }
      // A transfer closes its own descriptor when it ends, a moment after the call.
      const waits = (): boolean => ended < round * clients.length || openDescriptors('large.bin') > 0;
      while (failures.length === 0 && waits()) await sleep(5);
      expect(failures).to.deep.equal([]);
      expect(ended).to.equal(round * clients.length);
      expect(openDescriptors('large.bin')).to.equal(0);
      if (round < 8) clients = await connect();
    }
  });

  it('rejects with errors that the request has not caused, and closes the connection if the file shrinks', async () => {
    site();
    const place = await listen(async (req, res) => {
      const sending = serveFile(req, res, at('large.bin'));
      truncateSync(at('large.bin'), 100_000);
      await sending;
    });
    await rejection(ask(place)).catch(() => undefined);
    expect(failures.every((error) => (error as NodeJS.ErrnoException).code === 'ESTALE')).to.equal(true);
    const bad = await listen(async (req, res) => {
      for (const [path, o, code] of [
        [5, {}, 'ERR_INVALID_ARG_TYPE'],
        ['a\0b', {}, 'ERR_INVALID_ARG_VALUE'],
        ['a', { root: 5 }, 'ERR_INVALID_ARG_TYPE'],
        ['a', { root: '' }, 'ERR_INVALID_ARG_VALUE'],
        ['a', { headers: 'x' }, 'ERR_INVALID_ARG_TYPE'],
        ['a', { index: true }, 'ERR_INVALID_ARG_VALUE'],
      ] as const)
        expect((await rejection(serveFile(req, res, path as never, o as never))).code).to.equal(code);
      expect((await rejection(serveFile(undefined as never, res, 'a'))).code).to.equal(
        'ERR_INVALID_ARG_TYPE',
      );
      expect((await rejection(serveFile(req, undefined as never, 'a'))).code).to.equal(
        'ERR_INVALID_ARG_TYPE',
      );
      res.end('fine');
      expect((await rejection(serveFile(req, res, at('plain')))).code).to.equal('ERR_HTTP_HEADERS_SENT');
    });
    expect((await ask(bad)).body.toString()).to.equal('fine');
  });

  it('ends with its signal', async () => {
    writeFileSync(at('large.bin'), '');
    truncateSync(at('large.bin'), 1 << 30);
    const controller = new AbortController();
    const place = await listen((req, res) =>
      serveFile(req, res, at('large.bin'), { signal: controller.signal }),
    );
    const req = http.get(place);
    const paused = new Promise<http.IncomingMessage>((resolve) =>
      req.on('response', (res) => void resolve(res.pause())),
    );
    while (process.platform === 'linux' && openDescriptors('large.bin') === 0) await sleep(5);
    await sleep(20);
    const res = await paused;
    controller.abort();
    req.on('error', () => undefined);
    const closed = new Promise((resolve) => res.on('error', resolve).on('close', resolve));
    res.resume();
    await closed;
    while (failures.length === 0) await sleep(5);
    expect(failures[0]!.name).to.equal('AbortError');
  });
});
