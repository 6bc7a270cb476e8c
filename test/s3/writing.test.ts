import { constants } from 'node:fs';
import { expect } from 'chai';
import { UnsupportedOperationError } from 'uvfiles';
import { objectFiles, ObjectStoreError } from 'uvfiles/s3';

import {
  CREATE,
  MIB,
  pattern,
  READ,
  rejection,
  rejects,
  STAT,
  turns,
  WRITE,
  writeAll,
} from './support/files.js';
import { AWS, CEPH, type Honours, IGNORANT, MemoryStore, SWIFT } from './support/memory-store.js';
import { countingStore, watchedStore, wrapStore } from './support/store-wrappers.js';
import { onEachBucket } from './support/targets.js';
import { skip } from '../support/skip.js';

const REPLACE = { durable: true, permissions: undefined };

describe('s3: writing', () => {
  onEachBucket((target) => {
    it('stores objects of one part and of several parts', async function () {
      this.timeout(240_000);
      const { files } = target().place({ partSize: 5 * MIB });
      for (const size of [0, 1, 5 * MIB, 5 * MIB + 1, 17 * MIB + 7]) {
        const data = pattern(size, size);
        await writeAll(files, '/a', data, { piece: 300_001 });
        expect(data.equals(await files.readFile!('/a', {})), String(size)).to.equal(true);
        await files.writeFile!('/b', data, WRITE, 0o666, {});
        expect(data.equals(await files.readFile!('/b', {})), String(size)).to.equal(true);
      }
    });

    it('publishes nothing before close, and nothing after abort', async function () {
      this.timeout(240_000);
      const { files, prefix } = target().place({ partSize: 5 * MIB });
      for (const size of [1000, 12 * MIB]) {
        const file = await files.open('/a', WRITE, 0o666, {});
        await file.pwrite!(pattern(size), 0, {});
        await rejects(files.stat('/a', STAT, {}), 'ENOENT');
        await file.abort!();
        await rejects(files.stat('/a', STAT, {}), 'ENOENT');
        expect(await target().uploads(prefix)).to.deep.equal([]);
      }
    });

    it('keeps the old object when a replacement is aborted', async function () {
      this.timeout(240_000);
      const { files, prefix } = target().place({ partSize: 5 * MIB });
      await files.writeFile!('/a', Buffer.from('old'), WRITE, 0o666, {});
      const file = await files.openReplacement!('/a', REPLACE, {});
      await file.pwrite!(pattern(11 * MIB), 0, {});
      await file.abort!(new Error('changed my mind'));
      expect(Buffer.from(await files.readFile!('/a', {})).toString()).to.equal('old');
      expect(await target().uploads(prefix)).to.deep.equal([]);
    });

    it('removes the parts of a large write whose signal is aborted', async () => {
      const watched = watchedStore(target().store);
      const controller = new AbortController();
      const store = wrapStore(watched.store, (name, call, args) => {
        if (name === 'uploadPart') controller.abort();
        return call(...args);
      });
      const { signal } = controller;
      const { files, prefix } = target().place({ partSize: 5 * MIB }, store);
      const error = await rejection(files.writeFile!('/a', pattern(32 * MIB), WRITE, 0o666, { signal }));
      expect(error.code).to.equal('ABORT_ERR');
      // Behind the error the upload is taken back, also one whose beginning the server had not answered yet.
      await watched.idle();
      expect(await target().uploads(prefix)).to.deep.equal([]);
      await rejects(files.stat('/a', STAT, {}), 'ENOENT');
    });

    it('rejects appends, updates and writes out of order before any request', async () => {
      const { files } = target().place();
      const { O_APPEND, O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } = constants;
      for (const flags of [
        O_WRONLY | O_CREAT | O_APPEND,
        O_RDWR,
        O_RDWR | O_CREAT | O_TRUNC,
        O_RDWR | O_CREAT | O_APPEND,
        O_WRONLY,
      ])
        expect(await rejection(files.open('/a', flags, 0o666, {}))).to.be.instanceOf(
          UnsupportedOperationError,
        );
      const file = await files.open('/a', WRITE, 0o666, {});
      await file.pwrite!(Buffer.from('abc'), 0, {});
      expect(await rejection(file.pwrite!(Buffer.from('x'), 1, {}))).to.be.instanceOf(
        UnsupportedOperationError,
      );
      expect(await rejection(file.pwrite!(Buffer.from('x'), 4, {}))).to.be.instanceOf(
        UnsupportedOperationError,
      );
      expect(await rejection(file.pread(1, 0, {}))).to.be.instanceOf(UnsupportedOperationError);
      await file.pwrite!(Buffer.from('def'), 3, {});
      await file.close();
      expect(Buffer.from(await files.readFile!('/a', {})).toString()).to.equal('abcdef');
    });

    it('creates with x only if there is no object, or rejects if the bucket ignores conditions', async () => {
      const { files } = target().place();
      if (target().honours.put === 'refused') {
        const error = await rejection(files.writeFile!('/x', Buffer.from('1'), CREATE, 0o666, {}));
        expect(error).to.be.instanceOf(UnsupportedOperationError);
        await rejects(files.stat('/x', STAT, {}), 'ENOENT');
        expect(await rejection(files.open('/x', CREATE, 0o666, {}))).to.be.instanceOf(
          UnsupportedOperationError,
        );
        return;
      }
      await files.writeFile!('/x', Buffer.from('1'), CREATE, 0o666, {});
      await rejects(files.writeFile!('/x', Buffer.from('2'), CREATE, 0o666, {}), 'EEXIST');
      await rejects(files.open('/x', CREATE, 0o666, {}), 'EEXIST');
      const file = await files.open('/y', CREATE, 0o666, {});
      await file.pwrite!(Buffer.from('late'), 0, {});
      await files.writeFile!('/y', Buffer.from('first'), WRITE, 0o666, {});
      await rejects(file.close(), 'EEXIST');
      expect(Buffer.from(await files.readFile!('/y', {})).toString()).to.equal('first');
    });

    it('replaces with ifMatch only the object with this ETag', async () => {
      const { files } = target().place();
      await files.writeFile!('/a', Buffer.from('1'), WRITE, 0o666, {});
      const { etag } = (await files.stat('/a', STAT, {})) as unknown as { etag: string };
      expect(etag).to.match(/^".+"$/);
      if (target().honours.put === 'refused') {
        const error = await rejection(
          files.replaceFile!('/a', Buffer.from('2'), { ...REPLACE, ifMatch: etag }, {}),
        );
        expect(error).to.be.instanceOf(UnsupportedOperationError);
        expect(Buffer.from(await files.readFile!('/a', {})).toString()).to.equal('1');
        return;
      }
      await files.replaceFile!('/a', Buffer.from('2'), { ...REPLACE, ifMatch: etag }, {});
      await rejects(files.replaceFile!('/a', Buffer.from('3'), { ...REPLACE, ifMatch: etag }, {}), 'ESTALE');
      await rejects(
        files.replaceFile!('/none', Buffer.from('3'), { ...REPLACE, ifMatch: etag }, {}),
        'ESTALE',
      );
      expect(Buffer.from(await files.readFile!('/a', {})).toString()).to.equal('2');
      const bare = ((await files.stat('/a', STAT, {})) as unknown as { etag: string }).etag.replaceAll(
        '"',
        '',
      );
      await files.replaceFile!('/a', Buffer.from('4'), { ...REPLACE, ifMatch: bare }, {});
      expect(Buffer.from(await files.readFile!('/a', {})).toString()).to.equal('4');
    });

    it('lets exactly one of 24 concurrent creators win', async function () {
      this.timeout(240_000);
      if (target().honours.put === 'refused') skip(this, 'this bucket refuses conditional writes');
      const places = Array.from({ length: 24 });
      const { prefix } = target().place();
      for (let round = 0; round < 4; round++) {
        const results = await Promise.all(
          places.map(async (_, i) => {
            const files = objectFiles(target().store, { prefix });
            return files.writeFile!(`/round${round}`, Buffer.from(String(i)), CREATE, 0o666, {})
              .then(() => 'won')
              .catch((error) => error.code as string);
          }),
        );
        expect(results.filter((each) => each === 'won')).to.have.length(1);
        expect(results.filter((each) => each === 'EEXIST')).to.have.length(23);
        const winner = Buffer.from(
          await objectFiles(target().store, { prefix }).readFile!(`/round${round}`, {}),
        );
        expect(results[Number(winner.toString())]).to.equal('won');
      }
    });

    it('loses none of the updates that 24 writers make to a counter with ifMatch', async function () {
      this.timeout(240_000);
      if (target().honours.put === 'refused') skip(this, 'this bucket refuses conditional writes');
      const { files } = target().place();
      await files.writeFile!('/counter', Buffer.from('0'), WRITE, 0o666, {});
      const increment = async (): Promise<void> => {
        while (true) {
          const file = await files.open('/counter', READ, 0, {});
          try {
            const value = Number(Buffer.from(await file.pread(100, 0, {})).toString());
            const { etag } = (await file.stat({})) as unknown as { etag: string };
            await files.replaceFile!(
              '/counter',
              Buffer.from(String(value + 1)),
              { ...REPLACE, ifMatch: etag },
              {},
            );
            return;
          } catch (error) {
            if ((error as { code: string }).code !== 'ESTALE') throw error;
          } finally {
            await file.close();
          }
        }
      };
      await Promise.all(Array.from({ length: 24 }, increment));
      expect(Buffer.from(await files.readFile!('/counter', {})).toString()).to.equal('24');
    });

    it('writes large objects conditionally if the bucket honours this, and rejects otherwise', async function () {
      this.timeout(240_000);
      const { honours, uploads } = target();
      if (honours.put === 'refused') skip(this, 'this bucket refuses conditional writes');
      const { files, prefix } = target().place({ partSize: 5 * MIB });
      const data = pattern(11 * MIB);
      // Complete data is sent in one PUT if only PUTs are conditional.
      await files.writeFile!('/x', data, CREATE, 0o666, {});
      await rejects(files.writeFile!('/x', pattern(11 * MIB, 5), CREATE, 0o666, {}), 'EEXIST');
      expect(data.equals(await files.readFile!('/x', {}))).to.equal(true);
      if (honours.upload) {
        await writeAll(files, '/y', data, { flags: CREATE });
        expect(data.equals(await files.readFile!('/y', {}))).to.equal(true);
        const file = await files.openReplacement!('/y', { ...REPLACE, ifMatch: '"another"' }, {});
        await file.pwrite!(data, 0, {});
        await rejects(file.close(), 'ESTALE');
      } else {
        const error = await rejection(writeAll(files, '/y', data, { flags: CREATE }));
        expect(error).to.be.instanceOf(UnsupportedOperationError);
        await rejects(files.stat('/y', STAT, {}), 'ENOENT');
      }
      expect(await uploads(prefix)).to.deep.equal([]);
    });
  });

  describe('requests', () => {
    it('are one PUT for a small object, and one for each part of a large one with two around them', async () => {
      const memory = new MemoryStore(AWS);
      const counting = countingStore(memory);
      const files = objectFiles(counting.store, { partSize: 5 * MIB });
      await writeAll(files, '/a', pattern(5 * MIB));
      expect(counting.counts()).to.deep.equal({ put: 1 });
      await writeAll(files, '/a', pattern(21 * MIB));
      expect(counting.counts()).to.deep.equal({ createUpload: 1, uploadPart: 5, completeUpload: 1 });
    });

    it('for parts are at most four at a time, and writers wait for them', async () => {
      const memory = new MemoryStore(AWS);
      let running = 0;
      let most = 0;
      const waiting: (() => void)[] = [];
      const store = wrapStore(memory, async (name, call, args) => {
        if (name !== 'uploadPart') return call(...args);
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => waiting.push(resolve));
        running--;
        return call(...args);
      });
      const files = objectFiles(store, { partSize: 5 * MIB });
      const file = await files.open('/a', WRITE, 0o666, {});
      const data = pattern(5 * MIB);
      // Four parts are on their way, and the fifth is in memory.
      for (let i = 0; i < 5; i++) await file.pwrite!(data, i * data.length, {});
      let accepted = false;
      const sixth = file.pwrite!(data, 5 * data.length, {}).then(() => (accepted = true));
      await turns();
      expect(accepted).to.equal(false);
      const letGo = setInterval(() => waiting.shift()?.(), 1);
      await sixth;
      await file.close();
      clearInterval(letGo);
      expect(most).to.equal(4);
      expect(memory.objects.get('a')?.size).to.equal(6 * data.length);
    });

    for (const [name, honours, expected] of [
      ['AWS', AWS, { create: 'EEXIST', replace: 'ESTALE' }],
      ['Ceph', CEPH, { create: 'EEXIST', replace: 'ESTALE' }],
      ['Swift', SWIFT, { create: 'ERR_UNSUPPORTED_OPERATION', replace: 'ERR_UNSUPPORTED_OPERATION' }],
      [
        'servers that ignore conditions',
        IGNORANT,
        { create: 'ERR_UNSUPPORTED_OPERATION', replace: 'ERR_UNSUPPORTED_OPERATION' },
      ],
    ] as [string, Honours, { create: string; replace: string }][])
      it(`probe once how ${name} handles conditions, leave nothing, and never overwrite silently`, async () => {
        const memory = new MemoryStore(honours);
        memory.set('a', 'old');
        const counting = countingStore(memory);
        const files = objectFiles(counting.store);
        await rejects(files.writeFile!('/a', Buffer.from('new'), CREATE, 0o666, {}), expected.create);
        await rejects(
          files.replaceFile!('/a', Buffer.from('new'), { ...REPLACE, ifMatch: '"x"' }, {}),
          expected.replace,
        );
        counting.counts();
        await rejects(files.writeFile!('/a', Buffer.from('new'), CREATE, 0o666, {}), expected.create);
        await rejects(
          files.replaceFile!('/a', Buffer.from('new'), { ...REPLACE, ifMatch: '"x"' }, {}),
          expected.replace,
        );
        expect(counting.counts().put ?? 0).to.equal(expected.create === 'EEXIST' ? 2 : 0);
        expect([...memory.objects.keys()]).to.deep.equal(['a']);
        expect(memory.text('a')).to.equal('old');
      });

    it('probe again after a probe that could not be made', async () => {
      const memory = new MemoryStore(AWS);
      let down = true;
      const store = wrapStore(memory, async (_name, call, args) => {
        if (down) throw new ObjectStoreError('ECONNREFUSED', 'down', {});
        return call(...args);
      });
      const files = objectFiles(store);
      await rejects(files.writeFile!('/a', Buffer.from('1'), CREATE, 0o666, {}), 'ECONNREFUSED');
      down = false;
      await files.writeFile!('/a', Buffer.from('1'), CREATE, 0o666, {});
    });
  });

  describe('faults', () => {
    const error = new ObjectStoreError('InternalError', 'no', { status: 500, requestId: 'R1', attempts: 3 });

    for (const broken of ['createUpload', 'uploadPart', 'completeUpload'])
      it(`of ${broken} leave neither an object nor an upload`, async () => {
        const memory = new MemoryStore(AWS);
        let calls = 0;
        const store = wrapStore(memory, async (name, call, args) => {
          if (name === broken && (name !== 'uploadPart' || ++calls === 3)) throw error;
          return call(...args);
        });
        const files = objectFiles(store, { partSize: 5 * MIB });
        const data = pattern(22 * MIB);
        expect((await rejects(writeAll(files, '/a', data), 'EIO')).cause).to.equal(error);
        calls = 0;
        await rejects(files.writeFile!('/a', data, WRITE, 0o666, {}), 'EIO');
        expect(memory.objects.size).to.equal(0);
        expect(memory.uploads.size).to.equal(0);
      });

    it('of the removal of an upload are followed by another try', async () => {
      const memory = new MemoryStore(AWS);
      let failures = 2;
      const store = wrapStore(memory, async (name, call, args) => {
        if (name === 'abortUpload' && failures-- > 0) throw error;
        return call(...args);
      });
      const file = await objectFiles(store, { partSize: 5 * MIB }).open('/a', WRITE, 0o666, {});
      await file.pwrite!(pattern(6 * MIB), 0, {});
      await file.abort!();
      expect(memory.uploads.size).to.equal(0);
    });

    for (const lost of ['put', 'completeUpload'])
      it(`that lose the answer of ${lost} are not taken for a failure when the write was done`, async () => {
        const memory = new MemoryStore(AWS);
        const files = objectFiles(memory, { partSize: 5 * MIB });
        await files.writeFile!('/probed', Buffer.from(''), CREATE, 0o666, {});
        const lossy = wrapStore(memory, async (name, call, args) => {
          const answer = await call(...args);
          // The client tries again, and finds its own object, or no upload.
          if (name === lost && String(args[0]).startsWith('a'))
            throw new ObjectStoreError(lost === 'put' ? 'PreconditionFailed' : 'NoSuchUpload', 'again', {
              status: lost === 'put' ? 412 : 404,
              attempts: 2,
            });
          return answer;
        });
        const data = pattern(lost === 'put' ? 1000 : 7 * MIB);
        await writeAll(objectFiles(lossy, { partSize: 5 * MIB }), '/a', data, { flags: CREATE });
        expect(memory.objects.get('a')!.bytes.equals(data)).to.equal(true);
        // Without a second try, the object is not its own.
        await rejects(files.writeFile!('/a', data, CREATE, 0o666, {}), 'EEXIST');
      });

    it('of a waiting write reject with bytesWritten, and the next write continues there', async () => {
      const memory = new MemoryStore(AWS);
      const waiting: (() => void)[] = [];
      const store = wrapStore(memory, async (name, call, args) => {
        if (name === 'uploadPart') await new Promise<void>((resolve) => waiting.push(resolve));
        return call(...args);
      });
      const file = await objectFiles(store, { partSize: 5 * MIB, concurrency: 1 }).open(
        '/a',
        WRITE,
        0o666,
        {},
      );
      const data = pattern(12 * MIB);
      const controller = new AbortController();
      const writing = rejection(file.pwrite!(data, 0, { signal: controller.signal }));
      await turns();
      controller.abort();
      const stopped = await writing;
      expect(stopped).to.include({ code: 'ABORT_ERR', bytesWritten: 10 * MIB });
      const letGo = setInterval(() => waiting.shift()?.(), 1);
      await file.pwrite!(data.subarray(stopped.bytesWritten), stopped.bytesWritten, {});
      await file.close();
      clearInterval(letGo);
      expect(memory.objects.get('a')!.bytes.equals(data)).to.equal(true);
    });
  });
});
