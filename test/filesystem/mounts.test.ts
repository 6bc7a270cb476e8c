// All functions of the library on a file system that the tests provide.
import { AsyncResource } from 'node:async_hooks';
import { constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

import { expect } from 'chai';
import {
  appendFile,
  lines,
  open,
  openAtomic,
  os,
  path,
  readBytes,
  readMany,
  readText,
  statMany,
  tempfile,
  writeAtomic,
  writeFile,
} from 'uvfiles';
import { type FileSystem, mount, wrap } from 'uvfiles/filesystem';
import { faults, memoryFiles, noFiles } from 'uvfiles/testing';

import { rejection } from '../support/files.js';
import { scratchDirectory } from '../support/temp.js';
import { FlatFiles } from './support/flat-files.js';
import { mountedFlatFiles } from './support/mounted-flat-files.js';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

for (const prefix of ['/virtual/files', 'flat://bucket']) {
  describe(`a file system mounted at ${prefix}`, () => {
    const scratch = scratchDirectory();
    const inScratch = (name: string): string => `${scratch.path}/${name}`;
    const flat = mountedFlatFiles(prefix);
    const at = (name: string): string => `${prefix}/${name}`;

    it('opens files in every mode', async () => {
      for (const mode of ['w', 'x', 'wb', 'w+b', 'xb+', 'a', 'ab+']) {
        await using file = await open(at(mode.replace('+', 'p')), mode);
        expect(file.name).to.equal(at(mode.replace('+', 'p')));
        await file.write((mode.includes('b') ? Buffer.from('one\n') : 'one\n') as never);
      }
      await using again = await open(at('w'), 'r+');
      expect(await again.read()).to.equal('one\n');
      await again.write('two\n');
      await again.seek(0);
      expect(await again.readlines()).to.deep.equal(['one\n', 'two\n']);
      await again.truncate(3);
      await again.sync();
      expect(flat.files.files.get('/w')?.bytes.toString()).to.equal('one');
      await using raw = await open(at('w'), 'rb', { buffering: 0 });
      expect((await raw.readall()).toString()).to.equal('one');
      await using appended = await open(at('a'), 'a+');
      expect(await appended.tell()).to.equal(4);
      await appended.write('two\n');
      await appended.seek(0);
      expect(await appended.read()).to.equal('one\ntwo\n');
    });

    it('reads, seeks, peeks and reads in parallel as on the disk', async () => {
      const content = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7) % 251));
      await writeFile(at('f'), content);
      await using file = await open(at('f'), 'rb');
      expect((await file.peek(4)).subarray(0, 4)).to.deep.equal(content.subarray(0, 4));
      expect(await file.read(10)).to.deep.equal(content.subarray(0, 10));
      expect(await file.seek(-10, 2)).to.equal(content.length - 10);
      expect(await file.read()).to.deep.equal(content.subarray(-10));
      const parts = await Promise.all(Array.from({ length: 50 }, (_, i) => file.pread(100 + i, 1000 * i)));
      parts.forEach((part, i) => expect(part).to.deep.equal(content.subarray(1000 * i, 1000 * i + 100 + i)));
      const ranges = await file.readMany([
        { position: 5, size: 5 },
        { position: 99_999, size: 5 },
      ]);
      expect(ranges.map((range) => range.length)).to.deep.equal([5, 1]);
      const view = new Uint8Array(20);
      expect(await file.preadinto(view, 1)).to.equal(20);
      expect(Buffer.from(view)).to.deep.equal(content.subarray(1, 21));
      expect((await file.stat()).size).to.equal(content.length);
      expect((await file.stat({ bigint: true })).size).to.equal(BigInt(content.length));
    });

    it('reads lines and whole files', async () => {
      await writeFile(at('a'), 'one\ntwo\nthree');
      await appendFile(at('a'), '\nfour\n');
      expect(await collect(lines(at('a')))).to.deep.equal(['one', 'two', 'three', 'four']);
      expect(await readText(at('a'))).to.equal('one\ntwo\nthree\nfour\n');
      expect((await readBytes(at('a'))).length).to.equal(19);
      const many = await collect(readMany([at('a'), at('missing')]));
      expect(
        many.map(({ path: name, data, error }) => [
          name,
          data?.length,
          (error as { code?: string } | undefined)?.code,
        ]),
      ).to.deep.equal([
        [at('a'), 19, undefined],
        [at('missing'), undefined, 'ENOENT'],
      ]);
    });

    it('keeps the order of a list that has paths on several file systems', async () => {
      writeFileSync(inScratch('real'), 'disk');
      await writeFile(at('a'), 'mounted');
      const list = [inScratch('real'), at('a'), inScratch('none'), at('none'), inScratch('real')];
      const read = await collect(readMany(list));
      expect(
        read.map(({ data, error }) => data?.toString() ?? (error as { path?: string }).path),
      ).to.deep.equal(['disk', 'mounted', inScratch('none'), at('none'), 'disk']);
      const statted = await statMany(list);
      expect(statted.map((s) => (s instanceof Error ? (s as { path?: string }).path : s.size))).to.deep.equal(
        [4, 7, inScratch('none'), at('none'), 4],
      );
    });

    it('creates, lists, walks and globs directories', async () => {
      await os.makedirs(at('a/b/c'));
      await os.makedirs(at('a/b/c'), { existOk: true });
      expect((await rejection(os.makedirs(at('a/b/c')))).code).to.equal('EEXIST');
      for (const name of ['a/1.txt', 'a/b/2.txt', 'a/b/c/3.txt', 'a/.hidden', 'a/b/x.csv'])
        await writeFile(at(name), name);
      expect((await os.listdir(at('a'))).sort()).to.deep.equal(['.hidden', '1.txt', 'b']);
      const entries = await collect(os.scandir(at('a')));
      expect(entries.filter((entry) => entry.isDirectory()).map((entry) => entry.path)).to.deep.equal([
        at('a/b'),
      ]);
      expect((await entries.find((entry) => entry.name === '1.txt')!.stat()).size).to.equal(7);
      const walked = await collect(os.walk(at('a')));
      expect(walked.map(([dir, dirs, names]) => [dir, dirs, names.sort()])).to.deep.equal([
        [at('a'), ['b'], ['.hidden', '1.txt']],
        [at('a/b'), ['c'], ['2.txt', 'x.csv']],
        [at('a/b/c'), [], ['3.txt']],
      ]);
      const upwards = await collect(os.walk(at('a'), { topDown: false }));
      expect(upwards.map(([dir]) => dir)).to.deep.equal([at('a/b/c'), at('a/b'), at('a')]);
      const pruned: string[] = [];
      for await (const [dir, dirs] of os.walk(at('a'))) {
        pruned.push(dir);
        dirs.splice(0, dirs.length, ...dirs.filter((name) => name !== 'c'));
      }
      expect(pruned).to.deep.equal([at('a'), at('a/b')]);
      expect((await collect(os.glob('**/*.txt', { cwd: at('a') }))).sort()).to.deep.equal([
        '1.txt',
        'b/2.txt',
        'b/c/3.txt',
      ]);
    });

    it('copies trees in, out and within, and removes them', async () => {
      mkdirSync(inScratch('src/deep'), { recursive: true });
      writeFileSync(inScratch('src/one'), '1');
      writeFileSync(inScratch('src/deep/two'), Buffer.alloc(3_000_000, 7));
      await os.copytree(inScratch('src'), at('in'));
      expect(flat.files.files.get('/in/deep/two')?.bytes.equals(Buffer.alloc(3_000_000, 7))).to.equal(true);
      await os.copytree(at('in'), at('again'));
      await os.copytree(at('again'), inScratch('out'));
      expect(readFileSync(inScratch('out/deep/two')).equals(Buffer.alloc(3_000_000, 7))).to.equal(true);
      expect((await rejection(os.copytree(at('in'), at('in/x')))).code).to.equal('EINVAL');
      expect(await os.copy(at('in/one'), inScratch('out/deep'))).to.equal(inScratch('out/deep/one'));
      expect(await os.move(at('again'), inScratch('moved'))).to.equal(inScratch('moved'));
      expect(await os.exists(at('again'))).to.equal(false);
      expect(readFileSync(inScratch('moved/one'), 'utf8')).to.equal('1');
      expect(await os.move(inScratch('moved/one'), at('one'))).to.equal(at('one'));
      expect(existsSync(inScratch('moved/one'))).to.equal(false);
      expect((await rejection(os.move(at('one'), at('in')))).code).to.equal('EEXIST');
    }).timeout(240_000);

    it('removes trees and single entries', async () => {
      await os.makedirs(at('t/a/b'));
      await writeFile(at('t/a/f'), 'x');
      await os.rmtree(at('t'));
      expect(await os.exists(at('t'))).to.equal(false);
      expect((await rejection(os.rmtree(at('t')))).code).to.equal('ENOENT');
      await os.makedirs(at('x/y'));
      await os.removedirs(at('x/y'));
      expect(await os.exists(at('x'))).to.equal(false);
      await writeFile(at('f'), '');
      await os.renames(at('f'), at('p/q/f'));
      expect(await os.exists(at('p/q/f'))).to.equal(true);
      await os.unlink(at('p/q/f'));
      await os.rmdir(at('p/q'));
    });

    it('replaces files in one step', async () => {
      await writeFile(at('f'), 'old', { permissions: 0o640 });
      await writeAtomic(at('f'), 'new');
      expect([...flat.files.files.keys()]).to.deep.equal(['/f']);
      expect(flat.files.files.get('/f')).to.include({ mode: 0o640 });
      expect(flat.files.calls.findIndex((call) => call.startsWith('sync'))).to.be.lessThan(
        flat.files.calls.findIndex((call) => call.startsWith('rename')),
      );
      await using w = await openAtomic(at('f'), 'w');
      await w.write('newer');
      expect(await readText(at('f'))).to.equal('new');
      await w.commit();
      expect(await readText(at('f'))).to.equal('newer');
      const dropped = await openAtomic(at('f'));
      await dropped.write('never');
      await dropped.abort();
      expect(await readText(at('f'))).to.equal('newer');
      expect([...flat.files.files.keys()]).to.deep.equal(['/f']);
      expect((await rejection(openAtomic(at('f'), 'x'))).code).to.equal('EEXIST');
    });

    it('supports all kinds of temporary files', async () => {
      await os.makedirs(at('tmp'));
      const dir = at('tmp');
      {
        await using scratchFile = await tempfile.temporaryFile({ dir });
        await scratchFile.write(Buffer.from('x'));
        await using named = await tempfile.namedTemporaryFile({ dir, mode: 'w+', suffix: '.txt' });
        expect(String(named.name)).to.match(/\/tmp\/.*\.txt$/);
        await named.write('hello');
        await named.flush();
        expect(await readText(named.name)).to.equal('hello');
        await using spooled = await tempfile.spooledTemporaryFile({ dir, maxSize: 10 });
        await spooled.write(Buffer.alloc(100, 1));
        await spooled.seek(0);
        expect((await spooled.read()).length).to.equal(100);
        await using directory = await tempfile.temporaryDirectory({ dir });
        await writeFile(`${directory.name}/f`, 'x');
      }
      expect(flat.files.files.size).to.equal(0);
      expect([...flat.files.directories].sort()).to.deep.equal(['/', '/tmp']);
      const made = await tempfile.mkdtemp({ dir });
      expect(await path.isdir(made)).to.equal(true);
      expect((await rejection(tempfile.mkstemp({ dir }))).code).to.equal('ERR_UNSUPPORTED_OPERATION');
    });

    it('names the path of the caller in errors, in the shape of Node', async () => {
      const error = await rejection(open(at('none')));
      expect(error).to.include({ code: 'ENOENT', syscall: 'open', path: at('none') });
      expect(error.message).to.equal(`ENOENT: no such file or directory, open '${at('none')}'`);
      expect((error as { errno?: number }).errno).to.be.lessThan(0);
    });
  });
}

describe('mounts', () => {
  it('use the longest prefix of whole names, and the later one of two equal prefixes', async () => {
    const [outer, inner, later] = [new FlatFiles(), new FlatFiles(), new FlatFiles()];
    using _outer = mount('/m', outer);
    using _inner = mount('/m/inner/', inner);
    await writeFile('/m/f', 'outer');
    await writeFile('/m/inner/f', 'inner');
    await rejection(writeFile('/mother/f', 'neither'));
    expect([...outer.files.keys(), ...inner.files.keys()]).to.deep.equal(['/f', '/f']);
    const top = mount('/m', later);
    expect(await os.exists('/m/f')).to.equal(false);
    top.unmount();
    top.unmount();
    expect(await readText('/m/f')).to.equal('outer');
  });

  it('resolve relative paths, and dots in paths, first', async () => {
    const files = new FlatFiles();
    using _ = mount(process.cwd(), files);
    await writeFile('relative.txt', 'x');
    expect(await readText('./a/../relative.txt')).to.equal('x');
    expect(await readText(`${process.cwd()}/../${process.cwd().split('/').pop()}/relative.txt`)).to.equal(
      'x',
    );
    expect(await os.exists(`${process.cwd()}/../../etc/passwd`)).to.equal(existsSync('../../etc/passwd'));
  });

  it('accept URLs only while a file system is mounted there', async () => {
    const url = new URL('flat://bucket/a%20b');
    expect((await rejection(readText(url))).code).to.equal('ERR_INVALID_URL_SCHEME');
    using _ = mount('flat://bucket', new FlatFiles());
    await writeFile('flat://bucket/a b', 'x');
    expect(await readText(url)).to.equal('x');
  });

  it('for a scope are visible only in its asynchronous context', async () => {
    const seen = await Promise.all(
      ['one', 'two'].map((text) =>
        mount('/scoped', new FlatFiles(), {
          scope: async () => {
            await writeFile('/scoped/f', text);
            await new Promise((resolve) => setTimeout(resolve, 5));
            return readText('/scoped/f');
          },
        }),
      ),
    );
    expect(seen).to.deep.equal(['one', 'two']);
    expect(await os.exists('/scoped/f')).to.equal(false);
    const outside = new AsyncResource('outside');
    await mount('/scoped', new FlatFiles(), {
      async scope() {
        await writeFile('/scoped/f', 'x');
        expect(await outside.runInAsyncScope(() => os.exists('/scoped/f'))).to.equal(false);
      },
    });
  });

  it('for a scope end with its result, also for work that its callback has left behind', async () => {
    const files = memoryFiles({ a: 'text' }, { at: '/left-behind' });
    files.unmount();
    for (const other of [undefined, memoryFiles({ b: 'other' }, { at: '/other' })]) {
      using _other = other;
      let later!: () => void;
      const end = new Promise<void>((resolve) => (later = resolve));
      // An array, because the scope would wait for the promise.
      const leave = (work: () => Promise<unknown>): Promise<unknown>[] => [end.then(work)];
      const leftBehind = [
        ...(await files.run(async () => leave(() => readText('/left-behind/a')))),
        ...(await noFiles(async () => leave(() => readBytes('/dev/null')))),
        ...(await faults({ op: '*', error: 'EIO', times: Infinity }, async () =>
          leave(() => readBytes('/dev/null')),
        )),
      ];
      later();
      const outcomes = await Promise.allSettled(leftBehind);
      expect(outcomes.map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled', 'fulfilled']);
      expect(outcomes[0]).to.have.nested.property('reason.code', 'ENOENT');
    }
  });

  it('leave open files usable after they have been unmounted', async () => {
    const files = new FlatFiles();
    const mounted = mount('/m', files);
    await writeFile('/m/f', 'still here');
    await using file = await open('/m/f');
    mounted.unmount();
    expect(await file.read()).to.equal('still here');
  });

  it('reject invalid prefixes, and objects that are not file systems', () => {
    for (const prefix of [7, undefined, 'relative', '', './x', '/a\0'])
      expect(() => mount(prefix as string, new FlatFiles())).to.throw(TypeError);
    const incapable = wrap(new FlatFiles(), { capabilities: undefined } as never);
    for (const files of [undefined, null, {}, { name: 'x', open: () => 1 }, incapable])
      expect(() => mount('/m', files as unknown as FileSystem)).to.throw(TypeError);
    expect(() => mount('/m', new FlatFiles(), { scop: () => 1 } as never)).to.throw(TypeError);
  });

  it('reject if a file system writes fewer bytes than it was given', async () => {
    const files = new FlatFiles();
    const short = wrap(files, {
      async open(name, flags, permissions, call) {
        const file = await files.open(name, flags, permissions);
        return {
          ...file,
          pwrite: async (data, position) => await file.pwrite!(data.subarray(0, 2), position, call),
        };
      },
    });
    using _ = mount('/m', short);
    const error = await rejection(writeFile('/m/f', 'four'));
    expect(error).to.include({ code: 'EIO', bytesWritten: 2 });
  });

  it('never replace an existing file by an exclusive write, with any method to replace files', async () => {
    const files = new FlatFiles();
    const replacing = wrap(files, {
      openReplacement: (name) => files.open(name, constants.O_WRONLY | constants.O_CREAT, 0o666),
    });
    using _ = mount('/m', replacing);
    await writeFile('/m/f', 'old');
    expect((await rejection(openAtomic('/m/f', 'x'))).code).to.equal('EEXIST');
    expect(await readText('/m/f')).to.equal('old');
    await (await openAtomic('/m/fresh', 'x')).commit();
    expect(await readText('/m/fresh')).to.equal('');
  });

  it('forward everything except the overrides of a wrapper', async () => {
    const files = new FlatFiles();
    let opens = 0;
    const counting = wrap(files, {
      open(...args) {
        opens++;
        return files.open(args[0], args[1], args[2]);
      },
    });
    using _ = mount('/m', counting);
    await writeFile('/m/f', 'x');
    expect(await readText('/m/f')).to.equal('x');
    expect(await os.listdir('/m')).to.deep.equal(['f']);
    expect(opens).to.equal(2);
    expect((await rejection(os.symlink('a', '/m/b'))).code).to.equal('ERR_UNSUPPORTED_OPERATION');
  });
});
