// Copies of trees whose 1st, 2nd, 3rd ... request fails, until a copy makes fewer requests.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';
import { os } from 'uvfiles';
import { mount } from 'uvfiles/filesystem';
import { objectFiles, ObjectStoreError } from 'uvfiles/s3';

import { MIB, pattern } from './support/files.js';
import { AWS, MemoryStore } from './support/memory-store.js';
import { watchedStore, wrapStore } from './support/store-wrappers.js';

const LARGE = 6 * MIB; // two parts
/** Small files in as many directories, and a large one that is uploaded in parts. */
const FILES: readonly (readonly [name: string, content: Buffer])[] = [
  ...Array.from({ length: 10 }, (_, i): [string, Buffer] => [`d${i}/e/f`, Buffer.from(`file ${i}`)]),
  ['large', pattern(LARGE)],
];

type Copy = (disk: string, bucket: string) => Promise<void>;

describe('s3: a copy of a tree', function () {
  this.timeout(240_000);
  let disk: string;

  beforeEach(() => {
    disk = mkdtempSync(path.join(tmpdir(), 'uvfiles-s3-faults-'));
    for (const [name, content] of FILES) {
      mkdirSync(path.dirname(path.join(disk, name)), { recursive: true });
      writeFileSync(path.join(disk, name), content);
    }
  });
  afterEach(() => {
    rmSync(disk, { recursive: true, force: true });
  });

  /** Runs `copy` in a new bucket while its `nth` request fails. Resolves to whether there were so many. */
  async function fail(nth: number, copy: Copy): Promise<boolean> {
    const memory = new MemoryStore(AWS);
    for (const [name, content] of FILES) memory.set(`there/${name}`, content);
    let left = nth;
    const watched = watchedStore(memory);
    const failing = wrapStore(watched.store, async (name, call, args) => {
      // Requests that abort an upload are judged by what they leave.
      if (name !== 'abortUpload' && --left === 0)
        throw new ObjectStoreError('InternalError', 'not this one', { status: 500 });
      return call(...args);
    });
    using mounted = mount('s3://faults', objectFiles(failing, { partSize: 5 * MIB, copyLimit: 5 * MIB }));
    const error = await copy(disk, mounted.prefix).then(
      () => undefined,
      (reason: unknown) => reason as NodeJS.ErrnoException,
    );
    const begun = left;
    await watched.idle();
    expect(left, `requests after the end of the copy, of which the ${nth}th failed`).to.equal(begun);
    expect(error?.code, error?.stack).to.equal(left <= 0 ? 'EIO' : undefined);
    expect([...memory.uploads.values()].map(({ key }) => key)).to.deep.equal([]);
    for (const [name, content] of FILES) {
      const copied = memory.objects.get(`copy/${name}`)?.bytes;
      expect(copied?.equals(content), name).to.be.oneOf(left <= 0 ? [true, undefined] : [true]);
    }
    return left <= 0;
  }

  const COPIES: Record<string, Copy> = {
    'to a bucket': (from, bucket) => os.copytree(from, `${bucket}/copy`),
    'within a bucket': (_, bucket) => os.copytree(`${bucket}/there`, `${bucket}/copy`),
    'within a bucket, with progress,': (_, bucket) =>
      os.copytree(`${bucket}/there`, `${bucket}/copy`, { onProgress: () => undefined }),
  };
  for (const [what, copy] of Object.entries(COPIES))
    it(`${what} leaves no upload and no half object, whichever request fails`, async () => {
      let faults = 0;
      while (await fail(faults + 1, copy)) faults++;
      expect(faults).to.be.above(FILES.length);
    });

  const OVER: Record<string, Copy> = {
    copytree: (from, bucket) => os.copytree(from, `${bucket}/there`),
    move: async (from, bucket) => void (await os.move(from, `${bucket}/there`)),
    copy: async (from, bucket) => void (await os.copy(`${from}/large`, `${bucket}/there`)),
  };
  for (const [job, copy] of Object.entries(OVER))
    it(`rejects if ${job} cannot stat its target, instead of treating it as missing`, async () => {
      const memory = new MemoryStore(AWS);
      memory.set('there/file', 'old');
      const failing = wrapStore(memory, async (name, call, args) => {
        if (name === 'head' || name === 'list')
          throw new ObjectStoreError('SlowDown', 'later', { status: 503 });
        return call(...args);
      });
      using mounted = mount('s3://faults', objectFiles(failing));
      const error = await copy(disk, mounted.prefix).then(
        () => undefined,
        (reason: unknown) => reason as NodeJS.ErrnoException,
      );
      expect(error?.code).to.equal('EAGAIN');
      expect([...memory.objects.keys()]).to.deep.equal(['there/file']);
      expect(memory.text('there/file')).to.equal('old');
    });
});
