// What traces and faults see of files that the library reads in several ways.
import { expect } from 'chai';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { open, serveFile } from 'uvfiles';
import { mount, wrap } from 'uvfiles/filesystem';
import promises from 'uvfiles/promises';
import { faults, memoryFiles, trace } from 'uvfiles/testing';

import { skip } from '../support/skip.js';
import { rejection, scratchDirectory } from '../support/temp.js';

describe('traces and faults', () => {
  const scratch = scratchDirectory();

  /** Serves a file once. Resolves to the status and the length of the body. */
  async function served(serve: (req: http.IncomingMessage, res: http.ServerResponse) => Promise<void>) {
    const server = http.createServer((req, res) => {
      serve(req, res).catch(() => undefined); // the answer says so
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const request = http.get({ host: '127.0.0.1', port, agent: false, headers: { range: 'bytes=1-' } });
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      let length = 0;
      for await (const part of response) length += (part as Buffer).length;
      return [response.statusCode, length];
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  for (const [what, size] of [
    ['a small file', 10],
    ['a large file', 1_000_000],
  ] as const)
    it(`see how serveFile reads ${what}`, async () => {
      const path = `${scratch.path}/served`;
      writeFileSync(path, Buffer.alloc(size));
      for (const serve of [
        (req, res) => serveFile(req, res, path),
        (req, res) => serveFile(req, res, 'served', { root: scratch.path }),
      ] satisfies ((req: http.IncomingMessage, res: http.ServerResponse) => Promise<void>)[]) {
        const asked = await trace(async () => {
          expect(await served(serve)).to.deep.equal([206, size - 1]);
        });
        const read = asked.filter(({ op }) => op === 'read');
        expect(read.reduce((sum, each) => sum + each.size!, 0)).to.equal(size - 1);
        expect(asked.map(({ op }) => op)).to.include.members(['open', 'stat', 'close']);
        using failing = faults({ op: 'stat', error: 'EIO' });
        expect((await served(serve))[0]).to.equal(500);
        expect(failing.count).to.equal(1);
      }
    });

  it('see each range that a file system could read at once', async () => {
    const files = memoryFiles({ a: '0123456789' }, { at: '/ranges' });
    files.unmount();
    const { fileSystem } = files;
    const several = wrap(fileSystem, {
      async open(...args) {
        const file = await fileSystem.open(...args);
        return Object.assign(file, {
          preadMany: async (ranges: readonly { position: number | bigint; size: number }[]) =>
            Promise.all(ranges.map(({ position, size }) => file.pread(size, position, args[3]))),
        });
      },
    });
    using _mount = mount('/ranges', several);
    const ranges = [
      { position: 1, size: 2 },
      { position: 5, size: 3 },
    ];
    const asked = await trace(async () => {
      await using file = await open('/ranges/a', 'rb');
      expect((await file.readMany(ranges)).map(String)).to.deep.equal(['12', '567']);
    });
    expect(
      asked.filter(({ op }) => op === 'read').map(({ position, size }) => [position, size]),
    ).to.deep.equal([
      [1, 2],
      [5, 3],
    ]);
    using _failing = faults({ op: 'read', error: 'EIO', after: 1 });
    await using file = await open('/ranges/a', 'rb');
    expect((await rejection(file.readMany(ranges))).code).to.equal('EIO');
  });

  it('let promises.open open real directories, and see their sync', async function () {
    if (process.platform === 'win32') skip(this, 'Windows opens no directories');
    const asked = await trace(async () => {
      const directory = await promises.open(scratch.path);
      expect((await directory.stat()).isDirectory()).to.equal(true);
      expect((await rejection(directory.read(Buffer.alloc(1)))).code).to.equal('EISDIR');
      await directory.sync();
      await directory.close();
    });
    expect(asked.map(({ op }) => op).filter((op) => op !== 'open')).to.deep.equal([
      'stat',
      'read',
      'sync',
      'close',
    ]);
    using _failing = faults({ op: 'sync', path: scratch.path, error: 'EIO' });
    const directory = await promises.open(scratch.path);
    expect((await rejection(directory.sync())).code).to.equal('EIO');
    await directory.close();
  });
});
