// openAtomic: what ends the handle because of an error never publishes what was written.
import { expect } from 'chai';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openAtomic } from 'uvfiles';

import { expectDescriptors, openDescriptors } from '../support/descriptors.js';
import { rejection, runProgram, scratchDirectory } from '../support/temp.js';

describe('openAtomic after an error', () => {
  const scratch = scratchDirectory();
  const target = (): string => path.join(scratch.path, 'report');
  let before: Awaited<ReturnType<typeof openDescriptors>>;

  beforeEach(async () => {
    writeFileSync(target(), 'old');
    before = await openDescriptors();
  });

  async function expectOld(): Promise<void> {
    await expectDescriptors(before);
    expect(readFileSync(target(), 'utf8')).to.equal('old');
    expect(scratch.list()).to.deep.equal(['report']);
  }

  const failing = (): ReadableStream<Uint8Array> => {
    let sent = 0;
    return new ReadableStream({
      pull(controller) {
        if (sent++ < 3) controller.enqueue(Buffer.from('part '));
        else controller.error(new Error('client gone'));
      },
    });
  };

  for (const close of [true, false]) {
    const how = close ? 'that owns its handle' : 'that does not own its handle';

    it(`keeps the old file when the source of a stream ${how} fails`, async () => {
      const f = await openAtomic(target(), 'wb');
      expect((await rejection(failing().pipeTo(f.writableStream({ close })))).message).to.equal(
        'client gone',
      );
      await f.close();
      await expectOld();
      expect((await rejection(f.commit())).code).to.equal('ERR_FILE_CLOSED');
    });

    it(`keeps the old file when a writer of a stream ${how} is aborted`, async () => {
      const f = await openAtomic(target());
      const writer = f.writableStream({ close }).getWriter();
      await writer.write('half');
      await writer.abort(new Error('no more'));
      expect(f.closed).to.equal(true);
      await f.close();
      await expectOld();
    });

    it(`keeps the old file, and closes, when the signal of an idle stream ${how} is aborted`, async () => {
      const controller = new AbortController();
      const f = await openAtomic(target(), 'wb');
      const writer = f.writableStream({ close, signal: controller.signal }).getWriter();
      await writer.write(Buffer.from('half'));
      const closed = rejection(writer.closed);
      controller.abort('enough');
      expect((await closed).code).to.equal('ABORT_ERR');
      await f.close();
      await expectOld();
    });

    it(`keeps the old file when pipeTo with a stream ${how} is aborted`, async () => {
      const controller = new AbortController();
      const f = await openAtomic(target(), 'wb');
      let sent = 0;
      const source = new ReadableStream<Uint8Array>({
        pull(queue) {
          queue.enqueue(Buffer.from('x'));
          if (sent++ === 5) controller.abort();
        },
      });
      const piped = source.pipeTo(f.writableStream({ close }), { signal: controller.signal });
      expect((await rejection(piped)).name).to.equal('AbortError');
      await f.close();
      await expectOld();
    });
  }

  it("keeps the old file when a source of node's pipeline fails", async () => {
    const f = await openAtomic(target(), 'wb');
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('part');
      throw new Error('client gone');
    }
    const sink = Writable.fromWeb(f.writableStream({ close: true }));
    expect((await rejection(pipeline(Readable.from(broken()), sink))).message).to.equal('client gone');
    await f.close();
    await expectOld();
  });

  it('keeps the old file when a stream over the bytes below a text file fails', async () => {
    const f = await openAtomic(target());
    await rejection(failing().pipeTo(f.buffer.writableStream({ close: true })));
    await f.close();
    await expectOld();
  });

  it('keeps the old file when the reader of a stream that owns the handle cancels', async () => {
    const f = await openAtomic(target(), 'w+b');
    await f.write(Buffer.from('half'));
    await f.readableStream({ close: true }).cancel('enough');
    expect(f.closed).to.equal(true);
    await f.close();
    await expectOld();
  });

  it('publishes the content of a stream that ends without an error', async () => {
    const f = await openAtomic(target(), 'wb');
    await new Blob(['new']).stream().pipeTo(f.writableStream({ close: true }) as never);
    expect(readFileSync(target(), 'utf8')).to.equal('new');
    const g = await openAtomic(target());
    const writer = g.writableStream().getWriter();
    await writer.write('newer');
    await writer.close();
    expect(readFileSync(target(), 'utf8')).to.equal('new');
    await g.commit();
    expect(readFileSync(target(), 'utf8')).to.equal('newer');
  });

  it('discards the content at the end of an await using block, with a warning if data was written', async () => {
    const warnings: unknown[] = [];
    const onWarning = (warning: Error & { code?: string }): void => void warnings.push(warning.code);
    process.on('warning', onWarning);
    try {
      const inScope = async (): Promise<void> => {
        await using f = await openAtomic(target());
        await f.write('half');
        throw new Error('in the block');
      };
      expect((await rejection(inScope())).message).to.equal('in the block');
      await expectOld();
      const empty = await openAtomic(target());
      await empty[Symbol.asyncDispose]();
      const aborted = await openAtomic(target());
      await aborted.write('half');
      await aborted.abort();
      await aborted[Symbol.asyncDispose]();
      await expectOld();
      await new Promise((resolve) => setImmediate(resolve));
      expect(warnings).to.deep.equal(['UVFILES_UNCOMMITTED']);
      {
        await using f = await openAtomic(target());
        await f.write('new');
        await f.commit();
      }
      {
        await using f = await openAtomic(target(), 'a'.replace('a', 'w'));
        await f.close();
      }
      await new Promise((resolve) => setImmediate(resolve));
      expect(warnings).to.have.length(1);
      expect(readFileSync(target(), 'utf8')).to.equal('');
    } finally {
      process.off('warning', onWarning);
    }
  });

  it('does not publish when the last flush fails, and closing again does nothing', async () => {
    const f = await openAtomic(target(), 'w', { encoding: 'ascii' });
    await f.write('plain');
    expect((await rejection(f.write('größe'))).code).to.equal('ERR_UNICODE_ENCODE');
    expect((await rejection(f.close())).code).to.equal('ERR_UNICODE_ENCODE');
    await f.close();
    expect((await rejection(f.commit())).code).to.equal('ERR_UNICODE_ENCODE');
    await f[Symbol.asyncDispose]();
    await expectOld();
  });

  it('discards the content of a handle that is garbage collected', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const warned = new Promise((resolve) => process.once('warning', resolve));
    await (async () => {
      const f = await openAtomic(target(), 'wb');
      await f.write(Buffer.from('half'));
    })();
    let gone = false;
    void warned.then(() => (gone = true));
    while (!gone) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    while (scratch.list().length > 1) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(readFileSync(target(), 'utf8')).to.equal('old');
  });

  it('keeps the old file when the program ends before the commit', async () => {
    const program = `
      import { openAtomic } from 'uvfiles';
      const f = await openAtomic(${JSON.stringify(target())}, 'wb');
      const writer = f.writableStream({ close: true }).getWriter();
      await writer.write(Buffer.from('half'));`;
    const { stderr } = await runProgram(program);
    expect(stderr).to.equal('');
    expect(readFileSync(target(), 'utf8')).to.equal('old');
  });

  it('publishes after calls that were rejected for their arguments', async () => {
    const f = await openAtomic(target(), 'wb');
    const wrong = f as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    for (const refused of [
      wrong.write!('text'),
      wrong.write!(Buffer.from('x'), { flag: 'a' }),
      wrong.writelines!(5),
      wrong.pwrite!(Buffer.from('x'), Number.NaN),
      wrong.truncate!(-1),
      wrong.sync!({ signal: 'no signal' }),
    ])
      expect((await rejection(refused)).code).to.match(/^ERR_(INVALID_ARG_(TYPE|VALUE)|OUT_OF_RANGE)$/);
    await f.write(Buffer.from('new'));
    await f.commit();
    expect(readFileSync(target(), 'utf8')).to.equal('new');
  });

  it('keeps the old file if writelines failed after some of its items', async () => {
    const f = await openAtomic(target());
    expect((await rejection(f.writelines(['half', 5 as unknown as string]))).code).to.equal(
      'ERR_INVALID_ARG_TYPE',
    );
    expect((await rejection(f.commit())).code).to.equal('ERR_INVALID_ARG_TYPE');
    await expectOld();
  });
});
