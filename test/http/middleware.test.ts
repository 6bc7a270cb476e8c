// Middleware and settings that change how a response sends its body.
import { expect } from 'chai';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGzip, gunzipSync } from 'node:zlib';

import { serveFile } from 'uvfiles';

import { scratchDirectory } from '../support/temp.js';

describe('serveFile behind middleware', () => {
  const scratch = scratchDirectory();
  const content = Buffer.alloc(300_000, 'uvfiles ');

  /** The answer to a request for a file that the kernel would send. */
  async function answerAfter(
    prepare: (res: http.ServerResponse) => void,
  ): Promise<{ headers: http.IncomingHttpHeaders; body: Buffer }> {
    const path = `${scratch.path}/large.txt`;
    writeFileSync(path, content);
    let served: Promise<void> | undefined;
    const server = http.createServer((req, res) => {
      prepare(res);
      served = serveFile(req, res, path);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const request = http.get({ host: '127.0.0.1', port, agent: false });
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part as Buffer);
      await served;
      return { headers: response.headers, body: Buffer.concat(parts) };
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  /** Calls `change` before the headers are sent. */
  function beforeHeaders(res: http.ServerResponse, change: () => void): void {
    const writeHead = res.writeHead.bind(res);
    res.writeHead = (status: number): typeof res => {
      change();
      return writeHead(status);
    };
  }

  it('gives a large body to middleware that compresses it', async () => {
    const { headers, body } = await answerAfter((res) => {
      const write = res.write.bind(res);
      const end = res.end.bind(res);
      const gzip = createGzip();
      gzip.on('data', (part: Buffer) => void write(part));
      gzip.on('end', () => end());
      beforeHeaders(res, () => {
        res.setHeader('Content-Encoding', 'gzip');
        res.removeHeader('Content-Length');
      });
      res.write = ((part: Buffer) => {
        if (!res.headersSent) res.writeHead(res.statusCode);
        gzip.write(part);
        return true;
      }) as typeof res.write;
      res.end = (() => {
        gzip.end();
        return res;
      }) as typeof res.end;
    });
    expect(headers['content-encoding']).to.equal('gzip');
    expect(gunzipSync(body).equals(content)).to.equal(true);
  });

  it('sends chunks if middleware has removed the length', async () => {
    const { headers, body } = await answerAfter((res) => {
      beforeHeaders(res, () => res.removeHeader('Content-Length'));
    });
    expect(headers['transfer-encoding']).to.equal('chunked');
    expect(body.equals(content)).to.equal(true);
  });

  it('serves a large file to a response that checks its length', async () => {
    const { body } = await answerAfter((res) => {
      res.strictContentLength = true;
    });
    expect(body.equals(content)).to.equal(true);
  });
});
