// Memory of callers: writes use the bytes at the time of the call, reads fill the memory completely or not at all, and
// no result shares memory that another result can lose.
import { expect } from 'chai';
import * as fs from 'node:fs';
import { type BinaryFile, configure, open, type RawFile } from 'uvfiles';
import { resetInline } from '../support/inline.js';
import { codeOf, Folder, rejection, runProgram } from '../support/files.js';

interface Resizable {
  resize(size: number): void;
}
const ResizableBuffer = ArrayBuffer as unknown as new (
  size: number,
  o: { maxByteLength: number },
) => ArrayBuffer & Resizable;
const detach = (buffer: ArrayBuffer): unknown => structuredClone(buffer, { transfer: [buffer] });
const content = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 13 + (i >> 8)) % 256));

describe('memory', () => {
  const folder = new Folder();
  const kinds: [string, (mode: string) => Promise<BinaryFile | RawFile>][] = [
    [
      'a buffered file',
      (mode) => open(folder.put('f', mode.startsWith('r') ? content : ''), mode as 'rb', { buffering: 4096 }),
    ],
    [
      'a raw file',
      (mode) => open(folder.put('f', mode.startsWith('r') ? content : ''), mode as 'rb', { buffering: 0 }),
    ],
  ];

  for (const [kind, make, inline] of kinds.flatMap(([kind, make]) => [
    [kind, make, true] as const,
    [kind, make, false] as const,
  ])) {
    describe(`of ${kind}${inline ? '' : ', through the pool'}`, () => {
      if (!inline) {
        before(() => configure({ inline: false }));
        after(() => resetInline());
      }

      for (const size of [10, 5000, 100_000]) {
        it(`${size} bytes can be changed or detached as soon as write has been called`, async () => {
          const f = await make('wb');
          const expected: Buffer[] = [];
          const pending: Promise<unknown>[] = [];
          for (let i = 0; i < 6; i++) {
            const data = new Uint8Array(new ArrayBuffer(size)).fill(97 + i);
            expected.push(Buffer.from(data));
            pending.push(f.write(data));
            if (i % 2 === 0) data.fill(0);
            else detach(data.buffer);
          }
          const resizable = new Uint8Array(new ResizableBuffer(size, { maxByteLength: size }));
          resizable.fill(120);
          expected.push(Buffer.from(resizable));
          pending.push(f.write(resizable));
          (resizable.buffer as unknown as Resizable).resize(0);
          await Promise.all(pending);
          await f.close();
          expect(fs.readFileSync(folder.at('f')).equals(Buffer.concat(expected))).to.equal(true);
        });

        it(`${size} bytes can be changed or detached as soon as pwrite has been called`, async () => {
          const f = await make('wb');
          await f.write(Buffer.from('pending'));
          const first = new Uint8Array(size).fill(65);
          const second = new Uint8Array(size).fill(66);
          const pending = [f.pwrite(first, 100), f.pwrite(second, 100 + size)];
          first.fill(0);
          detach(second.buffer);
          await Promise.all(pending);
          await f.close();
          const written = fs.readFileSync(folder.at('f'));
          expect(written.subarray(100, 100 + size).equals(Buffer.alloc(size, 65))).to.equal(true);
          expect(written.subarray(100 + size).equals(Buffer.alloc(size, 66))).to.equal(true);
        });
      }

      it('rejects a view that is detached or shrunk meanwhile, and loses no bytes of the file', async () => {
        const f = await make('rb');
        await f.read(3);
        for (const spoil of ['detach', 'shrink', 'transfer']) {
          for (const size of [100, 10_000]) {
            const buffer = new ResizableBuffer(size, { maxByteLength: size });
            const view = new Uint8Array(buffer);
            const reading = f.readinto(view);
            if (spoil === 'shrink') buffer.resize(size / 2);
            else if (spoil === 'detach') detach(buffer);
            else new MessageChannel().port1.postMessage(null, [buffer]);
            const error = await rejection(reading).catch(() => undefined);
            // Bytes that were already in the buffer may have been copied before. Then the call has succeeded.
            if (error === undefined) {
              await f.seek(3);
              continue;
            }
            expect(error.code, `${spoil} ${size}`).to.equal('ERR_INVALID_STATE');
            expect(await f.tell(), `${spoil} ${size}`).to.equal(3);
            const next = await f.read(4);
            expect(next, `${spoil} ${size}`).to.deep.equal(content.subarray(3, 3 + next.length));
            await f.seek(3);
          }
        }
        const buffer = new ArrayBuffer(50);
        const reading = f.preadinto(new Uint8Array(buffer), 0);
        detach(buffer);
        // Cached bytes may have been copied immediately.
        expect(
          await reading.then(
            () => 'done',
            (error: { code: string }) => error.code,
          ),
        ).to.be.oneOf(['ERR_INVALID_STATE', 'done']);
        await f.close();
      });

      it('fills only the beginning of a view that is far longer than the file', async () => {
        const f = await make('rb');
        const view = Buffer.alloc(3_000_000);
        expect(await f.preadinto(view, 7)).to.equal(content.length - 7);
        expect(view.subarray(0, content.length - 7).equals(content.subarray(7))).to.equal(true);
        expect(await f.readinto(view)).to.equal(content.length);
        expect(view.subarray(0, content.length).equals(content)).to.equal(true);
        await f.close();
      });

      it('reads into transferred memory, and returns it as the result', async () => {
        const f = await make('rb');
        for (const size of [100, 5000, 200_000, 3_000_000]) {
          const view = new Uint8Array(new ArrayBuffer(size + 24), 8, size);
          const reading = f.preadinto(view, 3, { transfer: true });
          expect(view.byteLength, `${size}`).to.equal(0);
          const bytes = await reading;
          expect(Buffer.isBuffer(bytes)).to.equal(true);
          expect(bytes.equals(content.subarray(3, 3 + size)), `${size}`).to.equal(true);
          expect(bytes.buffer.byteLength).to.equal(size + 24);
          expect(bytes.byteOffset).to.equal(8);
          expect(await f.preadinto(bytes, content.length, { transfer: true })).to.have.length(0);
          expect(bytes.byteLength).to.equal(0);
        }
        await f.close();
      });

      it('fills memory that cannot be transferred in place', async () => {
        const f = await make('rb');
        const pooled = Buffer.from('pooled');
        const shared = new Uint8Array(new SharedArrayBuffer(6000));
        for (const view of [pooled, shared]) {
          const bytes = await f.preadinto(view, 5, { transfer: true });
          expect(view.byteLength).to.be.greaterThan(0);
          expect(bytes.buffer).to.equal(view.buffer);
          expect(Buffer.from(view).equals(content.subarray(5, 5 + bytes.length))).to.equal(true);
        }
        await f.close();
      });

      it('transfers no memory for a call that it rejects, and settles reads after an abort and a close', async () => {
        const f = await make('rb');
        const view = new Uint8Array(new ArrayBuffer(2_000_000));
        const transfer = true;
        expect(await codeOf(f.preadinto(view, -1, { transfer }))).to.equal('ERR_OUT_OF_RANGE');
        expect(await codeOf(f.preadinto(view, 0, { transfer, timeout: -1 }))).to.equal('ERR_OUT_OF_RANGE');
        expect(
          (await rejection(f.preadinto(view, 0, { transfer, signal: AbortSignal.abort() }))).name,
        ).to.equal('AbortError');
        expect(view.byteLength).to.equal(2_000_000);
        const controller = new AbortController();
        const readings = Array.from({ length: 20 }, () =>
          f
            .preadinto(new Uint8Array(new ArrayBuffer(2_000_000)), 0, { transfer, signal: controller.signal })
            .then(
              (bytes) => bytes.equals(content),
              (error: Error) => error.name === 'AbortError',
            ),
        );
        const last = f.preadinto(view, 0, { transfer });
        controller.abort();
        const closing = f.close();
        expect(await Promise.all(readings)).to.deep.equal(readings.map(() => true));
        expect((await last).equals(content)).to.equal(true);
        await closing;
        expect(await codeOf(f.preadinto(new Uint8Array(9), 0, { transfer }))).to.equal('ERR_FILE_CLOSED');
      });

      it('fills shared, resizable and WebAssembly memory', async () => {
        const f = await make('rb');
        const shared = new Uint8Array(new SharedArrayBuffer(6000));
        expect(await f.readinto(shared)).to.be.greaterThan(0);
        expect(Buffer.from(shared.slice(0, 4000))).to.deep.equal(content.subarray(0, 4000));
        expect(await f.preadinto(shared.subarray(5, 10), 50)).to.equal(5);
        expect(Buffer.from(shared.slice(5, 10))).to.deep.equal(content.subarray(50, 55));
        const memory = new (globalThis as any).WebAssembly.Memory({ initial: 1 }) as { buffer: ArrayBuffer };
        expect(await f.preadinto(new Uint8Array(memory.buffer, 16, 100), 7)).to.equal(100);
        expect(Buffer.from(memory.buffer, 16, 100)).to.deep.equal(content.subarray(7, 107));
        const tracking = new Uint8Array(new ResizableBuffer(8, { maxByteLength: 16 }));
        expect(await f.preadinto(tracking, 9)).to.equal(8);
        expect(Buffer.from(tracking)).to.deep.equal(content.subarray(9, 17));
        await f.close();
      });

      it('keeps every other result when one is transferred', async () => {
        const f = await make('rb');
        const results = await Promise.all(Array.from({ length: 100 }, (_, i) => f.pread(100, i * 1000)));
        // Memory that several results share is not transferable: Node 20 leaves it unchanged, later versions throw.
        let refused = false;
        try {
          detach((results[50] as Buffer).buffer as ArrayBuffer);
        } catch (error) {
          refused = (error as Error).name === 'DataCloneError';
          expect(refused, String(error)).to.equal(true);
        }
        for (const [i, result] of results.entries()) {
          if (i === 50 && !refused && result.byteLength === 0) continue; // it had memory of its own
          expect(result.equals(content.subarray(i * 1000, i * 1000 + 100)), String(i)).to.equal(true);
        }
        await f.close();
      });
    });
  }

  it('stays with the caller when a call with transfer rejects', async () => {
    const controller = new AbortController();
    controller.abort();
    for (const buffering of [0, 4096]) {
      const f = await open(folder.put('f', ''), 'wb', { buffering });
      const data = new Uint8Array(new ArrayBuffer(100_000)).fill(1);
      const refused = [
        [{ timeout: -1 }, 'ERR_OUT_OF_RANGE'],
        [{ signal: controller.signal }, 'ABORT_ERR'],
        [{ lane: 'fast' }, 'ERR_INVALID_ARG_TYPE'],
      ] as const;
      for (const [options, code] of refused) {
        const o = { transfer: true, ...options } as never;
        expect(await codeOf(f.write(data, o))).to.equal(code);
        expect(await codeOf(f.pwrite(data, 0, o))).to.equal(code);
      }
      expect(data.byteLength).to.equal(100_000);
      await f.write(data, { transfer: true });
      expect(data.byteLength).to.equal(0);
      await f.close();
    }
    expect(fs.statSync(folder.at('f')).size).to.equal(100_000);
  });

  it('does not change other results when one is transferred, or passed to write', async () => {
    // Through the pool, many results arrive together.
    const ending = await runProgram(
      `import { open } from 'uvfiles';
       import { writeFileSync, readFileSync } from 'node:fs';
       const [source, target] = process.argv.slice(1);
       const f = await open(source, 'rb');
       const out = await open(target, 'wb', { buffering: 0 });
       const parts = await Promise.all(Array.from({ length: 100 }, (_, i) => f.pread(100, i * 100)));
       const copies = parts.map((part) => Buffer.from(part));
       for (let i = 0; i < 50; i++) await out.write(parts[i], { transfer: true });
       for (let i = 50; i < 60; i++) { try { structuredClone(parts[i].buffer, { transfer: [parts[i].buffer] }); } catch {} }
       const lost = parts.slice(60).filter((part, i) => !part.equals(copies[60 + i])).length;
       const same = readFileSync(target).equals(Buffer.concat(copies.slice(0, 50)));
       console.log(JSON.stringify({ lost, same }));`,
      { env: { UVFILES_INLINE: '0' }, argv: [folder.put('source', content), folder.at('target')] },
    );
    expect(ending.stderr).to.equal('');
    expect(JSON.parse(ending.stdout)).to.deep.equal({ lost: 0, same: true });
  });

  it('loses no bytes of a pipe when a view is detached during the read', async () => {
    const ending = await runProgram(
      `import { open } from 'uvfiles';
       import { spawnSync } from 'node:child_process';
       import { openSync, writeSync } from 'node:fs';
       const fifo = process.argv[1];
       spawnSync('mkfifo', [fifo]);
       const other = openSync(fifo, 'r+');
       const f = await open(fifo, 'rb', { buffering: 0 });
       writeSync(other, 'precious');
       const buffer = new ArrayBuffer(100);
       const reading = f.readinto(new Uint8Array(buffer));
       structuredClone(buffer, { transfer: [buffer] });
       const code = await reading.then(() => 'done', (error) => error.code);
       const rest = String(await f.read(100));
       console.log(JSON.stringify([code, rest]));
       await f.close();`,
      { argv: [folder.at('pipe')] },
    );
    expect(ending.stderr).to.equal('');
    expect(JSON.parse(ending.stdout)).to.deep.equal(['ERR_INVALID_STATE', 'precious']);
  });

  it('writes into no other memory if garbage is collected during reads', async () => {
    const ending = await runProgram(
      `import { open } from 'uvfiles';
       const f = await open(process.argv[1], 'rb', { buffering: 0 });
       const strangers = [];
       for (let round = 0; round < 40; round++) {
         const pending = [];
         for (let i = 0; i < 20; i++) {
           const buffer = new ArrayBuffer(65536);
           pending.push(f.preadinto(new Uint8Array(buffer), 0).catch((error) => { if (error.code !== 'ERR_INVALID_STATE') throw error; }));
           structuredClone(buffer, { transfer: [buffer] });
           strangers.push(new Uint8Array(65536));
         }
         gc();
         await Promise.all(pending);
         if (strangers.some((each) => each.some((byte) => byte !== 0))) throw new Error('written into foreign memory');
         strangers.length = 0;
       }
       console.log('clean');`,
      {
        args: ['--expose-gc'],
        env: { UVFILES_INLINE: '0' },
        argv: [folder.put('source', Buffer.alloc(100_000, 255))],
      },
    );
    expect(ending).to.include({ stderr: '', stdout: 'clean\n', code: 0 });
  });

  it('rejects views that are already detached', async () => {
    await using f = await open(folder.put('f', 'abc'), 'rb+');
    const gone = new Uint8Array(4);
    detach(gone.buffer);
    expect(await codeOf(f.readinto(gone))).to.equal('ERR_INVALID_STATE');
    const words = new Uint16Array(4);
    detach(words.buffer);
    expect(await codeOf(f.readinto(words))).to.equal('ERR_INVALID_STATE');
    expect(await codeOf(f.write(words))).to.equal('ERR_INVALID_STATE');
    const bare = new ArrayBuffer(4);
    detach(bare);
    expect(await codeOf(f.write(bare))).to.equal('ERR_INVALID_STATE');
    expect(await f.tell()).to.equal(0);
  });
});
