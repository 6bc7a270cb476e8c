import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';
import { os, readText, updateAtomic } from 'uvfiles';
import { mount } from 'uvfiles/filesystem';
import { objectFiles } from 'uvfiles/s3';

import { CREATE, MIB, names, pattern, READ, rejection, STAT, WRITE, writeAll } from './support/files.js';
import { AWS, MemoryStore } from './support/memory-store.js';
import { countingStore } from './support/store-wrappers.js';
import type { Files } from './support/targets.js';

/** The names of a store's operations in the documentation. */
const WORDS: Readonly<Record<string, string>> = {
  HEAD: 'head',
  GET: 'get',
  PUT: 'put',
  CREATE: 'createUpload',
  PART: 'uploadPart',
  COMPLETE: 'completeUpload',
  ABORT: 'abortUpload',
  LIST: 'list',
  COPY: 'copy',
  DELETE: 'delete',
};

const COPY = { exclusive: false, preserve: true, followSymlinks: true };
const REPLACE = { durable: true, permissions: undefined };

async function readSequentially(files: Files, path: string, size: number): Promise<void> {
  const file = await files.open(path, READ, 0, {});
  for (let at = 0; at < size; at += 64 << 10) await file.pread(64 << 10, at, {});
  await file.close();
}

/** Mounts the files, and makes a directory on the disk with three files in it. */
async function withDisk(
  files: Files,
  work: (bucket: string, disk: string) => Promise<unknown>,
): Promise<void> {
  const disk = mkdtempSync(path.join(tmpdir(), 'uvfiles-s3-'));
  mkdirSync(path.join(disk, 'three/c'), { recursive: true });
  for (const name of ['a', 'b', 'c/d']) writeFileSync(path.join(disk, 'three', name), name);
  using mounted = mount('s3://requests', files);
  try {
    await work(mounted.prefix, disk);
  } finally {
    rmSync(disk, { recursive: true });
  }
}

/** Each row of the table, by its first column. `prepare` runs before the counting begins. */
const CALLS: Readonly<
  Record<string, { prepare?: (files: Files) => Promise<unknown>; run: (files: Files) => Promise<unknown> }>
> = {
  'open for reading, read 1 MiB sequentially': { run: (files) => readSequentially(files, '/1m', MIB) },
  'open for reading, read 8 MiB sequentially': { run: (files) => readSequentially(files, '/8m', 8 * MIB) },
  'open for reading, one read elsewhere': {
    run: async (files) => (await files.open('/8m', READ, 0, {})).pread(1000, 5 * MIB, {}),
  },
  'open for reading, read ranges within 1 MiB of each other': {
    run: async (files) =>
      (await files.open('/8m', READ, 0, {})).preadMany!(
        [0, 1, 2, 3].map((i) => ({ position: i * MIB, size: 4096 })),
        {},
      ),
  },
  'read a whole file': { run: (files) => files.readFile!('/8m', {}) },
  'read a whole text': {
    run: (files) => withDisk(files, (bucket) => readText(`${bucket}/8m`, { encoding: 'latin-1' })),
  },
  'read a file that does not exist': { run: (files) => rejection(files.readFile!('/none', {})) },
  'stat of a file': { run: (files) => files.stat('/1m', STAT, {}) },
  'stat of a directory': { run: (files) => files.stat('/d', STAT, {}) },
  'write up to 8 MiB': { run: (files) => writeAll(files, '/w', pattern(8 * MIB)) },
  'write 20 MiB': { run: (files) => writeAll(files, '/w', pattern(20 * MIB)) },
  'abort after 20 MiB': {
    run: async (files) => {
      const file = await files.open('/w', WRITE, 0o666, {});
      await file.pwrite!(pattern(20 * MIB), 0, {});
      await file.abort!();
    },
  },
  'create with x, whole': {
    prepare: (files) => files.writeFile!('/x', pattern(10), CREATE, 0o666, {}),
    run: (files) => files.writeFile!('/y', pattern(10), CREATE, 0o666, {}),
  },
  'create with x, through open': {
    prepare: (files) => files.writeFile!('/x', pattern(10), CREATE, 0o666, {}),
    run: (files) => writeAll(files, '/y', pattern(10), { flags: CREATE }),
  },
  'the probe before the first x': {
    // Opening checks whether the file exists, and makes the probe.
    run: async (files) => {
      const file = await files.openReplacement!('/y', { ...REPLACE }, {});
      await file.abort!();
      await rejection(files.writeFile!('/1m', pattern(0), CREATE, 0o666, {}));
    },
  },
  'replace with ifMatch': {
    prepare: (files) => rejection(files.replaceFile!('/1m', pattern(1), { ...REPLACE, ifMatch: 'x' }, {})),
    run: (files) => rejection(files.replaceFile!('/1m', pattern(1), { ...REPLACE, ifMatch: 'x' }, {})),
  },
  'the probe before the first ifMatch': {
    run: async (files) => (await files.openReplacement!('/1m', { ...REPLACE, ifMatch: 'x' }, {})).abort!(),
  },
  'list a directory of 1,500': { run: (files) => names(files.list('/many', {})) },
  'list a directory that does not exist': { run: (files) => rejection(names(files.list('/none', {}))) },
  'walk a tree of 1,500 files': { run: (files) => names(files.walkFiles!('/many', {})) },
  unlink: { run: (files) => files.unlink('/1m', {}) },
  'remove a tree of 1,500 files': { run: (files) => files.removeTree!('/many', { ignoreErrors: false }, {}) },
  'copy a file': { run: (files) => files.copyFile!('/1m', '/c', COPY, {}) },
  'the first rename of a file': { run: (files) => files.rename('/1m', '/c', {}) },
  'rename a file': {
    prepare: (files) => files.rename('/8m', '/9m', {}),
    run: (files) => files.rename('/1m', '/c', {}),
  },
  'rename a directory of 3 files': {
    prepare: (files) => files.rename('/8m', '/9m', {}),
    run: (files) => files.rename('/d', '/e', {}),
  },
  'copy a tree of 3 files': {
    run: (files) => files.copyTree!('/d', '/e', { symlinks: true, existOk: false, preserve: true }, {}),
  },
  'copy a tree of 3 files to the disk': {
    run: (files) => withDisk(files, (bucket, disk) => os.copytree(`${bucket}/d`, `${disk}/d`)),
  },
  'copy a tree of 3 files from the disk': {
    run: (files) => withDisk(files, (bucket, disk) => os.copytree(`${disk}/three`, `${bucket}/e`)),
  },
  'copy one file from the disk': {
    run: (files) => withDisk(files, (bucket, disk) => os.copy(`${disk}/three/a`, `${bucket}/e`)),
  },
  'copy one file to the disk': {
    run: (files) => withDisk(files, (bucket, disk) => os.copy(`${bucket}/d/a`, `${disk}/e`)),
  },
  updateAtomic: {
    prepare: (files) => rejection(files.replaceFile!('/1m', pattern(1), { ...REPLACE, ifMatch: 'x' }, {})),
    run: (files) => withDisk(files, (bucket) => updateAtomic(`${bucket}/d/a`, () => 'new')),
  },
  mkdir: { run: (files) => files.mkdir('/new', 0o777, {}) },
  'rmdir of an empty directory': { run: (files) => files.rmdir('/new', {}) },
};

/** The rows of the table in docs/s3.md: [call, requests]. */
function documented(): [string, string][] {
  const page = readFileSync(new URL('../../docs/s3.md', import.meta.url), 'utf8');
  const table = /<!-- requests: begin -->([^]*)<!-- requests: end -->/.exec(page)![1]!;
  return [...table.matchAll(/^\| (.+?) +\| (.+?) +\|$/gm)]
    .map(([, call, requests]) => [call!, requests!] as [string, string])
    .filter(([call]) => call !== 'call' && !call.startsWith('--'));
}

describe('s3: the number of requests', () => {
  let memory: MemoryStore;

  before(() => {
    memory = new MemoryStore(AWS);
    memory.set('1m', pattern(MIB));
    memory.set('8m', pattern(8 * MIB));
    for (const name of ['a', 'b', 'c/d']) memory.set(`d/${name}`, name);
    for (let i = 0; i < 1500; i++) memory.set(`many/${i}`, '');
  });

  it('is documented for every call that is tried here', () => {
    expect(documented().map(([call]) => call)).to.have.members(Object.keys(CALLS));
  });

  for (const [call, requests] of documented())
    it(`of "${call}" is ${requests}`, async () => {
      const counting = countingStore(
        Object.assign(new MemoryStore(AWS), { objects: new Map(memory.objects) }),
      );
      const files = objectFiles(counting.store);
      const { prepare, run } = CALLS[call]!;
      await prepare?.(files);
      counting.counts();
      await run(files);
      const counts = counting.counts();
      // The write itself is not the probe's.
      if (call === 'the probe before the first x') counts.put! -= 1;
      const expected = [...requests.matchAll(/(\d+) ([A-Z]+)/g)].map(([, n, word]) => [
        WORDS[word!],
        Number(n),
      ]);
      expect(counts).to.deep.equal(Object.fromEntries(expected));
    });
});
