// Trees copied to, from and within buckets: the progress that is reported, and how many requests run at a time.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';
import { os, readBytes } from 'uvfiles';
import { mount } from 'uvfiles/filesystem';
import type { CopytreeProgress } from 'uvfiles/os';
import { type ObjectStore, ObjectStoreError } from 'uvfiles/s3';

import { MIB, rejection } from './support/files.js';
import { wrapStore } from './support/store-wrappers.js';
import { onEachBucket } from './support/targets.js';

/** The most files that a copy of a tree works on at a time. */
const AT_A_TIME = 32;
/** The most large files that are streamed at a time. */
const STREAMS = 4;
const FILES = 60;

const contentOf = (i: number): string => `${i} `.repeat(i + 1);
const nameOf = (i: number): string => `${i % 7 === 0 ? 'd/' : ''}${String(i).padStart(2, '0')}.txt`;
const TOTAL = Array.from({ length: FILES }, (_, i) => contentOf(i).length).reduce((a, b) => a + b);

/**
 * A store that knows the most objects that were read, written or copied at a time. Each request waits for those that may run
 * beside it, until no more of them begin.
 */
function crowdedStore(store: ObjectStore): { store: ObjectStore; most: () => number } {
  let running = 0;
  let begun = 0;
  let most = 0;
  const crowded = wrapStore(store, async (name, call, args) => {
    if (!['get', 'put', 'copy'].includes(name)) return call(...args);
    begun++;
    most = Math.max(most, ++running);
    try {
      for (let seen = -1; seen !== begun;) {
        seen = begun;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return await call(...args);
    } finally {
      running--;
    }
  });
  return { store: crowded, most: () => most };
}

describe('s3: copytree', function () {
  this.timeout(240_000);
  let disk: string;

  beforeEach(() => {
    disk = mkdtempSync(path.join(tmpdir(), 'uvfiles-s3-tree-'));
    mkdirSync(path.join(disk, 'from', 'd'), { recursive: true });
    for (let i = 0; i < FILES; i++) writeFileSync(path.join(disk, 'from', nameOf(i)), contentOf(i));
  });
  afterEach(() => {
    rmSync(disk, { recursive: true, force: true });
  });

  function expectCopies(top: string): void {
    for (let i = 0; i < FILES; i++)
      expect(readFileSync(path.join(top, nameOf(i)), 'latin1')).to.equal(contentOf(i));
  }

  onEachBucket((target) => {
    it('reports each file once, with the sums so far, and works on a bounded number of files', async () => {
      const { store, most } = crowdedStore(target().store);
      using mounted = mount('s3://trees', target().place({}, store).files);
      const from = path.join(disk, 'from');
      const to = path.join(disk, 'to');
      for (const [src, dst] of [
        [from, `${mounted.prefix}/one`],
        [`${mounted.prefix}/one`, `${mounted.prefix}/two`],
        [`${mounted.prefix}/two`, to],
      ] as const) {
        const reports: CopytreeProgress[] = [];
        await os.copytree(src, dst, { onProgress: (progress) => void reports.push({ ...progress }) });
        const what = `${src} to ${dst}`;
        expect(
          reports.map(({ files }) => files),
          what,
        ).to.deep.equal(Array.from({ length: FILES }, (_, i) => i + 1));
        expect(reports.map(({ src: of }) => of.slice(src.length + 1)).sort(), what).to.deep.equal(
          Array.from({ length: FILES }, (_, i) => nameOf(i)).sort(),
        );
        for (const { src: of, dst: as } of reports)
          expect(as.slice(dst.length), what).to.equal(of.slice(src.length));
        let bytes = 0;
        for (const report of reports) {
          expect(report.bytes, what).to.be.greaterThan(bytes);
          ({ bytes } = report);
        }
        expect(bytes, what).to.equal(TOTAL);
      }
      expectCopies(to);
      expect(most()).to.be.within(1, AT_A_TIME);
    });

    it('works on a bounded number of files without hooks, too', async () => {
      const { store, most } = crowdedStore(target().store);
      using mounted = mount('s3://trees', target().place({ concurrency: 3 }, store).files);
      await os.copytree(path.join(disk, 'from'), `${mounted.prefix}/one`);
      expect(most()).to.be.within(1, AT_A_TIME);
      const before = most();
      await os.copytree(`${mounted.prefix}/one`, `${mounted.prefix}/two`);
      await os.copytree(`${mounted.prefix}/two`, path.join(disk, 'to'));
      expect(most()).to.be.within(before, AT_A_TIME);
      expectCopies(path.join(disk, 'to'));
    });

    it('streams only a few large files at a time, because their parts need memory', async () => {
      const { store, most } = crowdedStore(target().store);
      using mounted = mount('s3://trees', target().place({}, store).files);
      const large = Buffer.alloc(3 * MIB, 'large');
      mkdirSync(path.join(disk, 'large'));
      for (let i = 0; i < 9; i++) writeFileSync(path.join(disk, 'large', String(i)), large);
      await os.copytree(path.join(disk, 'large'), `${mounted.prefix}/large`);
      expect(most()).to.be.within(1, STREAMS);
      for (let i = 0; i < 9; i++) {
        const copy = await readBytes(`${mounted.prefix}/large/${i}`);
        expect(copy.equals(large)).to.equal(true);
      }
    });

    it('copies small directories at the same time', async () => {
      let running = 0;
      let everybody = (): void => undefined;
      const together = new Promise<void>((resolve) => (everybody = resolve));
      const store = wrapStore(target().store, async (name, call, args) => {
        if (name === 'put' && ++running === 4) everybody();
        // With one directory after another, the first file would wait for good.
        if (name === 'put') await together;
        return call(...args);
      });
      using mounted = mount('s3://trees', target().place({}, store).files);
      for (const name of ['a', 'b', 'c', 'd']) {
        mkdirSync(path.join(disk, 'small', name), { recursive: true });
        writeFileSync(path.join(disk, 'small', name, 'file'), name);
      }
      await os.copytree(path.join(disk, 'small'), `${mounted.prefix}/small`);
      for (const name of ['a', 'b', 'c', 'd'])
        expect((await readBytes(`${mounted.prefix}/small/${name}/file`)).toString()).to.equal(name);
    });

    it('begins no further file in any directory when one cannot be copied', async () => {
      let begun = 0;
      const store = wrapStore(target().store, async (name, call, args) => {
        if (name !== 'put') return call(...args);
        if (++begun === 5) throw new ObjectStoreError('AccessDenied', 'not this one', { status: 403 });
        return call(...args);
      });
      using mounted = mount('s3://trees', target().place({}, store).files);
      for (let i = 0; i < 200; i++) {
        mkdirSync(path.join(disk, 'wide', String(i % 20)), { recursive: true });
        writeFileSync(path.join(disk, 'wide', String(i % 20), String(i)), String(i));
      }
      const error = await rejection(os.copytree(path.join(disk, 'wide'), `${mounted.prefix}/wide`));
      expect(error.code).to.equal('EACCES');
      expect(begun).to.be.within(5, 5 + AT_A_TIME);
    });

    it('stops at an error of the callback, and every existing copy is complete', async () => {
      using mounted = mount('s3://trees', target().place().files);
      const stop = new Error('enough');
      const copying = os.copytree(path.join(disk, 'from'), `${mounted.prefix}/one`, {
        onProgress: ({ files }) => {
          if (files === 10) throw stop;
        },
      });
      expect(await rejection(copying)).to.equal(stop);
      await os.copytree(`${mounted.prefix}/one`, path.join(disk, 'to'));
      let copied = 0;
      for await (const [top, , names] of os.walk(path.join(disk, 'to')))
        for (const name of names) {
          copied++;
          const i = Number(name.slice(0, 2));
          expect(readFileSync(path.join(top, name), 'latin1')).to.equal(contentOf(i));
        }
      expect(copied).to.be.within(10, 10 + AT_A_TIME);
    });
  });
});
