// Lanes: priorities without starvation, limits of concurrency and of queues. One pool thread is occupied while the queue fills,
// which makes the order visible.
import { expect } from 'chai';
import { createLane, LaneFullError, lanes, metrics } from 'uvfiles';

import { withOneThread } from '../support/one-thread.js';

async function succeeds(code: string): Promise<void> {
  const { stdout, stderr } = await withOneThread(
    `import { createLane, open, lanes, metrics, configure, LaneFullError } from 'uvfiles';
     import assert from 'node:assert';
     configure({ inline: false });
     const f = await open('package.json', 'rb');
     ${code}
     await f.close();
     console.log('done');`,
  );
  expect(stderr).to.equal('');
  expect(stdout.trim()).to.equal('done');
}

describe('lanes', () => {
  it('serve higher priorities first', () =>
    succeeds(`
      const high = createLane({ name: 'high', priority: 'high' });
      const low = createLane({ name: 'low', priority: 'low' });
      const order = [];
      const release = await hold();
      const all = [];
      for (let i = 0; i < 5; i++) all.push(f.pread(8, 0, { lane: low }).then(() => order.push('low')));
      for (let i = 0; i < 5; i++) all.push(f.pread(8, 0).then(() => order.push('normal')));
      for (let i = 0; i < 5; i++) all.push(f.pread(8, 0, { lane: high }).then(() => order.push('high')));
      await release();
      await Promise.all(all);
      assert.deepEqual(order, [...Array(5).fill('high'), ...Array(5).fill('normal'), ...Array(5).fill('low')]);`));

  it('serve low priorities even under a flood of higher ones', () =>
    succeeds(`
      const high = createLane({ name: 'high', priority: 'high' });
      const low = createLane({ name: 'low', priority: 'low' });
      const release = await hold();
      let highDone = 0;
      let seen = -1;
      const all = [];
      for (let i = 0; i < 5000; i++) all.push(f.pread(8, 0, { lane: high }).then(() => { highDone++; }));
      all.push(f.pread(8, 0, { lane: low }).then(() => { seen = highDone; }));
      await release();
      await Promise.all(all);
      assert(seen >= 0 && seen < 5000, 'the low one came after ' + seen);`));

  it('reject operations beyond the queue limit, and accept them again when the queue is shorter', () =>
    succeeds(`
      const small = createLane({ name: 'small', queueLimit: 3 });
      const release = await hold();
      const taken = [1, 2, 3].map(() => f.pread(8, 0, { lane: small }));
      const error = await f.pread(8, 0, { lane: small }).catch((e) => e);
      assert(error instanceof LaneFullError);
      assert.equal(error.code, 'ERR_LANE_FULL');
      assert.equal(error.lane, 'small');
      assert.equal(metrics().lanes.small.queued, 3);
      assert.equal(metrics().lanes.small.rejected, 1);
      await release();
      await Promise.all(taken);
      assert.equal((await f.pread(8, 0, { lane: small })).length, 8);
      assert.equal(metrics().lanes.small.completed, 4);`));

  it('serve lanes of the same priority in turn', () =>
    succeeds(`
      const a = createLane({ name: 'a' });
      const b = createLane({ name: 'b' });
      const release = await hold();
      const order = [];
      const all = [];
      for (let i = 0; i < 64; i++) all.push(f.pread(8, 0, { lane: a }).then(() => order.push('a')));
      for (let i = 0; i < 64; i++) all.push(f.pread(8, 0, { lane: b }).then(() => order.push('b')));
      await release();
      await Promise.all(all);
      assert(order.indexOf('b') < order.lastIndexOf('a'), order.join(''));`));

  it('are rejected for an invalid name, priority, concurrency or limit before anything is created', () => {
    const bad: [unknown, string][] = [
      [undefined, 'ERR_INVALID_ARG_TYPE'],
      [{}, 'ERR_INVALID_ARG_TYPE'],
      [{ name: '' }, 'ERR_INVALID_ARG_VALUE'],
      [{ name: 'default' }, 'ERR_INVALID_ARG_VALUE'],
      [{ name: 'x1', priority: 'urgent' }, 'ERR_INVALID_ARG_VALUE'],
      [{ name: 'x1', concurrency: 0 }, 'ERR_OUT_OF_RANGE'],
      [{ name: 'x1', concurrency: 1.5 }, 'ERR_OUT_OF_RANGE'],
      [{ name: 'x1', queueLimit: 0 }, 'ERR_OUT_OF_RANGE'],
      [{ name: 'x1', inline: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ];
    for (const [options, code] of bad) {
      expect(() => createLane(options as never), JSON.stringify(options))
        .to.throw()
        .with.property('code', code);
    }
    expect(metrics().lanes).not.to.have.property('x1');
  });

  it('treat reads of more than a megabyte as bulk work, unless a lane is given', () =>
    succeeds(`
      const { open: openFile } = await import('node:fs/promises');
      const os = await import('node:os');
      const path = os.tmpdir() + '/uvfiles-long-read-' + process.pid;
      const sparse = await openFile(path, 'w');
      await sparse.truncate(4 << 20);
      await sparse.close();
      const large = await open(path, 'rb', { buffering: 0 });
      const done = (name) => metrics().lanes[name].completed;
      const counted = async (name, read) => { const before = done(name); await read(); return done(name) - before; };
      const MIB = 1 << 20;
      const reads = {
        pread: (size, o) => large.pread(size, 0, o),
        preadinto: (size, o) => large.preadinto(new Uint8Array(size), 0, o),
        transferred: (size) => large.preadinto(new Uint8Array(size), 0, { transfer: true }),
        read: async (size, o) => { await large.seek(0); return large.read(size, o); },
        readinto: async (size, o) => { await large.seek(0); return large.readinto(new Uint8Array(size), o); },
      };
      for (const [name, read] of Object.entries(reads)) {
        assert.equal(await counted('bulk', () => read(MIB)), 0, name);
        assert.equal(await counted('bulk', () => read(MIB + 1)), 1, name);
        if (name !== 'transferred') assert.equal(await counted('bulk', () => read(MIB + 1, { lane: lanes.default })), 0, name);
      }
      await large.close();
      (await import('node:fs')).unlinkSync(path);`));

  it('always include default and bulk', () => {
    expect(lanes.default.name).to.equal('default');
    expect(lanes.bulk.name).to.equal('bulk');
    expect(Object.keys(metrics().lanes)).to.include.members(['default', 'bulk']);
    expect(new LaneFullError('x', 1)).to.be.instanceOf(Error);
  });
});
