// Handles on mounted file systems: what ends them, and calls that only such file systems have.
import { expect } from 'chai';
import { inspect } from 'node:util';
import { open, openAtomic } from 'uvfiles';
import { type FileSystemFile, mount } from 'uvfiles/filesystem';

import { FlatFiles } from '../filesystem/support/flat-files.js';
import { codeOf, rejection } from '../support/files.js';

/** Files whose content becomes visible when they are closed, as in an object store. */
class PublishedFiles extends FlatFiles {
  readonly ended: string[] = [];
  ranges = 0;

  override async open(path: string, flags: number, permissions: number): Promise<FileSystemFile> {
    const file = await super.open(path, flags, permissions);
    return Object.assign(file, {
      abort: async (reason: unknown) => {
        this.ended.push(`aborted: ${String((reason as Error | undefined)?.message)}`);
        await file.close();
      },
      preadMany: async (ranges: { position: number; size: number }[]) => {
        this.ranges++;
        return Promise.all(ranges.map(({ position, size }) => file.pread(size, position, {})));
      },
    });
  }
}

describe('a handle on a mounted file system', () => {
  it('is shown without the descriptor that it does not have', async () => {
    using _ = mount('/flat', new FlatFiles());
    await using binary = await open('/flat/a', 'wb');
    expect(inspect(binary)).to.equal("BinaryFile { '/flat/a' mode='wb' }");
    await using text = await open('/flat/a');
    expect(inspect(text)).to.equal("TextFile { '/flat/a' mode='r' encoding=utf-8 }");
    await text.close();
    expect(inspect(text)).to.equal("TextFile { '/flat/a' mode='r' encoding=utf-8 closed }");
  });

  it('is aborted, not closed, when a stream over it fails, if closing it would publish its content', async () => {
    const files = new PublishedFiles();
    using _ = mount('/published', files);
    for (const close of [true, false]) {
      const f = await open('/published/a', 'wb');
      const writer = f.writableStream({ close }).getWriter();
      await writer.write(Buffer.from('half'));
      await writer.abort(new Error('client gone'));
      await f.close();
    }
    expect(files.ended).to.deep.equal(['aborted: client gone', 'aborted: client gone']);
    expect(files.openFiles).to.equal(0);
  });

  it('stays open with its accepted data when a stream over an ordinary file fails', async () => {
    const files = new FlatFiles();
    using _ = mount('/ordinary', files);
    const f = await open('/ordinary/a', 'wb');
    const writer = f.writableStream().getWriter();
    await writer.write(Buffer.from('kept'));
    await writer.abort(new Error('client gone'));
    expect(f.closed).to.equal(false);
    await f.write(Buffer.from(' and more'));
    await f.close();
    expect(String(files.files.get('/a')?.bytes)).to.equal('kept and more');
  });

  it('keeps the old file of openAtomic after an error', async () => {
    const files = new FlatFiles();
    using _ = mount('/ordinary', files);
    const first = await openAtomic('/ordinary/a', 'wb');
    await first.write(Buffer.from('old'));
    await first.commit();
    const second = await openAtomic('/ordinary/a', 'wb');
    const writer = second.writableStream({ close: true }).getWriter();
    await writer.write(Buffer.from('half'));
    await writer.abort(new Error('client gone'));
    expect(await codeOf(second.commit())).to.equal('ERR_FILE_CLOSED');
    expect(String(files.files.get('/a')?.bytes)).to.equal('old');
    expect([...files.files.keys()]).to.deep.equal(['/a']);
  });

  it('reads several ranges in one call if the file system can', async () => {
    const files = new PublishedFiles();
    using _ = mount('/published', files);
    const out = await open('/published/a', 'wb');
    await out.write(Buffer.from('0123456789'));
    await out.close();
    const f = await open('/published/a', 'rb');
    const ranges = [
      { position: 2, size: 3 },
      { position: 8, size: 5 },
    ];
    expect((await f.readMany(ranges)).map(String)).to.deep.equal(['234', '89']);
    expect(files.ranges).to.equal(1);
    expect((await rejection(f.readMany([{ position: -1, size: 1 }]))).message).to.include(
      'ranges[0].position',
    );
    await f.close();
  });

  it('keeps its own memory when a stream transfers its chunks', async () => {
    const files = new FlatFiles();
    using _ = mount('/ordinary', files);
    const bytes = Buffer.alloc(50_000, 'kept');
    files.files.set('/a', { bytes, mode: 0o644, mtimeMs: 0 });
    await using f = await open('/ordinary/a', 'rb');
    for (const start of [undefined, 0]) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of f.readableStream({ start })) chunks.push(chunk);
      expect(Buffer.concat(chunks).equals(Buffer.alloc(50_000, 'kept'))).to.equal(true);
      for (const { buffer } of chunks) structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
      expect(bytes.length).to.equal(50_000);
    }
  });
});
