// spooledTemporaryFile: the same answers before and after the content has left memory.
import { expect } from 'chai';
import { type BinaryFile, tempfile } from 'uvfiles';

import { rejection, scratchDirectory } from '../support/temp.js';

const { spooledTemporaryFile } = tempfile;
const bytes = (text: string): Buffer => Buffer.from(text);

describe('a spooled file before and after it has left memory', () => {
  const scratch = scratchDirectory();

  async function both(
    mode: 'a+b' | 'w+b',
    work: (file: tempfile.SpooledFile) => Promise<unknown>,
  ): Promise<void> {
    const answers: unknown[] = [];
    for (const rolled of [false, true]) {
      await using file = await spooledTemporaryFile({ mode, dir: scratch.path });
      if (rolled) await file.rollover();
      answers.push(await work(file));
    }
    expect(answers[0], mode).to.deep.equal(answers[1]);
  }

  it('rejects calls whose timeout has passed', async () => {
    const late = { timeout: 0 };
    for (const rolled of [false, true]) {
      await using file = await spooledTemporaryFile({ buffering: 0, dir: scratch.path });
      if (rolled) await file.rollover();
      await file.write(bytes('text'));
      for (const [name, call] of Object.entries({
        read: () => file.read(1, late),
        write: () => file.write(bytes('more'), late),
        seek: () => file.seek(0, 0, late),
        truncate: () => file.truncate(0, late),
        stat: () => file.stat(late),
        pread: () => file.pread(1, 0, late),
      }))
        expect((await rejection(call())).code, `${name}, ${rolled}`).to.equal('ERR_TIMEOUT');
      expect(String(await file.pread(99, 0))).to.equal('text');
    }
    expect((await rejection(spooledTemporaryFile(late))).code).to.equal('ERR_TIMEOUT');
  });

  it('writes in append mode to the same places', async () => {
    for (const mode of ['a+b', 'w+b'] as const)
      await both(mode, async (any) => {
        const file = any as tempfile.Spooled<BinaryFile>;
        const seen: unknown[] = [];
        await file.write(bytes('0123456789'));
        await file.pwrite(bytes('AB'), 2);
        seen.push(await file.tell());
        await file.seek(4);
        await file.write(bytes('CD'));
        seen.push(await file.tell());
        await file.truncate(8);
        await file.write(bytes('E'));
        seen.push(await file.tell(), String(await file.pread(99, 0)), (await file.stat()).size);
        await file.seek(0);
        seen.push(String(await file.read()));
        return seen;
      });
  });

  it('answers stat alike, as Stats and as BigIntStats', async () => {
    await both('w+b', async (file) => {
      await file.write(bytes('abc') as never);
      await file.flush();
      const stats = await file.stat();
      const exact = await file.stat({ bigint: true });
      return [
        stats.size,
        stats.isFile(),
        stats.mode,
        exact.size,
        exact.isFile(),
        typeof stats.mtimeMs,
        typeof exact.mtimeNs,
      ];
    });
  });

  it('moves content of many pieces, with holes', async () => {
    await using file = await spooledTemporaryFile({ dir: scratch.path });
    await file.pwrite(bytes('start'), 0);
    await file.pwrite(bytes('end'), 3_000_000);
    const before = await file.pread(4_000_000, 0);
    await file.rollover();
    expect((await file.pread(4_000_000, 0)).equals(before)).to.equal(true);
    expect(before.length).to.equal(3_000_003);
  });

  it('has the requested mode, and then that of the real file, as in Python', async () => {
    await using file = await spooledTemporaryFile({ mode: 'w+b', dir: scratch.path });
    expect(file.mode).to.equal('w+b');
    await file.rollover();
    expect(file.mode).to.equal('rb+');
    await using text = await spooledTemporaryFile({ mode: 'w+', dir: scratch.path });
    expect(text.mode).to.equal('w+');
    await text.rollover();
    expect(text.mode).to.equal('w+');
  });
});
