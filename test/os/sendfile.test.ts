// sendfile to sockets that accept nothing: it waits for readiness, and the wait can be cancelled.
import { expect } from 'chai';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { os } from 'uvfiles';

import { rejection, scratchDirectory } from '../support/temp.js';

describe('sendfile', () => {
  const scratch = scratchDirectory();
  const bytes = randomBytes(16_000_000);
  const open: { close: () => unknown }[] = [];
  let source: number;

  beforeEach(() => {
    writeFileSync(path.join(scratch.path, 'a'), bytes);
    source = openSync(path.join(scratch.path, 'a'), 'r');
  });

  afterEach(() => {
    closeSync(source);
    for (const each of open.splice(0)) each.close();
  });

  /** A pair of connected sockets. `reader` reads nothing until it is resumed. */
  async function pair(): Promise<{ fd: number; writer: Socket; reader: Socket }> {
    const server: Server = createServer({ pauseOnConnect: true });
    open.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
    const writer = connect((server.address() as { port: number }).port, '127.0.0.1');
    await new Promise((resolve) => writer.once('connect', resolve));
    const reader = await accepted;
    open.push({ close: () => writer.destroy() }, { close: () => reader.destroy() });
    const { fd } = (writer as unknown as { _handle: { fd: number } })._handle;
    return { fd, writer, reader };
  }

  const sent = (sockets: Promise<number>[]): Promise<PromiseSettledResult<number>[]> =>
    Promise.allSettled(sockets);

  it('uses no pool thread while its socket accepts nothing', async () => {
    const controller = new AbortController();
    const stalled = await Promise.all(Array.from({ length: 8 }, pair));
    const pending = stalled.map(({ fd }) =>
      os.sendfile(fd, source, 0, bytes.length, { signal: controller.signal }),
    );
    // More calls than the pool has threads, in the lane of these calls.
    for (let i = 0; i < 10; i++) await os.copy(path.join(scratch.path, 'a'), path.join(scratch.path, 'b'));
    controller.abort();
    for (const each of await sent(pending)) {
      expect(each).to.have.nested.property('reason.code', 'ABORT_ERR');
      const { bytesWritten } = (each as PromiseRejectedResult).reason as { bytesWritten: number };
      expect(bytesWritten).to.be.greaterThan(0).and.below(bytes.length);
    }
  });

  it('reports how much was sent before an abort or timeout', async () => {
    const { fd, writer, reader } = await pair();
    const error = await rejection(os.sendfile(fd, source, 0, bytes.length, { timeout: 50 }));
    expect(error.code).to.equal('ERR_TIMEOUT');
    writer.end();
    let received = 0;
    reader.on('data', (data: Buffer) => (received += data.length));
    reader.resume();
    await new Promise((resolve) => reader.once('end', resolve));
    // On a busy machine, the timeout may expire before it has begun.
    const { bytesWritten = 0 } = error as { bytesWritten?: number };
    expect(received).to.equal(bytesWritten);
  });

  it('continues when its socket accepts data again, and leaves the position after the sent data', async () => {
    const { fd, writer, reader } = await pair();
    const pending = os.sendfile(fd, source, null, bytes.length);
    const received: Buffer[] = [];
    reader.on('data', (data: Buffer) => received.push(data));
    setTimeout(() => reader.resume(), 20);
    expect(await pending).to.equal(bytes.length);
    writer.end();
    await new Promise((resolve) => reader.once('end', resolve));
    expect(Buffer.concat(received).equals(bytes)).to.equal(true);
  });
});
