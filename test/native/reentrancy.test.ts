// Code of the program that runs in the middle of a call, and calls the library itself.
import { expect } from 'chai';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { open, os, readBytes } from 'uvfiles';

import { scratchDirectory } from '../support/temp.js';

describe('a call of the library within another one', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => path.join(scratch.path, name);
  // One is short and the other one long, so that they cannot be taken for each other.
  const LONG = 'l'.repeat(1000);

  beforeEach(() => {
    writeFileSync(at('short'), 'short');
    writeFileSync(at('long'), LONG);
    symlinkSync('short', at('link'));
    symlinkSync('long', at('other'));
  });

  async function allCalls(): Promise<unknown[]> {
    await using file = await open(at('short'), 'rb', { buffering: 0 });
    return [
      String(await readBytes(at('short'))),
      (await os.stat(at('short'))).size,
      (await os.stat(at('short'), { bigint: true })).size,
      await os.readlink(at('link')),
      await os.access(at('short'), 0),
      String(await file.pread(10, 0)),
      String(await file.read(10)),
      await file.preadinto(Buffer.alloc(10), 1),
      (await file.stat()).size,
    ];
  }
  const ANSWERS = ['short', 5, 5n, 'short', true, 'short', 'short', 4, 5];

  it('by a subscriber to the channel changes no answer', async () => {
    await using other = await open(at('long'), 'rb', { buffering: 0 });
    const nested: Promise<unknown>[] = [];
    let inside = false;
    const listen = (): void => {
      // What the calls of this listener publish later has an end, too.
      if (inside || nested.length > 3000) return;
      inside = true;
      nested.push(
        readBytes(at('long')),
        os.stat(at('long')),
        os.readlink(at('other')),
        os.access(at('none'), 0),
        other.pread(1000, 0),
        open(at('long'), 'rb').then((file) => file.close()),
      );
      inside = false;
    };
    subscribe('uvfiles:op', listen);
    try {
      for (let round = 0; round < 40; round++) expect(await allCalls()).to.deep.equal(ANSWERS);
      // Many in flight, of which the pool takes some.
      const many = await Promise.all(Array.from({ length: 300 }, () => readBytes(at('short'))));
      expect(new Set(many.map(String))).to.deep.equal(new Set(['short']));
    } finally {
      unsubscribe('uvfiles:op', listen);
    }
    for (const answer of await Promise.all(nested))
      if (Buffer.isBuffer(answer)) expect(String(answer)).to.equal(LONG);
  });

  it('by a signal of its own changes no answer', async () => {
    const nested: Promise<unknown>[] = [];
    const signal = {
      get aborted() {
        nested.push(os.statvfs(at('long')), readBytes(at('long')));
        return false;
      },
      addEventListener: () => void nested.push(os.stat(at('long')), os.chmod(at('long'), 0o600)),
      removeEventListener: () => void nested.push(os.stat(at('long'))),
    } as unknown as AbortSignal;
    await using file = await open(at('short'), 'r+b', { buffering: 0 });
    for (let round = 0; round < 10; round++) {
      expect(String(await readBytes(at('short'), { signal }))).to.equal('short');
      expect((await os.stat(at('short'), { signal })).size).to.equal(5);
      expect(String(await file.pread(10, 0, { signal }))).to.equal('short');
      expect(await file.pwrite(Buffer.from('short'), 0, { signal })).to.equal(5);
      expect(await os.listdir(scratch.path, { signal } as never)).to.include('short');
    }
    await Promise.all(nested);
  });
});
