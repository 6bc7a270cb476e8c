import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';
import * as uv from 'uvfiles';
import { mount, type Mount } from 'uvfiles/filesystem';
import { objectFiles } from 'uvfiles/s3';
import { memoryFiles } from 'uvfiles/testing';

import { MIB, pattern, rejection, rejects } from './support/files.js';
import { MemoryStore } from './support/memory-store.js';
import { countingStore } from './support/store-wrappers.js';
import { onEachBucket } from './support/targets.js';
import { skip } from '../support/skip.js';

const { open, os } = uv;

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('s3: mounted, through the public functions', () => {
  it('rejects ifMatch, and changes nothing, if files are not objects', async () => {
    const disk = mkdtempSync(path.join(tmpdir(), 'uvfiles-s3-'));
    try {
      using memory = memoryFiles({ a: 'old' }, { at: '/no-objects' });
      for (const place of [path.join(disk, 'a'), `${memory.at}/a`]) {
        await uv.writeFile(place, 'old');
        const o = { ifMatch: '"0"' };
        await rejects(uv.writeAtomic(place, 'new', o), 'ERR_UNSUPPORTED_OPERATION');
        await rejects(uv.openAtomic(place, 'w', o), 'ERR_UNSUPPORTED_OPERATION');
        expect(await uv.readText(place)).to.equal('old');
      }
      expect(await os.listdir(disk)).to.deep.equal(['a']);
    } finally {
      rmSync(disk, { recursive: true, force: true });
    }
  });

  it('gives readMany the bytes of the right object when an earlier one arrives later', async () => {
    const memory = new MemoryStore();
    for (const key of ['a', 'b', 'c']) memory.set(key, key);
    const get = memory.get.bind(memory);
    memory.get = async (key, o) => {
      if (key === 'a') await new Promise((resolve) => setTimeout(resolve, 5));
      return get(key, o);
    };
    using mounted = mount('s3://arrivals', objectFiles(memory));
    const paths = ['a', 'b', 'c'].map((key) => `${mounted.prefix}/${key}`);
    const found = await all(uv.readMany(paths));
    expect(found.map(({ path: of, data }) => [of, String(data)])).to.deep.equal(
      paths.map((of) => [of, of.slice(-1)]),
    );
  });

  it('names the call in the error for a directory', async () => {
    const memory = new MemoryStore();
    memory.set('d/a', 'a');
    using mounted = mount('s3://directories', objectFiles(memory));
    const d = `${mounted.prefix}/d`;
    expect(await rejects(os.unlink(d), 'EISDIR')).to.include({ syscall: 'unlink', path: d });
    expect(await rejects(open(d), 'EISDIR')).to.include({ syscall: 'open', path: d });
  });

  it('joins the ranges of readMany', async () => {
    const memory = new MemoryStore();
    memory.set('a', pattern(4 * MIB));
    const counting = countingStore(memory);
    using mounted = mount('s3://joined', objectFiles(counting.store));
    await using file = await open(`${mounted.prefix}/a`, 'rb');
    counting.counts();
    const ranges = await file.readMany([
      { position: 100, size: 4 },
      { position: MIB, size: 4 },
    ]);
    expect(
      Buffer.concat(ranges).equals(
        Buffer.concat([pattern(104).subarray(100), pattern(4 * MIB).subarray(MIB, MIB + 4)]),
      ),
    ).to.equal(true);
    expect(counting.counts()).to.deep.equal({ get: 1 });
  });

  it('requests only keys below the names of a pattern, also for a URL', async () => {
    const memory = new MemoryStore();
    for (const key of ['t/s/a.txt', 't/s/d/b.txt', 't/c.txt', 'other/d.txt']) memory.set(key, key);
    const counting = countingStore(memory);
    using mounted = mount('s3://globbed', objectFiles(counting.store));
    for (const [pattern, found] of [
      ['t/s/**/*.txt', ['t/s/a.txt', 't/s/d/b.txt']],
      ['t/s/*.txt', ['t/s/a.txt']],
    ] as const) {
      counting.counts();
      expect(await all(os.glob(pattern, { cwd: mounted.prefix }))).to.have.members(found);
      const urls = found.map((name) => `${mounted.prefix}/${name}`);
      expect(await all(os.glob(`${mounted.prefix}/${pattern}`))).to.have.members(urls);
      expect(counting.calls.map(({ name, args: [{ prefix }] }) => [name, prefix])).to.deep.equal([
        ['list', 't/s/'],
        ['list', 't/s/'],
      ]);
    }
  });

  onEachBucket((target) => {
    let mounted: Mount;
    let disk: string;

    beforeEach(() => {
      mounted = mount('s3://bucket', target().place({ partSize: 5 * MIB }).files);
      disk = mkdtempSync(path.join(tmpdir(), 'uvfiles-s3-'));
    });

    afterEach(() => {
      mounted.unmount();
      rmSync(disk, { recursive: true, force: true });
    });

    it('reads and writes text by lines', async () => {
      await using file = await open('s3://bucket/2026/11.csv', 'w', { encoding: 'utf-8' });
      await file.write('name,value\n');
      await file.writelines(['ä,1\n', '日本,2\n']);
      await file.close();
      const lines: string[] = [];
      await using reader = await open('s3://bucket/2026/11.csv');
      for await (const line of reader) lines.push(line);
      expect(lines).to.deep.equal(['name,value\n', 'ä,1\n', '日本,2\n']);
      expect(await uv.readText('s3://bucket/2026/11.csv')).to.equal(lines.join(''));
      await using again = await open('s3://bucket/2026/11.csv');
      expect(await again.readline()).to.equal('name,value\n');
      const at = await again.tell();
      expect(await again.readline()).to.equal('ä,1\n');
      await again.seek(at);
      expect(await again.readline()).to.equal('ä,1\n');
    });

    it('streams a large object, and reads ranges of it', async function () {
      this.timeout(240_000);
      const data = pattern(13 * MIB + 1);
      const file = await open('s3://bucket/big', 'wb');
      for (let at = 0; at < data.length; at += 100_000) await file.write(data.subarray(at, at + 100_000));
      await file.close();
      expect(data.equals(await uv.readBytes('s3://bucket/big'))).to.equal(true);
      await using reader = await open('s3://bucket/big', 'rb');
      expect(data.subarray(7 * MIB, 7 * MIB + 10).equals(await reader.pread(10, 7 * MIB))).to.equal(true);
      const ranges = await reader.readMany([
        { position: 9 * MIB, size: 5 },
        { position: 0, size: 5 },
      ]);
      expect(
        Buffer.concat(ranges).equals(
          Buffer.concat([data.subarray(9 * MIB, 9 * MIB + 5), data.subarray(0, 5)]),
        ),
      ).to.equal(true);
      expect(data.equals(await reader.readall())).to.equal(true);
    });

    it('publishes a file only when it is closed without an error', async function () {
      this.timeout(240_000);
      const atomic = await uv.openAtomic('s3://bucket/a', 'wb');
      await atomic.write(pattern(6 * MIB));
      await atomic.abort();
      expect(await uv.path.exists('s3://bucket/a')).to.equal(false);
      const source = new ReadableStream({
        pull(controller) {
          controller.enqueue(pattern(MIB));
          if (Math.random() < 0.3) controller.error(new Error('the source broke'));
        },
      });
      const file = await open('s3://bucket/a', 'wb');
      await rejection(source.pipeTo(file.writableStream()));
      expect(await uv.path.exists('s3://bucket/a')).to.equal(false);
      const kept = await uv.openAtomic('s3://bucket/a', 'wb');
      await kept.write(Buffer.from('kept'));
      await kept.commit();
      expect(await uv.readText('s3://bucket/a')).to.equal('kept');
    });

    it('names the path of its caller in errors', async () => {
      const error = await rejects(open('s3://bucket/none'), 'ENOENT');
      expect(error.path).to.equal('s3://bucket/none');
      expect(error.message).to.include("open 's3://bucket/none'");
      expect(error.syscall).to.equal('open');
      expect(error.cause).to.be.an('error');
      for (const mode of ['a', 'r+', 'w+', 'x+'])
        expect(await rejection(open('s3://bucket/none', mode))).to.be.instanceOf(
          uv.UnsupportedOperationError,
        );
    });

    it('makes writes conditional on the ETag of stat', async function () {
      if (target().honours.put === 'refused') skip(this, 'this bucket refuses conditional writes');
      await uv.writeFile('s3://bucket/a', 'one');
      const { etag } = (await os.stat('s3://bucket/a')) as unknown as { etag: string };
      expect(etag).to.be.a('string');
      await uv.writeAtomic('s3://bucket/a', 'two', { ifMatch: etag });
      await rejects(uv.writeAtomic('s3://bucket/a', 'three', { ifMatch: etag }), 'ESTALE');
      await rejects(open('s3://bucket/a', 'x'), 'EEXIST');
      expect(await uv.readText('s3://bucket/a')).to.equal('two');
    });

    it('creates with openAtomic and x only if there is no object, also at the time of the commit', async () => {
      if (target().honours.put === 'refused') {
        const error = await rejection(uv.openAtomic('s3://bucket/x', 'xb'));
        expect(error).to.be.instanceOf(uv.UnsupportedOperationError);
        return;
      }
      const created = await uv.openAtomic('s3://bucket/x', 'xb');
      await created.write(Buffer.from('first'));
      const late = await uv.openAtomic('s3://bucket/x', 'xb');
      await late.write(Buffer.from('late'));
      await created.commit();
      await rejects(late.commit(), 'EEXIST');
      await rejects(uv.openAtomic('s3://bucket/x', 'xb'), 'EEXIST');
      expect(await uv.readText('s3://bucket/x')).to.equal('first');
    });

    it('lists, walks and globs', async () => {
      for (const name of ['a.txt', 'd/b.txt', 'd/e/c.txt', 'd/e/x.csv'])
        await uv.writeFile(`s3://bucket/t/${name}`, name);
      expect((await os.listdir('s3://bucket/t')).sort()).to.deep.equal(['a.txt', 'd']);
      const entries = await all(os.scandir('s3://bucket/t'));
      expect(entries.map((entry) => [entry.name, entry.isDirectory()]).sort()).to.deep.equal([
        ['a.txt', false],
        ['d', true],
      ]);
      const walked = await all(os.walk('s3://bucket/t'));
      expect(walked.map(([dir, dirs, files]) => [dir, [...dirs].sort(), [...files].sort()])).to.deep.equal([
        ['s3://bucket/t', ['d'], ['a.txt']],
        ['s3://bucket/t/d', ['e'], ['b.txt']],
        ['s3://bucket/t/d/e', [], ['c.txt', 'x.csv']],
      ]);
      expect((await all(os.glob('**/*.txt', { cwd: 's3://bucket/t' }))).sort()).to.deep.equal([
        'a.txt',
        'd/b.txt',
        'd/e/c.txt',
      ]);
      await os.rmtree('s3://bucket/t');
      await rejects(os.listdir('s3://bucket/t'), 'ENOENT');
    });

    it('copies trees from and to the disk, and within the bucket', async () => {
      mkdirSync(path.join(disk, 'from/d'), { recursive: true });
      writeFileSync(path.join(disk, 'from/a'), 'A');
      writeFileSync(path.join(disk, 'from/d/b'), 'B');
      await os.copytree(path.join(disk, 'from'), 's3://bucket/one');
      await os.copytree('s3://bucket/one', 's3://bucket/two');
      await os.copytree('s3://bucket/two', path.join(disk, 'to'));
      expect(readFileSync(path.join(disk, 'to/a'), 'utf8')).to.equal('A');
      expect(readFileSync(path.join(disk, 'to/d/b'), 'utf8')).to.equal('B');
      await os.copy('s3://bucket/two/a', 's3://bucket/two/c');
      await os.move('s3://bucket/two/c', 's3://bucket/two/e');
      await os.rename('s3://bucket/two/e', 's3://bucket/two/f');
      expect((await os.listdir('s3://bucket/two')).sort()).to.deep.equal(['a', 'd', 'f']);
      await os.move('s3://bucket/two/f', path.join(disk, 'f'));
      expect(readFileSync(path.join(disk, 'f'), 'utf8')).to.equal('A');
      await os.unlink('s3://bucket/two/a');
      await os.mkdir('s3://bucket/new');
      await os.makedirs('s3://bucket/new/er', { existOk: true });
    });

    it('gives copies on the disk the modes of new files, and files their time', async () => {
      await uv.writeFile('s3://bucket/modes/d/a', 'A');
      writeFileSync(path.join(disk, 'new'), '');
      mkdirSync(path.join(disk, 'new-directory'));
      await os.copytree('s3://bucket/modes', path.join(disk, 'tree'));
      await os.copy('s3://bucket/modes/d/a', path.join(disk, 'a'), { preserve: true });
      await os.copy('s3://bucket/modes/d/a', path.join(disk, 'b'));
      await os.move('s3://bucket/modes/d/a', path.join(disk, 'c'));
      const { mode } = statSync(path.join(disk, 'new'));
      for (const name of ['tree/d/a', 'a', 'b', 'c'])
        expect(statSync(path.join(disk, name)).mode, name).to.equal(mode);
      // A HEAD gives seconds, where a listing may give milliseconds.
      const [listed, asked] = ['tree/d/a', 'a'].map((name) => statSync(path.join(disk, name)).mtimeMs);
      expect(Math.abs(listed! - asked!)).to.be.below(1001);
      const directory = statSync(path.join(disk, 'tree/d'));
      expect(directory.mode).to.equal(statSync(path.join(disk, 'new-directory')).mode);
      expect(directory.mtimeMs).to.be.greaterThan(0);
    });

    it('keeps odd keys as they are', async () => {
      for (const key of ['a b', '100%', 'a+b', 'ä', 'x//y', './z', 'p/../q', 'trailing/']) {
        const at = `s3://bucket/odd/${key}`;
        await uv.writeFile(at, key);
        expect(await uv.readText(at)).to.equal(key);
        expect((await os.stat(at)).size).to.equal(Buffer.byteLength(key));
      }
      expect(await os.listdir('s3://bucket/odd/x')).to.deep.equal(['/y']);
    });

    it('ends a call by its signal and its timeout', async () => {
      await uv.writeFile('s3://bucket/a', 'one');
      await rejects(uv.readBytes('s3://bucket/a', { signal: AbortSignal.abort() }), 'ABORT_ERR');
      await rejects(uv.readBytes('s3://bucket/a', { timeout: 0 }), 'ERR_TIMEOUT');
    });
  });
});
