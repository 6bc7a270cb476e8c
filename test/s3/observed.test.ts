import { expect } from 'chai';
import * as uv from 'uvfiles';
import { mount, type Mount } from 'uvfiles/filesystem';
import { writeFile } from 'uvfiles/promises';
import { objectFiles } from 'uvfiles/s3';
import { faults, trace } from 'uvfiles/testing';

import { MIB, pattern, rejects } from './support/files.js';
import { CEPH, MemoryStore } from './support/memory-store.js';

const AT = 's3://observed';

describe('s3: seen by trace and faults', () => {
  let store: MemoryStore;
  let mounted: Mount;

  beforeEach(() => {
    store = new MemoryStore(CEPH);
    mounted = mount(AT, objectFiles(store, { partSize: 5 * MIB }));
  });
  afterEach(() => mounted.unmount());

  const etag = async (): Promise<string> =>
    ((await uv.os.stat(`${AT}/a`)) as unknown as { etag: string }).etag;

  it('keeps conditions', async () => {
    store.set('a', 'one');
    await trace(async () => {
      const first = await etag();
      await uv.writeAtomic(`${AT}/a`, 'two', { ifMatch: first });
      await rejects(uv.writeAtomic(`${AT}/a`, 'three', { ifMatch: first }), 'ESTALE');
      const late = await uv.openAtomic(`${AT}/a`, 'w', { ifMatch: first });
      await late.write('three');
      await rejects(late.commit(), 'ESTALE');
      await rejects(writeFile(`${AT}/a`, 'three', { flag: 'wx' }), 'EEXIST');
      await writeFile(`${AT}/new`, 'new', { flag: 'wx' });
    });
    expect(store.text('a')).to.equal('two');
    expect(store.text('new')).to.equal('new');
    expect([...store.objects.keys()]).to.deep.equal(['a', 'new']);
  });

  it('creates objects that are larger than a part with one request, as without observation', async () => {
    await trace(() => writeFile(`${AT}/a`, pattern(6 * MIB), { flag: 'wx' }));
    expect(store.objects.get('a')!.size).to.equal(6 * MIB);
    expect(store.uploads.size).to.equal(0);
  });

  it('loses none of the updates of several writers', async () => {
    await trace(() =>
      Promise.all(
        Array.from({ length: 8 }, () =>
          uv.updateAtomic(`${AT}/a`, (old) => String(Number(old ?? 0) + 1), { encoding: 'utf-8' }),
        ),
      ),
    );
    expect(store.text('a')).to.equal('8');
  });

  it('traces a replacement as an open, a write and the close that publishes it', async () => {
    const operations = await trace(() => uv.writeAtomic(`${AT}/a`, 'one'));
    expect(operations.map(({ op, path }) => [op, path])).to.deep.equal(
      ['open', 'write', 'close'].map((op) => [op, `${AT}/a`]),
    );
  });

  for (const op of ['open', 'write', 'close'] as const) {
    it(`publishes nothing when a fault ends a write at its ${op}`, async () => {
      store.set('a', 'old');
      const writes = {
        writeAtomic: () => uv.writeAtomic(`${AT}/a`, 'new'),
        writeFile: () => uv.writeFile(`${AT}/a`, 'new'),
        open: async () => {
          const file = await uv.open(`${AT}/a`, 'w');
          await file.write('new');
          await file.close();
        },
        openAtomic: async () => {
          const file = await uv.openAtomic(`${AT}/a`, 'w');
          await file.write('new');
          await file.commit();
        },
      };
      for (const [name, write] of Object.entries(writes)) {
        await faults({ op, error: 'EIO' }, () => rejects(write, 'EIO'));
        expect(store.text('a'), name).to.equal('old');
        expect([...store.objects.keys()], name).to.deep.equal(['a']);
      }
    });
  }

  it('completes writes that a fault makes short', async () => {
    await faults({ op: 'write', short: 2, times: 2 }, () => uv.writeAtomic(`${AT}/a`, 'whole'));
    expect(store.text('a')).to.equal('whole');
  });
});
