// Spooled files through every layer and every call: the results do not depend on where the content is, or through which
// layer it was written.
import { expect } from 'chai';
import type { BinaryFile, RawFile } from 'uvfiles';
import { type Spooled, spooledTemporaryFile } from 'uvfiles/tempfile';

import { rejection, scratchDirectory, unrolled } from '../support/temp.js';

const bytes = (text: string): Buffer => Buffer.from(text);

describe('a spooled file', () => {
  const scratch = scratchDirectory();

  it('rolls over by writes to the file below the text', async () => {
    await using file = await spooledTemporaryFile({ mode: 'w+', maxSize: 10, dir: scratch.path });
    await file.buffer.write(bytes('0123456789'));
    expect(unrolled(file)).to.equal(true);
    await file.buffer.write(bytes('a'));
    expect(unrolled(file)).to.equal(false);
    await file.seek(0);
    expect(await file.read()).to.equal('0123456789a');
  });

  it('rolls over before the source of writelines has ended', async () => {
    for (const mode of ['w+b', 'w+'] as const) {
      const item = (text: string): never => (mode === 'w+' ? text : bytes(text)) as never;
      const seen: boolean[] = [];
      await using file = await spooledTemporaryFile({ mode: mode as 'w+', maxSize: 2, dir: scratch.path });
      await file.writelines(
        (function* () {
          yield item('xy');
          seen.push(unrolled(file));
          yield item('z');
          seen.push(unrolled(file));
          yield item('!');
        })(),
      );
      expect(seen).to.deep.equal([true, false]);
      await file.seek(0);
      const content: unknown = await file.read();
      expect(String(content)).to.equal('xyz!');
    }
  });

  it('moves to disk for a write that ends beyond 1 GiB, regardless of maxSize', async () => {
    for (const maxSize of [0, 2 ** 40]) {
      await using file = await spooledTemporaryFile({ maxSize, dir: scratch.path });
      await file.write(bytes('head'));
      await file.pwrite(bytes('far'), 2 ** 30);
      expect(unrolled(file)).to.equal(false);
      expect((await file.pread(9, 2 ** 30)).toString()).to.equal('far');
      expect((await file.pread(4, 0)).toString()).to.equal('head');
      expect((await file.stat()).size).to.equal(2 ** 30 + 3);
    }
  });

  it('rejects invalid items of writelines as any file does', async () => {
    await using file = await spooledTemporaryFile({ maxSize: 2, dir: scratch.path });
    for (const items of [5, null, 'text', undefined]) {
      expect((await rejection(file.writelines(items as never))).code).to.equal('ERR_INVALID_ARG_TYPE');
    }
    expect((await rejection(file.writelines([bytes('ab'), 'text' as never]))).code).to.equal(
      'ERR_INVALID_ARG_TYPE',
    );
    const thrown = new Error('mine');
    let ended = false;
    const failing = (function* () {
      try {
        yield bytes('cd');
        throw thrown;
      } finally {
        ended = true;
      }
    })();
    expect(await rejection(file.writelines(failing))).to.equal(thrown);
    expect(ended).to.equal(true);
    expect((await file.pread(99, 0)).toString()).to.equal('abcd');
  });

  it('can be moved from every layer that is left by detach', async () => {
    const text = await spooledTemporaryFile({ mode: 'w+', dir: scratch.path });
    await text.write('detached');
    const binary = text.detach() as unknown as Spooled<BinaryFile>;
    expect(unrolled(binary)).to.equal(true);
    await binary.rollover();
    expect(unrolled(binary)).to.equal(false);
    const raw = binary.detach() as unknown as Spooled<RawFile>;
    await raw.rollover();
    await raw.seek(0);
    expect((await raw.readall()).toString()).to.equal('detached');
    await raw.close();
  });
});
