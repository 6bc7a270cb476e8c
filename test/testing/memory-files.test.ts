// Files in memory under the whole library.
import { expect } from 'chai';
import { constants, existsSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  appendFile,
  open,
  openAtomic,
  os,
  path as paths,
  readText,
  tempfile,
  writeAtomic,
  writeFile,
} from 'uvfiles';
import { open as openHandle } from 'uvfiles/promises';
import {
  dir,
  file,
  link,
  type MemoryFiles,
  memoryFiles,
  type MemoryFilesOptions,
  type Tree,
} from 'uvfiles/testing';

import { rejection, runProgram, scratchDirectory } from '../support/temp.js';

describe('memoryFiles', () => {
  let mounted: MemoryFiles[] = [];
  const mount = (tree?: Tree, o?: MemoryFilesOptions): MemoryFiles => {
    const files = memoryFiles(tree, o);
    mounted.push(files);
    return files;
  };
  afterEach(() => {
    for (const files of mounted) files.unmount();
    mounted = [];
  });
  const scratch = scratchDirectory();

  it('is a tree of files that the whole library reads and writes', async () => {
    const files = mount({
      'etc/app.json': '{}',
      'bin/run': link('../etc/app.json'),
      'raw.bin': Buffer.from([0xff, 0xfe]),
      empty: dir(),
      data: dir({ 'a.txt': 'a' }, { mode: 0o700 }),
      'run.sh': file('#!/bin/sh', { mode: 0o755, mtime: 1000 }),
    });
    expect(await readText('/bin/run')).to.equal('{}');
    await appendFile('/log', 'one\n');
    await writeAtomic('/etc/app.json', '{"a":1}');
    await using f = await open('/log', 'a+');
    await f.write('two\n');
    await f.seek(0);
    expect(await f.readlines()).to.deep.equal(['one\n', 'two\n']);
    const { mode, mtimeMs } = await os.stat('/run.sh');
    expect([mode & 0o777, mtimeMs]).to.deep.equal([0o755, 1000]);
    await os.copytree('/data', '/copy');
    await os.move('/copy/a.txt', '/copy/b.txt');
    await os.makedirs('/x/y');
    const names = [];
    for await (const name of os.glob('**/*.txt', { cwd: '/' })) names.push(name);
    expect(names.sort()).to.deep.equal(['copy/b.txt', 'data/a.txt']);
    expect(files.tree()).to.deep.equal({
      'bin/run': link('../etc/app.json'),
      'copy/b.txt': 'a',
      'data/a.txt': 'a',
      empty: dir(),
      'etc/app.json': '{"a":1}',
      log: 'one\ntwo\n',
      'raw.bin': Buffer.from([0xff, 0xfe]),
      'run.sh': '#!/bin/sh',
      'x/y': dir(),
    });
  });

  it('accepts its own snapshot as a tree', () => {
    const tree = { a: 'text', 'b/c': link('../a'), 'b/d': dir(), e: Buffer.from([0x80]) };
    const once = mount(tree).tree();
    expect(mount(once).tree()).to.deep.equal(once);
    expect(once).to.deep.equal(tree);
  });

  it('is unmounted at the end of its scope, after which run still works', async () => {
    const name = `/uvfiles-memory-${process.pid}`;
    let files: MemoryFiles;
    {
      using scoped = mount({ [name]: 'x' });
      files = scoped;
      expect(await readText(name)).to.equal('x');
    }
    expect(await paths.exists(name)).to.equal(false);
    expect(await files.run(() => readText(name))).to.equal('x');
    await files.run(() => writeFile(name, 'y'));
    expect(files.tree()).to.deep.equal({ [name.slice(1)]: 'y' });
  });

  it('separates the files of contexts that run at the same time', async () => {
    const all = Array.from({ length: 8 }, (_, i) => {
      const files = mount({ n: String(i) });
      files.unmount();
      return files;
    });
    const read = await Promise.all(
      all.map((files, i) =>
        files.run(async () => {
          await writeFile('/own', `${i}`);
          await new Promise(setImmediate);
          return (await readText('/n')) + (await readText('/own'));
        }),
      ),
    );
    expect(read).to.deep.equal(all.map((_, i) => `${i}${i}`));
  });

  it('can be mounted at a prefix, beside the real files', async () => {
    const files = mount({ 'a/b': 'memory', up: link('/a/b') }, { at: '/virtual' });
    const real = path.join(scratch.path, 'real');
    await writeFile(real, 'disk');
    expect(readFileSync(real, 'utf8')).to.equal('disk');
    expect(await readText('/virtual/a/b')).to.equal('memory');
    expect(await readText('/virtual/up')).to.equal('memory');
    expect(await os.realpath('/virtual/up')).to.equal('/virtual/a/b');
    await os.copy(real, '/virtual/copied');
    expect(files.tree()).to.have.property('copied', 'disk');
  });

  it('has the current directory and the temporary directory, which are hidden while they are empty', async () => {
    const files = mount();
    expect(await os.listdir('/')).to.deep.equal([]);
    await writeFile('relative.txt', 'r');
    expect(await readText(path.resolve('relative.txt'))).to.equal('r');
    expect(existsSync('relative.txt')).to.equal(false);
    await using named = await tempfile.namedTemporaryFile({ mode: 'w+' });
    await named.write('x');
    await named.flush();
    expect(existsSync(String(named.name))).to.equal(false);
    expect(await readText(String(named.name))).to.equal('x');
    await using temporary = await tempfile.temporaryDirectory();
    await writeFile(path.join(temporary.name, 'f'), 'x');
    await temporary.cleanup();
    await named.close();
    await os.remove('relative.txt');
    expect(files.tree()).to.deep.equal({});
  });

  it('lets its user search the directories that exist from the start, whatever the umask', async () => {
    const { TMPDIR } = process.env;
    process.env.TMPDIR = '/made/by/nobody/tmp';
    try {
      mount({}, { umask: 0o777, user: { uid: 1000, gid: 1000 } });
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
    }
    expect((await os.stat('/made/by')).mode & 0o777).to.equal(0o755);
    await using file = await tempfile.temporaryFile({ dir: '/made/by/nobody/tmp' });
    await file.write(Buffer.from('x'));
    await file.flush();
    // The mode of a new file does not matter to the handle that has created it.
    await using relative = await open('relative.txt', 'w+');
    await relative.write('r');
    await relative.seek(0);
    expect(await relative.read()).to.equal('r');
    expect((await os.stat('relative.txt')).mode & 0o777).to.equal(0);
    expect((await rejection(open('relative.txt'))).code).to.equal('EACCES');
  });

  it('rejects with ENOSPC at its capacity, and reports bytesWritten', async () => {
    const files = mount({ a: '12345' }, { capacity: 12 });
    const full = await rejection(writeFile('/b', '1234567890'));
    expect(full).to.include({ code: 'ENOSPC', bytesWritten: 7, path: '/b' });
    expect(await os.diskUsage('/')).to.deep.equal({ total: 12, used: 12, free: 0 });
    const f = await open('/c', 'wb');
    await f.write(Buffer.from('x'));
    expect((await rejection(f.flush())).code).to.equal('ENOSPC');
    await os.remove('/a');
    await f.close();
    expect(files.tree()).to.deep.equal({ b: '1234567', c: 'x' });
  });

  it('counts the data of a sparse file, not its holes', async () => {
    mount({}, { capacity: 10_000 });
    const f = await open('/sparse', 'w+b');
    await f.truncate(1e12);
    for (const position of [5e11, 7e11]) await f.pwrite(Buffer.from('x'), position);
    const { size, blocks } = await f.stat();
    expect([size, blocks * 512 <= 2 * 4096]).to.deep.equal([1e12, true]);
    expect((await f.pread(3, 5e11 - 1)).toString('latin1')).to.equal('\0x\0');
    await f.close();
    expect((await rejection(writeFile('/more', 'x'.repeat(10_000)))).code).to.equal('ENOSPC');
    await os.remove('/sparse');
    await writeFile('/more', 'x'.repeat(10_000));
  });

  it('checks the permissions of its user, whoever runs the test', async () => {
    mount({ data: dir({ a: 'a' }, { mode: 0o500 }), secret: file('s', { mode: 0 }) });
    expect((await rejection(writeFile('/data/b', ''))).code).to.equal('EACCES');
    expect((await rejection(readText('/secret'))).code).to.equal('EACCES');
    expect(await os.access('/secret', constants.R_OK)).to.equal(false);
  });

  it('can change its user', async () => {
    const files = mount(
      {
        mine: 'm',
        theirs: file('t', { uid: 0, gid: 0, mode: 0o600 }),
        shared: file('s', { uid: 0, gid: 50, mode: 0o640 }),
      },
      { user: { uid: 1000, gid: 1000, groups: [50] }, umask: 0o077 },
    );
    await writeFile('/mine', 'changed');
    expect((await rejection(readText('/theirs'))).code).to.equal('EACCES');
    expect(await readText('/shared')).to.equal('s');
    expect((await rejection(os.chown('/mine', 0, 0))).code).to.equal('EPERM');
    await writeFile('/new', '');
    const { uid, mode } = await os.stat('/new');
    expect([uid, mode & 0o777]).to.deep.equal([1000, 0o600]);
    files.user = { uid: 0, gid: 0 };
    expect(await readText('/theirs')).to.equal('t');
  });

  it('opens a directory for uvfiles/promises, for a sync and for its status', async () => {
    mount({ 'd/a': 'a' });
    const directory = await openHandle('/d');
    await directory.sync();
    expect((await directory.stat()).isDirectory()).to.equal(true);
    expect((await rejection(directory.readFile())).code).to.equal('EISDIR');
    await directory.close();
    expect(await rejection(openHandle('/d', 'r+'))).to.include({
      code: 'EISDIR',
      syscall: 'open',
      path: '/d',
    });
  });

  it('can change its umask', async () => {
    const files = mount({}, { umask: 0o077 });
    expect(files.umask).to.equal(0o077);
    files.umask = 0o002;
    await writeFile('/new', '');
    expect((await os.stat('/new')).mode & 0o777).to.equal(0o664);
    expect(() => (files.umask = 0o1000)).to.throw(RangeError);
  });

  it('creates temporary files and directories for their owner only, regardless of the umask', async () => {
    mount({ temporary: dir({}, { mode: 0o777 }) }, { umask: 0o777 });
    const place = { dir: '/temporary' };
    await using f = await tempfile.namedTemporaryFile(place);
    expect((await os.stat(f.name)).mode & 0o777).to.equal(0o600);
    await using directory = await tempfile.temporaryDirectory(place);
    expect((await os.stat(directory.name)).mode & 0o777).to.equal(0o700);
  });

  it('includes files with any name in its snapshot', () => {
    const tree = JSON.parse('{"__proto__":"x","constructor":"y"}') as Tree;
    expect(Object.entries(mount(tree).tree())).to.deep.equal([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });

  for (const [what, tree, code, name] of [
    ['a file below a file', { a: '', 'a/b': '' }, 'ENOTDIR', '/a/b'],
    ['two files of one name', { a: '', './a': '' }, 'EEXIST', '/a'],
    [
      'a name that is too long',
      { d: dir({ ['n'.repeat(256)]: '' }) },
      'ENAMETOOLONG',
      `/d/${'n'.repeat(256)}`,
    ],
  ] as const) {
    it(`names the path of ${what}`, () => {
      expect(() => mount(tree))
        .to.throw(`${name}'`)
        .and.include({ code, path: name });
    });
  }

  it('uses the time of its clock', async () => {
    let now = 5000;
    mount({ a: 'a' }, { clock: () => now });
    now = 7000.5;
    await writeFile('/a', 'b');
    expect((await os.stat('/a')).mtimeMs).to.equal(7000.5);
    expect((await os.stat('/a')).birthtimeMs).to.equal(5000);
    now = 1_700_000_000_001;
    await writeFile('/a', 'c');
    const exact = await os.stat('/a', { bigint: true });
    expect([exact.mtimeNs, exact.mtimeMs]).to.deep.equal([1_700_000_000_001_000_000n, 1_700_000_000_001n]);
  });

  it('gives the streams and lines of a FileHandle that node:fs makes', async () => {
    const files = mount({ in: 'one\ntwo\n' });
    const source = await openHandle('/in');
    const lines: string[] = [];
    for await (const line of source.readLines()) lines.push(line);
    expect(lines).to.deep.equal(['one', 'two']);
    const target = await openHandle('/out', 'w');
    await pipeline(Readable.from([Buffer.from('a'), Buffer.from('b')]), target.createWriteStream());
    expect([source.fd, target.fd, files.tree().out]).to.deep.equal([-1, -1, 'ab']);
    const part = await openHandle('/in');
    const pieces: Buffer[] = [];
    for await (const piece of part.createReadStream({ start: 4, end: 6 })) pieces.push(piece as Buffer);
    expect(Buffer.concat(pieces).toString()).to.equal('two');
    const closed = await openHandle('/in', 'r');
    const failed = closed.createWriteStream();
    failed.end('x');
    const [error] = (await once(failed, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('EBADF');
  });

  it('replaces files atomically, and discards uncommitted content', async () => {
    const files = mount({ a: 'old' });
    {
      await using f = await openAtomic('/a', 'w');
      await f.write('never');
      await f.abort();
    }
    expect(files.tree()).to.deep.equal({ a: 'old' });
    await using g = await openAtomic('/a', 'w');
    await g.write('new');
    await g.commit();
    expect(files.tree()).to.deep.equal({ a: 'new' });
  });

  for (const [what, call] of [
    ['a tree that is no object', () => memoryFiles('x' as any)],
    ['content that is a number', () => memoryFiles({ a: 1 as any })],
    ['an unknown option', () => memoryFiles({}, { root: '/' } as any)],
    ['a capacity that is text', () => memoryFiles({}, { capacity: '1' as any })],
    ['a user without a group', () => memoryFiles({}, { user: { uid: 1 } as any })],
    ['a path out of the tree', () => memoryFiles({ '../a': 'x' })],
    ['an unknown option of a directory', () => dir({}, { permissions: 1 } as any)],
    ['a target that is a number', () => link(1 as any)],
    ['a target that is empty', () => link('')],
    ['a target with a null byte', () => link(Buffer.from('a\0b'))],
    ['a tree that is an array', () => memoryFiles(['a'] as any)],
    ['a tree that is a Map', () => memoryFiles(new Map([['a', 'b']]) as any)],
    ['groups that are no array', () => memoryFiles({}, { user: { uid: 1, gid: 1, groups: '12' as any } })],
  ] as const) {
    it(`refuses ${what}, and mounts nothing`, async () => {
      expect(call)
        .to.throw(/must|is not/)
        .with.property('code')
        .that.match(/^ERR_INVALID_ARG/);
      expect(await paths.exists(scratch.path)).to.equal(true);
    });
  }
});

describe('entries of trees', () => {
  for (const [what, options] of [
    ['a mode that is no integer', { mode: 1.5 }],
    ['a mode beyond the permission bits', { mode: 0o10000 }],
    ['a negative user', { uid: -1 }],
    ['a time that is none', { mtime: new Date(NaN) }],
  ] as const) {
    it(`refuse ${what}`, () => {
      expect(() => dir({}, options))
        .to.throw(RangeError)
        .with.property('code', 'ERR_OUT_OF_RANGE');
      expect(() => file('', options))
        .to.throw(RangeError)
        .with.property('code', 'ERR_OUT_OF_RANGE');
    });
  }
});

describe('files in memory at the end of a program', () => {
  it('do not keep the process alive, even with open files, locks and faults', async () => {
    const { code, stdout, stderr } = await runProgram(
      `import { open, os, tempfile, writeAtomic } from 'uvfiles';
       import { faults, memoryFiles } from 'uvfiles/testing';
       memoryFiles({ a: 'a' });
       faults({ op: 'utimes', error: 'EIO', times: Infinity });
       const f = (globalThis.kept = await open('/a', 'r+')); // or the collector closes it, with a warning
       await f.lock();
       await writeAtomic('/b', 'b');
       await tempfile.temporaryDirectory();
       for await (const _ of os.walk('/'));
       console.log('end');`,
    );
    expect([code, stdout, stderr]).to.deep.equal([0, 'end\n', '']);
  });
});
