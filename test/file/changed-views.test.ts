// Views that are detached or resized while a read into them waits or runs.
import { expect } from 'chai';
import { type BinaryFile, open, type RawFile, tempfile, textFrom } from 'uvfiles';
import { Folder, rejection } from '../support/files.js';

// The types of ES2022 have no resizable buffers.
type Resizable = ArrayBuffer & { resize(size: number): void };
const Resizable = ArrayBuffer as unknown as new (size: number, o: { maxByteLength: number }) => Resizable;

const SPOILS: Record<string, (buffer: Resizable) => void> = {
  detached: (buffer) => void structuredClone(buffer, { transfer: [buffer] }),
  shrunk: (buffer) => buffer.resize(4),
};

describe('a view to read into', () => {
  const folder = new Folder();
  const content = '0123456789abcdefghijklmnopqrstuvwxyz';
  type Read = (f: BinaryFile, view: Uint8Array) => Promise<number>;
  const reads: Record<string, Read> = {
    readinto: (f, view) => f.readinto(view),
    readinto1: (f, view) => f.readinto1(view),
    preadinto: (f, view) => f.preadinto(view, 3),
  };
  const viewOf8 = (): { buffer: Resizable; view: Uint8Array } => {
    const buffer = new Resizable(8, { maxByteLength: 64 });
    return { buffer, view: new Uint8Array(buffer) };
  };
  const opened = (buffering: number): Promise<BinaryFile> =>
    open(folder.put('f', content), 'r+b', { buffering });

  for (const buffering of [-1, 0, 4]) {
    for (const [name, read] of Object.entries(reads)) {
      if (buffering === 0 && name === 'readinto1') continue;
      for (const [how, spoil] of Object.entries(SPOILS)) {
        it(`rejects if it is ${how} before the turn of ${name}, with a buffer of ${buffering}`, async () => {
          await using f = await opened(buffering);
          for (const before of [() => f.write(Buffer.from('012')), () => f.read(3)]) {
            await f.seek(0);
            const earlier = [before(), f.seek(3)];
            const { buffer, view } = viewOf8();
            // A positional read does not wait for its turn, and may already have been made at the call.
            const reading = rejection(read(f, view)).catch((resolved: Error) => resolved);
            spoil(buffer);
            await Promise.all(earlier);
            const error = await reading;
            if (name !== 'preadinto') expect(error).to.have.property('code', 'ERR_INVALID_STATE');
            expect(await f.read(5)).to.deep.equal(Buffer.from('34567'));
          }
        });
      }

      // Otherwise, it would get what is in the buffer.
      if (buffering > 0 && name === 'readinto1') continue;
      it(`gets as many bytes as it had room at the call of ${name}, with a buffer of ${buffering}`, async () => {
        await using f = await opened(buffering);
        const earlier = f.read(3);
        const { buffer, view } = viewOf8();
        const reading = read(f, view);
        buffer.resize(20);
        expect(await reading).to.equal(8);
        expect(Buffer.from(buffer).toString('latin1')).to.equal(`3456789a${'\0'.repeat(12)}`);
        await earlier;
      });
    }

    for (const [how, spoil] of Object.entries(SPOILS)) {
      it(`rejects if it is ${how} while the buffer is written for preadinto, with a buffer of ${buffering}`, async () => {
        await using f = await opened(buffering);
        await f.write(Buffer.from('ABC'));
        const { buffer, view } = viewOf8();
        const reading = f.preadinto(view, 0);
        spoil(buffer);
        const found = await reading.then(String, (error: { code: string }) => error.code);
        // Without a buffer, cached bytes are available at the call.
        expect(found).to.be.oneOf(buffering === 0 ? ['ERR_INVALID_STATE', '8'] : ['ERR_INVALID_STATE']);
      });
    }
  }

  it('keeps the bytes of a source for the next read if it is changed', async () => {
    for (const spoil of Object.values(SPOILS)) {
      let send: (() => void) | undefined;
      const sent = new Promise<void>((resolve) => (send = resolve));
      const text = textFrom(
        (async function* () {
          await sent;
          yield content;
        })(),
      );
      const raw: RawFile = text.buffer.raw;
      const { buffer, view } = viewOf8();
      const reading = rejection(raw.readinto(view));
      spoil(buffer);
      send?.();
      expect((await reading).code).to.equal('ERR_INVALID_STATE');
      expect(await raw.read(10)).to.deep.equal(Buffer.from(content.slice(0, 10)));
      await text.close();
    }
  });

  it('rejects if it is changed while a spooled file moves to the disk', async () => {
    for (const spoil of Object.values(SPOILS)) {
      await using f = await tempfile.spooledTemporaryFile({ buffering: 0, dir: folder.path });
      await f.write(Buffer.from(content));
      await f.seek(0);
      const rolling = f.rollover();
      const { buffer, view } = viewOf8();
      const reading = rejection(f.preadinto(view, 0)).catch(() => undefined);
      spoil(buffer);
      await rolling;
      const error = await reading;
      if (error !== undefined) expect(error.code).to.equal('ERR_INVALID_STATE');
      expect(await f.read(4)).to.deep.equal(Buffer.from('0123'));
    }
  });
});
