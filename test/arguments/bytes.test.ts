// Byte arguments are read from the internal slots of views and buffers, regardless of their properties.
import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { appendFile, open, writeAtomic, writeFile } from 'uvfiles';

import { codeOf } from '../support/files.js';
import { scratchDirectory } from '../support/temp.js';

class Lying extends Uint8Array {
  override get length(): number {
    return 4096;
  }
  override get byteLength(): number {
    return 4096;
  }
  override get byteOffset(): number {
    return 0;
  }
  override get buffer(): ArrayBuffer {
    return new ArrayBuffer(4096);
  }
}

const told = (bytes: Uint8Array, names: string[]): Uint8Array => {
  for (const name of names) Object.defineProperty(bytes, name, { value: 4096 });
  return bytes;
};

const backing = Buffer.from('..ABCD..');
const slot = (): [ArrayBuffer, number, number] => [backing.buffer, backing.byteOffset + 2, 4];

/** Views of the four bytes "ABCD" that claim to be something else. */
const liars: Record<string, () => Uint8Array | DataView> = {
  'a subclass that overrides its getters': () => new Lying(...slot()),
  'a Uint8Array with a length of its own': () => told(new Uint8Array(...slot()), ['length']),
  'a Buffer with a byteLength of its own': () => told(Buffer.from(...slot()), ['byteLength']),
  'a DataView with properties of its own': () => {
    const view = new DataView(...slot());
    Object.defineProperties(view, { byteLength: { value: 4096 }, byteOffset: { value: 0 } });
    return view;
  },
  'a Uint8Array of another realm': () =>
    runInContext('Uint8Array.of(65, 66, 67, 68)', createContext()) as Uint8Array,
};

describe('byte arguments', () => {
  const scratch = scratchDirectory();
  const at = (): string => path.join(scratch.path, 'f');

  for (const [what, make] of Object.entries(liars)) {
    it(`are written as they are: ${what}`, async () => {
      for (const buffering of [-1, 0]) {
        const f = await open(at(), 'wb', { buffering });
        expect(await f.write(make())).to.equal(4);
        expect(await f.pwrite(make(), 4)).to.equal(4);
        await f.close();
        expect(readFileSync(at(), 'latin1')).to.equal('ABCDABCD');
      }
      await writeFile(at(), make());
      await appendFile(at(), make());
      expect(readFileSync(at(), 'latin1')).to.equal('ABCDABCD');
      await writeAtomic(at(), make());
      expect(readFileSync(at(), 'latin1')).to.equal('ABCD');
    });

    it(`are read into as they are: ${what}`, async () => {
      writeFileSync(at(), Buffer.alloc(8192, 'x'));
      for (const buffering of [-1, 0]) {
        const f = await open(at(), 'rb', { buffering });
        expect(await f.readinto(make())).to.equal(4);
        expect(await f.preadinto(make(), 100)).to.equal(4);
        expect(await f.tell()).to.equal(4);
        await f.close();
      }
      backing.write('..ABCD..');
    });
  }

  it('are rejected if only their prototype is that of a view', async () => {
    const fake = Object.create(Uint8Array.prototype, {
      byteLength: { value: 4 },
      length: { value: 4 },
    }) as Uint8Array;
    const f = await open(at(), 'wb+');
    expect(await codeOf(f.write(fake))).to.equal('ERR_INVALID_ARG_TYPE');
    expect(await codeOf(f.readinto(fake))).to.equal('ERR_INVALID_ARG_TYPE');
    await f.close();
    expect(await codeOf(writeFile(at(), fake))).to.equal('ERR_INVALID_ARG_TYPE');
  });
});
