// Writes whose server does not answer the request that begins an upload.
import { expect } from 'chai';
import { objectFiles } from 'uvfiles/s3';

import { MIB, pattern, rejects, turns, WRITE } from './support/files.js';
import { AWS, MemoryStore } from './support/memory-store.js';
import { wrapStore } from './support/store-wrappers.js';
import type { Files } from './support/targets.js';

const PART = 5 * MIB;

describe('s3: a write that begins an upload', () => {
  const data = pattern(7 * MIB);

  /** The upload begins when `answer` is called. */
  function slow(): { memory: MemoryStore; files: Files; answer: (error?: Error) => void } {
    const memory = new MemoryStore(AWS);
    let answer: (error?: Error) => void = () => undefined;
    const answered = new Promise<void>((resolve, reject) => {
      answer = (error) => (error === undefined ? resolve() : reject(error));
    });
    const store = wrapStore(memory, async (name, call, args) => {
      if (name === 'createUpload') await answered;
      return call(...args);
    });
    return { memory, files: objectFiles(store, { partSize: PART }), answer };
  }

  /** Writes until the caller does not wait any more. Resolves to the number of bytes that the file has accepted. */
  async function writeImpatiently(file: Awaited<ReturnType<Files['open']>>): Promise<number> {
    const controller = new AbortController();
    const writing = rejects(file.pwrite!(data, 0, { signal: controller.signal }), 'ABORT_ERR');
    await turns();
    controller.abort();
    const { bytesWritten } = (await writing) as { bytesWritten: number };
    expect(bytesWritten).to.equal(PART);
    return bytesWritten;
  }

  it('ends by its signal, and close stores what it has accepted', async () => {
    const { memory, files, answer } = slow();
    const file = await files.open('/a', WRITE, 0o666, {});
    const at = await writeImpatiently(file);
    const rest = file.pwrite!(data.subarray(at), at, {});
    await turns();
    answer();
    expect(await rest).to.equal(2 * MIB);
    await file.close();
    expect(memory.objects.get('a')!.bytes.equals(data)).to.equal(true);
    expect(memory.uploads.size).to.equal(0);
  });

  it('is part of the object if the file is closed before the server answers', async () => {
    const { memory, files, answer } = slow();
    const file = await files.open('/a', WRITE, 0o666, {});
    const at = await writeImpatiently(file);
    const closing = file.close();
    await turns();
    answer();
    await closing;
    expect(memory.objects.get('a')!.bytes.equals(data.subarray(0, at))).to.equal(true);
    expect(memory.uploads.size).to.equal(0);
  });

  it('leaves no upload if the file is aborted before the server answers', async () => {
    const { memory, files, answer } = slow();
    const file = await files.open('/a', WRITE, 0o666, {});
    await writeImpatiently(file);
    const aborting = file.abort!(undefined);
    await turns();
    answer();
    await aborting;
    expect(memory.objects.size).to.equal(0);
    expect(memory.uploads.size).to.equal(0);
  });

  it('makes close reject with the error of the server', async () => {
    const { memory, files, answer } = slow();
    const file = await files.open('/a', WRITE, 0o666, {});
    await writeImpatiently(file);
    answer(Object.assign(new Error('gone'), { code: 'ECONNRESET', syscall: 'connect' }));
    await rejects(file.close(), 'ECONNRESET');
    expect(memory.objects.size).to.equal(0);
  });
});
