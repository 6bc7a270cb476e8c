// Cached data is served on the event loop's thread, within a budget. The bytes are the same as through the pool.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  constants,
  mkdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';
import { configure, createLane, lanes, metrics, open, os, readBytes } from 'uvfiles';

import { EVENTUALLY, eventually, inlineHere, pattern, resetInline } from '../support/inline.js';
import { skip } from '../support/skip.js';
import { rejection, root, runProgram, scratchDirectory } from '../support/temp.js';

const PAGE = 4096;

function hits(): number {
  return metrics().lanes.default!.inlineHits;
}

function completed(): number {
  return metrics().lanes.default!.completed;
}

describe('the inline path', function () {
  const scratch = scratchDirectory();
  const needed = inlineHere();

  // On a busy machine, a thread can lose its processor at any moment, which counts as time spent.
  beforeEach(() => resetInline(10_000_000));
  afterEach(() => resetInline());

  it('serves a cached positional read without a thread', async function () {
    needed(this);
    const name = path.join(scratch.path, 'cached');
    writeFileSync(name, pattern(16 * PAGE));
    const f = await open(name, 'rb');
    await eventually({ hits: 16, completed: 0 }, async () => {
      const before = { hits: hits(), completed: completed() };
      for (let page = 0; page < 16; page++) {
        const bytes = await f.pread(PAGE, page * PAGE);
        expect(bytes.equals(pattern(16 * PAGE).subarray(page * PAGE, (page + 1) * PAGE))).to.equal(true);
      }
      return { hits: hits() - before.hits, completed: completed() - before.completed };
    });
    await f.close();
  });

  it('serves stat, readBytes and open for reading from cached names', async function () {
    needed(this);
    const name = path.join(scratch.path, 'names');
    writeFileSync(name, pattern(3000));
    await eventually(true, async () => {
      const before = hits();
      expect(await os.stat(name)).to.deep.equal(statSync(name));
      expect(await os.lstat(name, { bigint: true })).to.deep.equal(statSync(name, { bigint: true }));
      expect((await readBytes(name)).equals(pattern(3000))).to.equal(true);
      const f = await open(name, 'rb');
      expect((await f.read()).equals(pattern(3000))).to.equal(true);
      await f.close();
      return hits() - before >= 4;
    });
  });

  it('serves readBytes in a program that opens nothing else', async function () {
    needed(this);
    const { stdout, stderr } = await runProgram(
      `import { metrics, readBytes } from 'uvfiles';
       ${EVENTUALLY}
       const hits = () => metrics().pool.inline.hits;
       await eventually(async () => (await readBytes('package.json'), hits() > 0));
       console.log(hits() > 0);`,
    );
    expect(stderr).to.equal('');
    expect(stdout.trim()).to.equal('true');
  });

  // The pool learns the mounts with any call on a path, since a program may make only one kind of call.
  for (const [what, call] of [
    ['access', 'await os.access(file, 4)'],
    ['opens below a root', "await (await below.open('/file', 0, 0, undefined)).close()"],
  ] as const) {
    it(`serves ${what} in a program that does nothing else`, async function () {
      needed(this);
      writeFileSync(path.join(scratch.path, 'file'), 'x');
      const { stdout, stderr } = await runProgram(
        `import { metrics, os } from 'uvfiles';
         import { beneath } from 'uvfiles/filesystem';
         const file = process.argv[1] + '/file';
         const below = beneath(process.argv[1]);
         for (let i = 0; i < 5000 && metrics().pool.inline.by.names.hits === 0; i++) {
           ${call};
           await new Promise((resolve) => setTimeout(resolve, 1));
         }
         console.log(metrics().pool.inline.by.names.hits > 0);`,
        { argv: [scratch.path] },
      );
      expect(stderr).to.equal('');
      expect(stdout.trim()).to.equal('true');
    });
  }

  it('serves relative paths from any current directory', async function () {
    needed(this);
    for (const name of ['one', 'two']) {
      mkdirSync(path.join(scratch.path, name));
      writeFileSync(path.join(scratch.path, name, 'file'), name);
    }
    const { stdout, stderr } = await runProgram(
      `import { configure, metrics, os, readBytes } from 'uvfiles';
       import { renameSync } from 'node:fs';
       ${EVENTUALLY}
       configure({ inline: { budgetMicros: 10_000_000 } });
       const at = async (name) => String(await readBytes(name));
       let hits, said;
       await eventually(async () => {
         process.chdir(process.argv[1]);
         await at('one/file');
         const before = metrics().pool.inline.hits;
         process.chdir('one');
         said = [await at('file'), await at('../two/file'), await at('./file')];
         renameSync('../one', '../moved');
         said.push(await at('file'));
         hits = metrics().pool.inline.hits - before;
         said.push(await os.exists('../one'), await os.exists('none'));
         renameSync('../moved', '../one');
         return hits === 8;
       });
       console.log(JSON.stringify([said, hits]));`,
      { argv: [scratch.path] },
    );
    expect(stderr).to.equal('');
    // One hit for each name and one for its data.
    expect(JSON.parse(stdout)).to.deep.equal([['one', 'two', 'one', 'one', false, false], 8]);
  });

  it('serves access, readlink and missing names with the same results as the pool', async function () {
    needed(this);
    const name = path.join(scratch.path, 'rights');
    const missing = path.join(scratch.path, 'missing');
    writeFileSync(name, '');
    chmodSync(name, 0o640);
    symlinkSync('rights', path.join(scratch.path, 'short-link'));
    symlinkSync('x'.repeat(200), path.join(scratch.path, 'long-link'));
    const answers = async (): Promise<unknown[]> => [
      await os.access(name),
      await os.access(name, constants.R_OK | constants.W_OK),
      await os.access(name, constants.X_OK),
      await os.access(missing),
      await os.exists(missing),
      await os.readlink(path.join(scratch.path, 'short-link')),
      await os.readlink(path.join(scratch.path, 'long-link')),
      await rejection(os.readlink(name)).then(({ code, syscall }) => [code, syscall]),
      await rejection(os.stat(missing)).then(({ message, errno, syscall, path }) => [
        message,
        errno,
        syscall,
        path,
      ]),
      await rejection(os.lstat(`${name}/below`, { bigint: true })).then(({ code }) => code),
    ];
    configure({ inline: false });
    const expected = await answers();
    resetInline(10_000_000);
    // Through the pool: the long link, the file that is not a link, and the path below a file.
    await eventually({ hits: 7, completed: 3 }, async () => {
      const before = { hits: hits(), completed: completed() };
      expect(await answers()).to.deep.equal(expected);
      return { hits: hits() - before.hits, completed: completed() - before.completed };
    });
  });

  it('reads at the end of a file, beyond it, and data that was appended meanwhile', async () => {
    const name = path.join(scratch.path, 'end');
    writeFileSync(name, pattern(5000));
    const f = await open(name, 'rb');
    expect((await f.pread(PAGE, PAGE)).equals(pattern(5000).subarray(PAGE))).to.equal(true);
    expect(await f.pread(PAGE, 5000)).to.have.lengthOf(0);
    expect(await f.pread(PAGE, 1e9)).to.have.lengthOf(0);
    appendFileSync(name, 'more');
    expect((await f.pread(10, 5000)).toString()).to.equal('more');
    await f.close();
  });

  it('reads uncached ranges through the pool, with the same bytes', async function () {
    needed(this);
    const name = path.join(scratch.path, 'cold');
    writeFileSync(name, pattern(64 * PAGE));
    try {
      execFileSync('python3', [
        '-c',
        'import os,sys\nfd=os.open(sys.argv[1],os.O_RDONLY)\nos.fsync(fd)\nos.posix_fadvise(fd,0,0,os.POSIX_FADV_DONTNEED)',
        name,
      ]);
    } catch {
      skip(this, 'python3 is needed to drop a file from the cache');
    }
    const f = await open(name, 'rb');
    const completedBefore = completed();
    for (const page of [40, 3, 57, 0]) {
      expect(
        (await f.pread(PAGE, page * PAGE)).equals(
          pattern(64 * PAGE).subarray(page * PAGE, (page + 1) * PAGE),
        ),
      ).to.equal(true);
    }
    await f.close();
    // On tmpfs, all data is cached.
    const tmpfs = execFileSync('stat', ['-f', '-c', '%T', scratch.path]).toString().trim() === 'tmpfs';
    if (!tmpfs) expect(completed()).to.be.greaterThan(completedBefore);
  });

  it('lets the event loop run while a loop reads cached data only', async function () {
    needed(this);
    const name = path.join(scratch.path, 'flat-out');
    writeFileSync(name, pattern(PAGE));
    configure({ inline: { budgetMicros: 200 } });
    const f = await open(name, 'rb');
    let turns = 0;
    let running = true;
    const turn = (): void => {
      turns++;
      if (running) setImmediate(turn);
    };
    setImmediate(turn);
    for (let i = 0; i < 20000; i++) await f.pread(512, 0);
    running = false;
    // 20,000 hits exceed many budgets. Without a budget, they would all run in one microtask queue, without any iteration
    // of the loop.
    expect(turns).to.be.greaterThan(3);
    await f.close();
  });

  it('is switched off by configure and by a lane, and limited by maxBytes', async function () {
    needed(this);
    const name = path.join(scratch.path, 'off');
    writeFileSync(name, pattern(4 * PAGE));
    const f = await open(name, 'rb');
    const pooled = createLane({ name: `pooled-${process.hrtime.bigint()}`, inline: false });
    const before = hits();
    await f.pread(PAGE, 0, { lane: pooled });
    expect(metrics().lanes[pooled.name]!.completed).to.equal(1);
    configure({ inline: false });
    await f.pread(PAGE, 0);
    expect(hits()).to.equal(before);
    configure({ inline: { maxBytes: 1000 } });
    await f.pread(PAGE, 0);
    expect(hits()).to.equal(before);
    await eventually(1, async () => {
      const earlier = hits();
      await f.pread(1000, 0);
      return hits() - earlier;
    });
    await f.close();
  });

  it('takes larger reads into a view than into new memory', async function () {
    needed(this);
    const MiB = 1 << 20;
    const name = path.join(scratch.path, 'large');
    writeFileSync(name, pattern(2 * MiB));
    const f = await open(name, 'rb', { buffering: 0 });
    const view = Buffer.alloc(2 * MiB);
    const hitsOf = async (call: () => Promise<unknown>): Promise<number> => {
      const before = hits();
      await call();
      return hits() - before;
    };
    const into = (size: number) => () => hitsOf(() => f.preadinto(view.subarray(0, size), 0));
    await eventually(1, into(MiB));
    await eventually(1, async () => {
      await f.seek(MiB);
      return await hitsOf(() => f.readinto(view.subarray(MiB)));
    });
    expect(await f.tell()).to.equal(2 * MiB);
    expect(view.equals(pattern(2 * MiB))).to.equal(true);
    await eventually(1, () => hitsOf(() => f.pread(65_536, 0)));
    expect(await into(MiB + 1)()).to.equal(0);
    expect(await hitsOf(() => f.pread(65_537, 0))).to.equal(0);
    configure({ inline: { maxViewBytes: 5000 } });
    await eventually(1, into(5000));
    expect(await into(5001)()).to.equal(0);
    configure({ inline: { maxBytes: 1000 } });
    expect(await into(1001)()).to.equal(0);
    await f.close();
  });

  it('is switched off by UVFILES_INLINE=0 in the environment', async () => {
    const { stdout, stderr } = await runProgram(
      `import { open, metrics } from 'uvfiles';
       const f = await open('package.json', 'rb');
       for (let i = 0; i < 5; i++) await f.pread(10, 0);
       await f.close();
       console.log(metrics().lanes.default.inlineHits, metrics().lanes.default.completed >= 5);`,
      { env: { UVFILES_INLINE: '0' } },
    );
    expect(stderr).to.equal('');
    expect(stdout.trim()).to.equal('0 true');
  });

  for (const fault of ['none', 'miss', 'short']) {
    it(`returns the same bytes as node:fs if inline attempts have the fault "${fault}"`, async () => {
      const name = path.join(scratch.path, 'same');
      writeFileSync(name, pattern(100_003));
      const { stdout, stderr } = await runProgram(
        `import { open, readBytes, os } from 'uvfiles';
         import fs from 'node:fs';
         import assert from 'node:assert';
         const name = ${JSON.stringify(name)};
         const all = fs.readFileSync(name);
         const f = await open(name, 'rb');
         let seed = 7;
         const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
         for (let i = 0; i < 2000; i++) {
           const position = random(110000), size = random(70000);
           const expected = all.subarray(position, position + size);
           if (i % 3 === 0) {
             assert(expected.equals(await f.pread(size, position)));
           } else if (i % 3 === 1) {
             const view = Buffer.alloc(size);
             assert.equal(await f.preadinto(view, position), expected.length);
             assert(expected.equals(view.subarray(0, expected.length)));
           } else {
             await f.seek(position);
             assert(expected.equals(await f.read(size)));
             assert.equal(await f.tell(), position + expected.length);
           }
         }
         await f.seek(0);
         assert(all.equals(await f.read()));
         assert(all.equals(await readBytes(name)));
         assert.deepEqual(await os.stat(name), fs.statSync(name));
         await f.close();
         console.log('same');`,
        { env: fault === 'none' ? {} : { UVFILES_INLINE_FAULT: fault } },
      );
      expect(stderr).to.equal('');
      expect(stdout.trim()).to.equal('same');
    });
  }

  it('keeps a result unchanged when the memory of another is transferred', async () => {
    const name = path.join(scratch.path, 'memory');
    writeFileSync(name, pattern(2 * PAGE));
    const f = await open(name, 'rb');
    const first = await f.pread(100, 0);
    const second = await f.pread(100, PAGE);
    try {
      structuredClone(first.buffer, { transfer: [first.buffer as ArrayBuffer] });
    } catch {
      // Memory that results share cannot be transferred.
    }
    expect(second.equals(pattern(2 * PAGE).subarray(PAGE, PAGE + 100))).to.equal(true);
    expect((await f.pread(100, 0)).equals(pattern(100))).to.equal(true);
    await f.close();
  });

  it('counts hits and misses by the way of asking the kernel', async function () {
    needed(this);
    const name = path.join(scratch.path, 'counted');
    writeFileSync(name, pattern(PAGE));
    type Counts = ReturnType<typeof metrics>['pool']['inline'];
    const reads = ({ by }: Counts): number => by.nowait.hits + by.memory.hits + by.mapping.hits;
    await eventually({ names: 2, reads: 1, hits: 3 }, async () => {
      const before = metrics().pool.inline;
      const f = await open(name, 'rb');
      await f.pread(100, 0);
      await os.stat(name);
      const after = metrics().pool.inline;
      await f.close();
      expect(Object.values(after.by).reduce((sum, { misses }) => sum + misses, 0)).to.equal(after.misses);
      return {
        names: after.by.names.hits - before.by.names.hits,
        reads: reads(after) - reads(before),
        hits: after.hits - before.hits,
      };
    });
  });

  it('counts hits for the lane of the call', async function () {
    needed(this);
    const f = await open(path.join(root, 'package.json'), 'rb');
    expect(lanes.bulk.inline).to.equal(false);
    const quick = createLane({ name: `quick-${process.hrtime.bigint()}` });
    await eventually(1, async () => {
      const before = metrics().lanes[quick.name]!.inlineHits;
      await f.pread(10, 0, { lane: quick });
      return metrics().lanes[quick.name]!.inlineHits - before;
    });
    await f.close();
  });
});
