import { expect } from 'chai';
import { objectFiles } from 'uvfiles/s3';

import { MIB, names, pattern, READ, rejects, STAT, WRITE } from './support/files.js';
import { AWS, MemoryStore } from './support/memory-store.js';
import { countingStore } from './support/store-wrappers.js';
import { type Files, onEachBucket } from './support/targets.js';

const COPY = { exclusive: false, preserve: true, followSymlinks: true };
const COPY_TREE = { symlinks: true, existOk: false, preserve: true };
const KEEP_GOING = { ignoreErrors: false };

/** Keys that have broken S3 tools. */
const ODD = [
  'space in name',
  ' leading and trailing ',
  '100%',
  '%2F',
  'a+b',
  'ünïcödé',
  '日本語',
  '\u{1f600}',
  'a//b',
  '/slash first',
  'a/./b',
  'a/../b',
  '.hidden',
  'quote\'"<&>',
  'line\nbreak\rand\ttab',
  'back\\slash',
  'q?x=1#y',
  '~tilde!*()',
  'trailing/',
];

async function put(files: Files, ...paths: string[]): Promise<void> {
  await Promise.all(paths.map(async (path) => files.writeFile!(path, Buffer.from(path), WRITE, 0o666, {})));
}

async function text(files: Files, path: string): Promise<string> {
  return Buffer.from(await files.readFile!(path, {})).toString();
}

describe('s3: trees', () => {
  onEachBucket((target) => {
    it('lists files and directories of one level, with sizes and ETags', async () => {
      const { files } = target().place();
      await put(files, '/a', '/d/b', '/d/c', '/d/e/f', '/dd');
      const entries: any[] = [];
      for await (const batch of files.list('/', {})) entries.push(...batch);
      expect(entries.map(({ name, type }) => `${name} ${type}`).sort()).to.deep.equal([
        'a file',
        'd directory',
        'dd file',
      ]);
      const { stats } = entries.find(({ name }) => name === 'a');
      const asked = (await files.stat('/a', STAT, {})) as any;
      expect(stats.size).to.equal(2);
      expect(stats.etag).to.equal(asked.etag);
      expect(Math.abs(stats.mtimeMs - asked.mtimeMs)).to.be.below(1001);
      expect(await names(files.list('/d', {}))).to.have.members(['b', 'c', 'e']);
      expect(await names(files.walkFiles!('/', {}))).to.have.members(['a', 'd/b', 'd/c', 'd/e/f', 'dd']);
      expect(await names(files.walkFiles!('/d', {}))).to.have.members(['b', 'c', 'e/f']);
    });

    it('distinguishes directories, files and missing keys', async () => {
      const { files } = target().place();
      await put(files, '/d/b', '/f');
      expect((await files.stat('/d', STAT, {})).isDirectory()).to.equal(true);
      expect((await files.stat('/d/', STAT, {})).isDirectory()).to.equal(true);
      expect((await files.stat('/f', STAT, {})).isDirectory()).to.equal(false);
      expect((await files.stat('/', STAT, {})).isDirectory()).to.equal(true);
      await rejects(names(files.list('/none', {})), 'ENOENT');
      await rejects(names(files.list('/f', {})), 'ENOTDIR');
      await rejects(names(files.walkFiles!('/none', {})), 'ENOENT');
      expect(
        await names(objectFiles(target().store, { prefix: 'nothing here' }).list('/', {})),
      ).to.deep.equal([]);
    });

    it('creates nothing with mkdir, and removes only empty directories with rmdir', async () => {
      const { files, prefix } = target().place();
      await files.mkdir('/d', 0o777, {});
      await rejects(files.stat('/d', STAT, {}), 'ENOENT');
      await files.rmdir('/d', {});
      await put(files, '/d/a', '/f');
      await rejects(files.rmdir('/d', {}), 'ENOTEMPTY');
      await rejects(files.rmdir('/f', {}), 'ENOTDIR');
      // A marker, as consoles make them.
      await target().store.put(`${prefix}m/`, new Uint8Array(0), {});
      expect((await files.stat('/m', STAT, {})).isDirectory()).to.equal(true);
      expect(await names(files.list('/m', {}))).to.deep.equal([]);
      await files.rmdir('/m', {});
      await rejects(files.stat('/m', STAT, {}), 'ENOENT');
    });

    it('works with more than 1,000 keys', async function () {
      this.timeout(240_000);
      const { files } = target().place();
      const paths = Array.from({ length: 1203 }, (_, i) => `/many/${String(i).padStart(5, '0')}`);
      for (let i = 0; i < paths.length; i += 50) await put(files, ...paths.slice(i, i + 50));
      await put(files, '/other');
      expect(await names(files.list('/many', {}))).to.deep.equal(paths.map((path) => path.slice(6)));
      expect((await names(files.walkFiles!('/', {}))).length).to.equal(1204);
      await files.removeTree!('/many', KEEP_GOING, {});
      expect(await names(files.walkFiles!('/', {}))).to.deep.equal(['other']);
      await rejects(files.removeTree!('/many', KEEP_GOING, {}), 'ENOENT');
      await files.removeTree!('/many', { ignoreErrors: true }, {});
      await rejects(files.removeTree!('/other', KEEP_GOING, {}), 'ENOTDIR');
    });

    it('accepts unusual keys unchanged', async function () {
      this.timeout(240_000);
      const { files } = target().place();
      for (const key of ODD) {
        const path = `/odd/${key}`;
        await files.writeFile!(path, Buffer.from(key), WRITE, 0o666, {});
        expect(await text(files, path), key).to.equal(key);
        expect((await files.stat(path, STAT, {})).size, key).to.equal(Buffer.byteLength(key));
        await files.copyFile!(path, `${path}-copy`, COPY, {});
        expect(await text(files, `${path}-copy`), key).to.equal(key);
        await files.unlink(`${path}-copy`, {});
      }
      expect(await names(files.walkFiles!('/odd', {}))).to.have.members(ODD);
      await files.copyTree!('/odd', '/even', COPY_TREE, {});
      expect(await names(files.walkFiles!('/even', {}))).to.have.members(ODD);
      await files.removeTree!('/odd', KEEP_GOING, {});
      expect(await names(files.walkFiles!('/', {}))).to.have.members(ODD.map((key) => `even/${key}`));
      for (const key of ODD) await files.unlink(`/even/${key}`, {});
      expect(await names(files.walkFiles!('/', {}))).to.deep.equal([]);
    });

    it('lists names that are empty, . or .. so that a walk by listings meets every key once and ends', async () => {
      const { files } = target().place();
      const keys = ['a//b', 'a/./b', 'a/../b', 'a/..//c/d', 'a/c/d', 'a///x/y'];
      await put(files, ...keys.map((key) => `/${key}`));
      const found: string[] = [];
      const walk = async (directory: string): Promise<void> => {
        for await (const batch of files.list(directory, {}))
          for (const { name, type } of batch)
            if (type === 'directory') await walk(`${directory}/${String(name)}`);
            else found.push(`${directory}/${String(name)}`);
      };
      await walk('/a');
      expect(found.sort()).to.deep.equal(keys.map((key) => `/${key}`).sort());
    });

    it('copies and moves within the server', async () => {
      const { files } = target().place();
      await put(files, '/a', '/b');
      await files.copyFile!('/a', '/c', COPY, {});
      expect(await text(files, '/c')).to.equal('/a');
      await files.rename('/a', '/b', {});
      expect(await text(files, '/b')).to.equal('/a');
      await rejects(files.stat('/a', STAT, {}), 'ENOENT');
      await files.rename('/b', '/b', {});
      expect(await text(files, '/b')).to.equal('/a');
      await rejects(files.rename('/none', '/x', {}), 'ENOENT');
      await rejects(files.copyFile!('/none', '/x', COPY, {}), 'ENOENT');
      await rejects(files.unlink('/none', {}), 'ENOENT');
    });

    it('refuses to rename a file onto a directory, and a directory onto a file or a directory with keys', async () => {
      const { files, prefix } = target().place();
      await put(files, '/a', '/d/b', '/e/c');
      await rejects(files.rename('/a', '/d', {}), 'EISDIR');
      await rejects(files.rename('/d', '/a', {}), 'ENOTDIR');
      await rejects(files.rename('/d', '/e', {}), 'ENOTEMPTY');
      expect(await names(files.walkFiles!('/', {}))).to.have.members(['a', 'd/b', 'e/c']);
      // An empty directory is replaced, as on the disk.
      await target().store.put(`${prefix}m/`, new Uint8Array(0), {});
      await rejects(files.rename('/a', '/m', {}), 'EISDIR');
      await files.rename('/d', '/m', {});
      expect(await names(files.walkFiles!('/', {}))).to.have.members(['a', 'm/b', 'e/c']);
    });

    it('treats the empty object of a directory as the directory, also by its own key', async () => {
      const { files, prefix } = target().place();
      await target().store.put(`${prefix}m/`, new Uint8Array(0), {});
      await put(files, '/m/a');
      await rejects(files.open('/m/', READ, 0, {}), 'EISDIR');
      await rejects(files.readFile!('/m/', {}), 'EISDIR');
      await rejects(files.unlink('/m/', {}), 'EISDIR');
      await rejects(files.copyFile!('/m/', '/x', COPY, {}), 'EISDIR');
      await files.rename('/m/', '/n/', {});
      expect(await names(files.walkFiles!('/', {}))).to.deep.equal(['n/a']);
      expect((await target().store.list({ prefix })).objects.map(({ key }) => key)).to.deep.equal([
        `${prefix}n/`,
        `${prefix}n/a`,
      ]);
    });

    it('copies exclusively if there is no object, or rejects if the bucket ignores conditions', async () => {
      const { files } = target().place();
      await put(files, '/a', '/b');
      await rejects(files.copyFile!('/a', '/b', { ...COPY, exclusive: true }, {}), 'EEXIST');
      expect(await text(files, '/b')).to.equal('/b');
      const copying = files.copyFile!('/a', '/c', { ...COPY, exclusive: true }, {});
      if (target().honours.put === 'refused') await rejects(copying, 'ERR_UNSUPPORTED_OPERATION');
      else {
        await copying;
        expect(await text(files, '/c')).to.equal('/a');
      }
    });

    it('copies, moves and removes trees', async function () {
      this.timeout(240_000);
      const { files } = target().place();
      await put(files, '/t/a', '/t/d/b', '/t/d/e/c', '/other');
      await files.copyTree!('/t', '/u', COPY_TREE, {});
      expect(await names(files.walkFiles!('/u', {}))).to.have.members(['a', 'd/b', 'd/e/c']);
      expect(await text(files, '/u/d/e/c')).to.equal('/t/d/e/c');
      await rejects(files.copyTree!('/t', '/u', COPY_TREE, {}), 'EEXIST');
      await files.copyTree!('/t', '/u', { ...COPY_TREE, existOk: true }, {});
      await rejects(files.copyTree!('/t', '/t/d', { ...COPY_TREE, existOk: true }, {}), 'EINVAL');
      await rejects(files.copyTree!('/none', '/v', COPY_TREE, {}), 'ENOENT');
      await files.rename('/u', '/v', {});
      expect(await names(files.walkFiles!('/', {}))).to.have.members(
        ['other', 'a', 'd/b', 'd/e/c']
          .map((name, i) => (i === 0 ? name : `t/${name}`))
          .concat(['v/a', 'v/d/b', 'v/d/e/c']),
      );
      await rejects(files.rename('/v', '/t', {}), 'ENOTEMPTY');
      await rejects(files.rename('/v', '/v/w', {}), 'EINVAL');
      await files.removeTree!('/', KEEP_GOING, {});
      expect(await names(files.list('/', {}))).to.deep.equal([]);
    });

    it('copies objects larger than copyLimit in parts', async function () {
      this.timeout(240_000);
      const { files, prefix } = target().place({ copyLimit: 5 * MIB });
      const data = pattern(13 * MIB + 5);
      await files.writeFile!('/a', data, WRITE, 0o666, {});
      await files.copyFile!('/a', '/b', COPY, {});
      expect(data.equals(await files.readFile!('/b', {}))).to.equal(true);
      await files.rename('/b', '/c', {});
      expect(data.equals(await files.readFile!('/c', {}))).to.equal(true);
      expect(await target().uploads(prefix)).to.deep.equal([]);
    });
  });

  it('rejects keys that are too long or not valid Unicode before any request', async () => {
    const counting = countingStore(new MemoryStore(AWS));
    const files = objectFiles(counting.store);
    await rejects(files.open(`/${'ä'.repeat(513)}`, READ, 0, {}), 'ENAMETOOLONG');
    await rejects(files.writeFile!('/\ud800', Buffer.from(''), WRITE, 0o666, {}), 'EILSEQ');
    expect(counting.counts()).to.deep.equal({});
  });

  it('keeps the content type and metadata of objects that it copies in parts', async () => {
    const memory = new MemoryStore(AWS);
    memory.set('a', pattern(6 * MIB), { contentType: 'text/csv', metadata: { owner: 'me' } });
    const files = objectFiles(memory, { copyLimit: 5 * MIB });
    await files.copyFile!('/a', '/b', COPY, {});
    const { contentType, metadata } = memory.objects.get('b')!;
    expect(contentType).to.equal('text/csv');
    expect(metadata).to.include({ owner: 'me' });
  });

  it('keeps the content type and metadata of objects that it copies exclusively', async () => {
    for (const size of [10, 6 * MIB]) {
      const memory = new MemoryStore(AWS);
      memory.set('a', pattern(size), { contentType: 'text/csv', metadata: { owner: 'me' } });
      const files = objectFiles(memory, { partSize: 5 * MIB });
      await files.copyFile!('/a', '/b', { ...COPY, exclusive: true }, {});
      const { contentType, metadata } = memory.objects.get('b')!;
      expect(contentType).to.equal('text/csv');
      expect(metadata).to.include({ owner: 'me' });
    }
  });

  it('rejects a copy of an object whose size the server does not say', async () => {
    for (const exclusive of [false, true]) {
      const memory = new MemoryStore(AWS);
      memory.set('a', 'bytes');
      const head = memory.head.bind(memory);
      memory.head = async (...args) => ({ ...(await head(...args)), size: NaN });
      const files = objectFiles(memory);
      await rejects(files.copyFile!('/a', '/b', { ...COPY, exclusive }, {}), 'EIO');
      expect([...memory.objects.keys()]).to.not.include('b');
    }
  });

  it('rejects a copy in parts if its source is replaced', async () => {
    const memory = new MemoryStore(AWS);
    memory.set('a', pattern(11 * MIB));
    let parts = 0;
    const original = memory.uploadPart.bind(memory);
    memory.uploadPart = async (...args) => {
      if (++parts === 2) memory.set('a', pattern(11 * MIB, 7));
      return original(...args);
    };
    const files = objectFiles(memory, { copyLimit: 5 * MIB });
    await rejects(files.copyFile!('/a', '/b', COPY, {}), 'ESTALE');
    expect([...memory.objects.keys()]).to.deep.equal(['a']);
    expect(memory.uploads.size).to.equal(0);
  });
});
