// Clients that receive a large file slowly.
import { expect } from 'chai';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';

import { serveFile } from 'uvfiles';
import { memoryFiles } from 'uvfiles/testing';

import { rejection } from '../support/files.js';
import { skip } from '../support/skip.js';
import { scratchDirectory } from '../support/temp.js';

describe('serveFile with slow clients', () => {
  const scratch = scratchDirectory();

  it('restarts the timeout of a connection as its client takes the file', async function () {
    if (process.platform === 'win32') skip(this, 'the kernel sends no files on Windows');
    const path = `${scratch.path}/large`;
    writeFileSync(path, Buffer.alloc(4 << 20, 'uvfiles'));
    let restarts = 0;
    let served: Promise<void> | undefined;
    const server = http.createServer((req, res) => {
      res.setTimeout(60_000);
      const { socket } = req;
      const setTimeout = socket.setTimeout.bind(socket);
      socket.setTimeout = (ms, ...rest) => {
        if (ms === 60_000) restarts++;
        return setTimeout(ms, ...rest);
      };
      served = serveFile(req, res, path);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const [response] = (await once(http.get({ host: '127.0.0.1', port, agent: false }), 'response')) as [
        http.IncomingMessage,
      ];
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part as Buffer);
      await served;
      expect(Buffer.concat(parts).equals(readFileSync(path))).to.equal(true);
      expect(restarts).to.equal(16);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('ends with its signal and its timeout while it waits for a client', async () => {
    const large = Buffer.alloc(30 << 20);
    writeFileSync(`${scratch.path}/large`, large);
    const files = memoryFiles({ large }, { at: '/served' });
    const reason = new Error('enough');
    try {
      for (const [path, range] of [
        [`${scratch.path}/large`, ''],
        [`${scratch.path}/large`, 'Range: bytes=0-20000000,25000000-\r\n'],
        ['/served/large', ''],
      ] as const) {
        const controller = new AbortController();
        for (const o of [{ signal: controller.signal }, { timeout: 100 }]) {
          const error = await whileClientWaits(range, (req, res) => serveFile(req, res, path, o), controller);
          if ('signal' in o)
            expect(error).to.include({ name: 'AbortError', code: 'ABORT_ERR', cause: reason });
          else expect(error).to.include({ name: 'TimeoutError', code: 'ERR_TIMEOUT', timeout: 100 });
        }
      }
    } finally {
      files.unmount();
    }

    /** The error of a request whose client reads nothing. Aborts `controller` once the response has begun. */
    async function whileClientWaits(
      fields: string,
      serve: (req: http.IncomingMessage, res: http.ServerResponse) => Promise<void>,
      controller: AbortController,
    ): Promise<Error> {
      const server = http.createServer();
      const failed = new Promise<Error>((resolve, reject) => {
        server.on('request', (req, res) => void rejection(serve(req, res)).then(resolve, reject));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
      client.on('error', () => undefined);
      try {
        client.write(`GET / HTTP/1.1\r\nHost: x\r\n${fields}\r\n`);
        await once(client, 'readable');
        controller.abort(reason);
        return await failed;
      } finally {
        client.destroy();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    }
  });

  it('ends if its client disconnects while the request waits behind another', async () => {
    const path = `${scratch.path}/large`;
    writeFileSync(path, Buffer.alloc(10 << 20));
    const served: Promise<void>[] = [];
    const server = http.createServer((req, res) => void served.push(serveFile(req, res, path)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => undefined);
    try {
      client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(15));
      await once(client, 'readable');
      while (served.length < 3) await new Promise((resolve) => setImmediate(resolve));
      client.destroy();
      await Promise.all(served);
    } finally {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
