// The load generator of the benchmark's server: what it counts, and when it rejects.
import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startService, type Service } from '../../bench/harness/service.ts';
import type { Load, LoadFigures } from '../../bench/support/load-child.ts';

describe("the benchmark's load generator", function () {
  this.timeout(240_000);
  let generator: Service;
  let server: Server;

  before(() => (generator = startService('load-child.ts')));
  after(() => generator.stop());
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function load(handler: RequestListener, rest: Partial<Load>): Promise<LoadFigures> {
    server = createServer(handler).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return generator.ask<LoadFigures>('load', { port, connections: 1, seconds: 0.2, paths: 3, ...rest });
  }

  it('sends every request that is due, each for one of the paths', async () => {
    const asked: string[] = [];
    const figures = await load(
      ({ url = '' }, response) => {
        asked.push(url);
        response.writeHead(200, { 'Content-Length': 3 }).end('abc');
      },
      { rate: 200, connections: 4 },
    );
    expect(figures.requests).to.equal(40);
    expect(asked).to.have.length(40);
    expect(new Set(asked)).to.have.all.keys('/0', '/1', '/2');
    expect(figures.max).to.be.at.least(figures.p99).and.at.least(figures.p50);
  });

  it('counts the time that a request waited because the server stalled on an earlier one', async () => {
    let stalled = false;
    const figures = await load(
      (_request, response) => {
        const answer = () => response.writeHead(200, { 'Content-Length': 0 }).end();
        if (stalled) return answer();
        stalled = true;
        return setTimeout(answer, 500);
      },
      { rate: 100 },
    );
    // Twenty requests were due in 0.2 s, and the first answer came after 0.5 s: each of them waited 0.3 s or more.
    expect(figures.requests).to.equal(20);
    expect(figures.p50).to.be.at.least(300);
  });

  it('accepts bodies that arrive in pieces', async () => {
    const piece = Buffer.alloc(300_000);
    const figures = await load(
      (_request, response) => {
        response.writeHead(200, { 'Content-Length': 2 * piece.length });
        response.write(piece);
        setImmediate(() => response.end(piece));
      },
      { rate: 50 },
    );
    expect(figures.requests).to.equal(10);
  });

  it('rejects if the server answers with an error', async () => {
    const refused = await load((_request, response) => response.writeHead(404).end(), { rate: 10 }).catch(
      (error: Error) => error.message,
    );
    expect(refused).to.contain('404');
  });

  it('rejects if the server closes the connection', async () => {
    const hungUp = await load((request) => request.socket.destroy(), { rate: 10 }).catch(
      (error: Error) => error.message,
    );
    expect(hungUp).to.be.a('string');
  });
});
