// Arguments and errors of handles, compared with those of Node.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import nodeFs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';
import fs from 'uvfiles/promises';
import { faults } from 'uvfiles/testing';

describe('handles of uvfiles/promises beside those of Node', () => {
  let top: string;

  beforeEach(() => {
    top = mkdtempSync(path.join(tmpdir(), 'uvfiles-handles-'));
    writeFileSync(path.join(top, 'file'), '0123456789');
  });
  afterEach(() => {
    rmSync(top, { recursive: true, force: true });
  });

  const failure = (call: Promise<unknown>): Promise<Record<string, unknown>> =>
    call.then(
      () => ({ code: 'none' }),
      (error: unknown) => error as Record<string, unknown>,
    );

  it('reject with the error of the operation if the close after it fails, too', async () => {
    const file = path.join(top, 'file');
    const { signal } = new AbortController();
    const error = await faults(
      [
        { op: 'write', path: file, error: 'ENOSPC' },
        { op: 'close', path: file, error: 'EIO' },
      ],
      () => failure(fs.writeFile(file, 'x', { signal })),
    );
    expect(error).to.be.instanceOf(AggregateError);
    expect(error.code).to.equal('ENOSPC');
    expect((error.errors as { code: string }[]).map(({ code }) => code)).to.deep.equal(['ENOSPC', 'EIO']);
  });

  for (const [name, functions] of Object.entries({ node: nodeFs, uvfiles: fs }))
    it(`ignore positions that are not integers, and reject a read into no buffers (${name})`, async () => {
      const handle = await functions.open(path.join(top, 'file'), 'r+');
      try {
        const bytes = Buffer.alloc(4);
        expect((await handle.readv([bytes], 1.5)).bytesRead).to.equal(4);
        expect(bytes.toString()).to.equal('0123');
        expect((await handle.write(Buffer.from('ab'), 0, 2, 0.5)).bytesWritten).to.equal(2);
        expect(await nodeFs.readFile(path.join(top, 'file'), 'utf8')).to.equal('0123ab6789');
        const { code, syscall } = await failure(handle.readv([]));
        expect([code, syscall]).to.deep.equal(['EINVAL', 'read']);
        expect((await handle.writev([])).bytesWritten).to.equal(0);
      } finally {
        await handle.close();
      }
    });

  for (const [name, functions] of Object.entries({ node: nodeFs, uvfiles: fs }))
    it(`ask the system about a write of no bytes, which it refuses on files for reading (${name})`, async () => {
      const writes = [
        (handle: nodeFs.FileHandle) => handle.write(''),
        (handle: nodeFs.FileHandle) => handle.write('', 2, 'latin1'),
        (handle: nodeFs.FileHandle) => handle.write('text', null, 'hex'),
        (handle: nodeFs.FileHandle) => handle.write(Buffer.from('text'), 2, 0, 3),
      ];
      for (const write of writes) {
        for (const flags of ['r', 'r+']) {
          const handle = await functions.open(path.join(top, 'file'), flags);
          const told = await write(handle).then(
            ({ bytesWritten }) => bytesWritten,
            ({ code, syscall, message }: NodeJS.ErrnoException) => [code, syscall, message],
          );
          await handle.close();
          const refusal = ['EBADF', 'write', 'EBADF: bad file descriptor, write'];
          expect(told).to.deep.equal(flags === 'r' ? refusal : 0);
        }
        // Node makes no call for a buffer without bytes.
        const handle = await functions.open(path.join(top, 'file'), 'r');
        expect((await handle.write(Buffer.alloc(0))).bytesWritten).to.equal(0);
        await handle.close();
      }
    });
});
