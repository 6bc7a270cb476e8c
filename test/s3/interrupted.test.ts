// Jobs whose 1st, 2nd, 3rd ... request fails, is aborted or loses its answer, until a job makes fewer requests.
import { expect } from 'chai';
import { objectFiles, ObjectStoreError } from 'uvfiles/s3';

import { CREATE, MIB, pattern, STAT, WRITE } from './support/files.js';
import { AWS, CEPH, type Honours, MemoryStore, SWIFT } from './support/memory-store.js';
import { watchedStore, wrapStore } from './support/store-wrappers.js';
import type { Files } from './support/targets.js';

const COPY = { exclusive: false, preserve: true, followSymlinks: true };
const SMALL = pattern(3000);
/** Two parts. */
const LARGE = pattern(6 * MIB, 1);

type Job = (files: Files, call: { signal: AbortSignal }) => Promise<unknown>;

/** Each writes `new`, or objects below `e/`. */
const JOBS: Record<string, Job> = {
  'a write': (files, call) => files.writeFile!('/new', SMALL, WRITE, 0o666, call),
  'a write in parts': (files, call) => files.writeFile!('/new', LARGE, WRITE, 0o666, call),
  'a write through an open file': async (files, call) => {
    const file = await files.open('/new', WRITE, 0o666, call);
    try {
      await file.pwrite!(LARGE, 0, call);
    } catch (error) {
      await file.abort!(error);
      throw error;
    }
    await file.close();
  },
  'an exclusive write': (files, call) => files.writeFile!('/new', SMALL, CREATE, 0o666, call),
  'a conditional write': async (files, call) => {
    const { etag } = (await files.stat('/small', STAT, call)) as unknown as { etag: string };
    const o = { durable: true, permissions: undefined, ifMatch: etag };
    await files.replaceFile!('/small', SMALL, o, call);
  },
  'a copy': (files, call) => files.copyFile!('/small', '/new', COPY, call),
  'a copy in parts': (files, call) => files.copyFile!('/large', '/new', COPY, call),
  'an exclusive copy': (files, call) => files.copyFile!('/small', '/new', { ...COPY, exclusive: true }, call),
  'a rename': (files, call) => files.rename('/small', '/new', call),
  'a rename of a directory': (files, call) => files.rename('/d', '/e', call),
};

/** What happens instead of one request. */
const FAULTS: Record<string, (perform: () => Promise<unknown>, abort: () => void) => Promise<unknown>> = {
  fails: () => Promise.reject(new ObjectStoreError('InternalError', 'injected', { status: 500 })),
  'loses its answer': async (perform) => {
    await perform();
    throw new ObjectStoreError('ECONNRESET', 'injected', {});
  },
  'is aborted': async (perform, abort) => {
    const answer = perform();
    abort();
    return answer;
  },
};

describe('s3: an interrupted job', () => {
  for (const [what, interrupt] of Object.entries(FAULTS))
    for (const [name, job] of Object.entries(JOBS)) {
      /** Interrupts the `nth` request. Resolves to whether there were so many. */
      const run = async (honours: Honours, nth: number): Promise<boolean> => {
        const memory = new MemoryStore(honours);
        const before: Record<string, Buffer> = {
          small: SMALL,
          'd/a': Buffer.from('a'),
          'd/b/c': Buffer.from('c'),
        };
        if (name === 'a copy in parts') before.large = LARGE;
        for (const [key, content] of Object.entries(before)) memory.set(key, content);
        const watched = watchedStore(memory);
        const controller = new AbortController();
        let left = nth;
        let lost = false;
        const store = wrapStore(watched.store, async (call, perform, args) => {
          if (call === 'abortUpload' || --left !== 0) return perform(...args);
          lost = call === 'createUpload';
          return interrupt(
            async () => perform(...args),
            () => controller.abort(),
          );
        });
        const files = objectFiles(store, { partSize: 5 * MIB, copyLimit: 5 * MIB, concurrency: 4 });
        await job(files, { signal: controller.signal }).catch((error: NodeJS.ErrnoException) => {
          expect(error.code, error.stack).to.be.oneOf([
            'EIO',
            'ECONNRESET',
            'ABORT_ERR',
            'ERR_UNSUPPORTED_OPERATION',
          ]);
        });
        await watched.idle();
        const contents = [...memory.objects.values()].map(({ bytes }) => bytes);
        for (const [key, content] of Object.entries(before))
          expect(
            contents.some((each) => each.equals(content)),
            `${key} is there, after request ${nth}`,
          ).to.equal(true);
        const written = memory.objects.get('new')?.bytes;
        if (written !== undefined)
          expect(
            [SMALL, LARGE].some((each) => each.equals(written)),
            'what is written is whole',
          ).to.equal(true);
        // Nobody knows the id of an upload if the answer that contains it is lost.
        if (what !== 'loses its answer' || !lost) expect(memory.uploads.size, `uploads, ${nth}`).to.equal(0);
        return left <= 0;
      };

      it(`loses nothing and leaves no upload if a request of ${name} ${what}`, async function () {
        this.timeout(240_000);
        for (const honours of [AWS, CEPH, SWIFT]) {
          let requests = 0;
          while (await run(honours, requests + 1)) requests++;
          expect(requests).to.be.above(0);
        }
      });
    }
});
