// Clients that receive a large file slowly.
import { expect } from 'chai';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { serveFile } from 'uvfiles';

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
});
