// Recursive readdir of paths of bytes, and with names in other encodings.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import nodeFs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';
import fs from 'uvfiles/promises';
import { memoryFiles } from 'uvfiles/testing';

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('promises.readdir, recursive', () => {
  let top: string;

  beforeEach(() => {
    top = mkdtempSync(path.join(tmpdir(), 'uvfiles-readdir-'));
  });
  afterEach(() => {
    rmSync(top, { recursive: true });
  });

  /** The names and the parents, or the code of the error. */
  async function outcome(
    functions: typeof nodeFs,
    directory: Buffer,
    withFileTypes: boolean,
  ): Promise<unknown> {
    try {
      const found: unknown[] = await functions.readdir(directory, {
        recursive: true,
        withFileTypes,
      } as never);
      return found;
    } catch (error) {
      return (error as { code: unknown }).code;
    }
  }

  for (const name of ['text', [0x62, 0xff]])
    it(`does what Node does for a path of bytes (${String(name)})`, async () => {
      const directory = Buffer.concat([Buffer.from(`${top}/`), Buffer.from(name as string)]);
      for (const each of ['', '/sub']) {
        mkdirSync(Buffer.concat([directory, Buffer.from(each)]));
        writeFileSync(Buffer.concat([directory, Buffer.from(`${each}/file`)]), '');
      }
      for (const withFileTypes of [false, true])
        expect(await outcome(fs, directory, withFileTypes)).to.deep.equal(
          await outcome(nodeFs, directory, withFileTypes),
        );
    });

  it('lists a mounted directory also with names in another encoding', async () => {
    const files = memoryFiles({ 'd/ä': '' }, { at: top });
    const names = await fs.readdir(top, { recursive: true, encoding: 'buffer' });
    expect(names.map(String)).to.deep.equal(['d', 'd/ä']);
    expect(await fs.readdir(top, { recursive: true, encoding: 'latin1' })).to.include('d/Ã¤');
    const entries = await fs.readdir(top, {
      recursive: true,
      withFileTypes: true,
      encoding: 'buffer' as never,
    });
    expect(entries.map(({ name }) => Buffer.isBuffer(name))).to.deep.equal([true, true]);
    files[Symbol.dispose]();
  });
});
