// The uvfiles:op channel publishes operations on mounted file systems in the same way as those on real files.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as pause } from 'node:timers/promises';

import { expect } from 'chai';
import {
  appendFile,
  createLane,
  lines,
  open,
  openAtomic,
  type OperationMessage,
  os,
  path,
  readBytes,
  readMany,
  statMany,
  tempfile,
  writeAtomic,
  writeFile,
} from 'uvfiles';
import { beneath, fileSystemError, type FileSystem, mount, realFileSystem, wrap } from 'uvfiles/filesystem';
import * as promises from 'uvfiles/promises';
import { objectFiles } from 'uvfiles/s3';
import { dir, faults, link, memoryFiles, trace } from 'uvfiles/testing';

import { MemoryStore } from '../s3/support/memory-store.js';
import { rejection } from '../support/files.js';
import { skip } from '../support/skip.js';
import { scratchDirectory } from '../support/temp.js';

/** The messages during `work`. */
async function heardDuring(work: () => unknown): Promise<OperationMessage[]> {
  const heard: OperationMessage[] = [];
  const listen = (message: unknown): void => void heard.push(message as OperationMessage);
  subscribe('uvfiles:op', listen);
  try {
    await work();
  } finally {
    unsubscribe('uvfiles:op', listen);
  }
  return heard;
}

/** The same as text: operation and path. */
async function namesDuring(work: () => unknown): Promise<string[]> {
  return (await heardDuring(work)).map(({ operation, path: at }) =>
    at === undefined ? operation : `${operation} ${typeof at === 'string' ? at : Buffer.from(at).toString()}`,
  );
}

async function all(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

const TREE = { a: 'text', 'd/one': '1', 'd/two/three': '3', empty: dir(), link: link('a') };

/** A file system with no more than the required calls, each of which takes a moment. */
function slowFiles(): FileSystem {
  const files = memoryFiles(TREE, { at: '/slow-base' });
  files.unmount();
  const base = files.fileSystem;
  const slow =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await pause(2);
      return call(...args);
    };
  return {
    name: 'slow',
    capabilities: { randomWrite: true, append: true, truncate: true, rename: true, atomicReplace: true },
    open: slow(base.open.bind(base)),
    stat: slow(base.stat.bind(base)),
    list: base.list.bind(base),
    unlink: slow(base.unlink.bind(base)),
    mkdir: slow(base.mkdir.bind(base)),
    rmdir: slow(base.rmdir.bind(base)),
    rename: slow(base.rename.bind(base)),
  };
}

describe('the uvfiles:op channel on mounted file systems', () => {
  const CALLS: [string[], () => unknown][] = [
    [['stat /m/a'], () => os.stat('/m/a')],
    [['stat /m/a'], () => os.stat(Buffer.from('/m/a'))],
    [['lstat /m/link'], () => os.lstat('/m/link')],
    [['stat /m/a'], () => os.exists('/m/a')],
    [['access /m/a'], () => os.access('/m/a')],
    [['readlink /m/link'], () => os.readlink('/m/link')],
    [['realpath /m/link'], () => os.realpath('/m/link')],
    [['statvfs /m'], () => os.statvfs('/m')],
    [['scandir /m/d'], () => os.listdir('/m/d')],
    [['scandir /m/d'], async () => all(os.scandir('/m/d'))],
    [['scandir /m/empty'], async () => all(os.scandir('/m/empty'))],
    [['walk /m/d', 'walk /m/d'], async () => all(os.walk('/m/d'))],
    [['mkdir /m/n'], () => os.mkdir('/m/n')],
    [['makedirs /m/n/o/p'], () => os.makedirs('/m/n/o/p')],
    [['renames /m/n/o/p'], () => os.renames('/m/n/o/p', '/m/q/p')],
    [['removedirs /m/q/p'], () => os.removedirs('/m/q/p')],
    [['readFile /m/a'], () => readBytes('/m/a')],
    [['writeFile /m/f'], () => writeFile('/m/f', 'x')],
    [['appendFile /m/f'], () => appendFile('/m/f', 'x')],
    [['writeAtomic /m/f'], () => writeAtomic('/m/f', 'x')],
    [['chmod /m/f'], () => os.chmod('/m/f', 0o600)],
    [['chown /m/f'], async () => os.chown('/m/f', -1, -1)],
    [['utime /m/f'], () => os.utimes('/m/f', new Date(), new Date())],
    [['truncate /m/f'], () => os.truncate('/m/f', 0)],
    [['rename /m/f'], () => os.rename('/m/f', '/m/g')],
    [['link /m/g'], () => os.link('/m/g', '/m/h')],
    [['symlink g'], () => os.symlink('g', '/m/s')],
    [['samefile /m/g'], () => path.samefile('/m/g', '/m/h')],
    [['ismount /m'], () => path.ismount('/m')],
    [['copy /m/g'], () => os.copy('/m/g', '/m/i')],
    [['move /m/i'], () => os.move('/m/i', '/m/j')],
    [['unlink /m/j'], () => os.unlink('/m/j')],
    [['copytree /m/d'], () => os.copytree('/m/d', '/m/e')],
    [['rmtree /m/e'], () => os.rmtree('/m/e')],
    [['rmdir /m/empty'], () => os.rmdir('/m/empty')],
    [['statMany'], () => statMany(['/m/a', '/m/none'])],
    [['readMany'], async () => all(readMany(['/m/a', '/m/d/one']))],
    [['stat /m/a'], () => promises.stat('/m/a')],
    [['readFile /m/a'], () => promises.readFile('/m/a')],
  ];

  it('publishes each operation once, with its name and the path of the caller', async () => {
    using _ = memoryFiles(TREE, { at: '/m' });
    for (const [expected, call] of CALLS) expect(await namesDuring(call)).to.deep.equal(expected);
  });

  it('publishes whole jobs once where the file system has only the required calls', async () => {
    using _ = mount('/slow', slowFiles());
    const jobs: [string[], () => unknown][] = [
      [['readFile /slow/a'], () => readBytes('/slow/a')],
      [['writeFile /slow/b'], () => writeFile('/slow/b', 'x')],
      [['truncate /slow/b'], () => os.truncate('/slow/b', 0)],
      [['writeAtomic /slow/b'], () => writeAtomic('/slow/b', 'y')],
      [['makedirs /slow/p/q'], () => os.makedirs('/slow/p/q')],
      [['copy /slow/b'], () => os.copy('/slow/b', '/slow/p/b')],
      [['copytree /slow/d'], () => os.copytree('/slow/d', '/slow/e')],
      [['move /slow/e'], () => os.move('/slow/e', '/slow/f')],
      [['rmtree /slow/f'], () => os.rmtree('/slow/f')],
      [['access /slow/a'], () => os.access('/slow/a')],
      [['statMany'], () => statMany(['/slow/a', '/slow/b'])],
      [['readMany'], async () => all(readMany(['/slow/a', '/slow/b']))],
      [['walk /slow/d', 'walk /slow/d'], async () => all(os.walk('/slow/d'))],
    ];
    for (const [expected, job] of jobs) expect(await namesDuring(job)).to.deep.equal(expected);
  });

  it('publishes operations on open files, also of files that were opened before', async () => {
    using _ = memoryFiles(TREE, { at: '/m' });
    const file = await open('/m/a', 'r+b', { buffering: 0 });
    const names = await namesDuring(async () => {
      await file.pread(2, 0);
      await file.read(2);
      await file.read();
      await file.preadinto(Buffer.alloc(2), 0);
      await file.pwrite(Buffer.from('x'), 0);
      await file.write(Buffer.from('x'));
      await file.stat();
      await file.truncate(2);
      await file.sync();
      await file.datasync();
      await (await file.lock()).release();
      await file.close();
    });
    const expected = 'read read read read write write fstat ftruncate fsync fdatasync';
    // A lock first checks which file it is.
    expect(names.join(' ')).to.match(new RegExp(`^${expected} (fstat )?lock lock close$`));
    const readers: (() => unknown)[] = [
      async () => {
        await using text = await open('/m/a');
        await text.read();
      },
      async () => all(lines('/m/a')),
    ];
    for (const reader of readers) {
      const heard = await namesDuring(reader);
      expect(heard[0]).to.equal('open /m/a');
      expect(new Set(heard.slice(1, -1))).to.deep.equal(new Set(['read']));
      expect(heard.at(-1)).to.equal('close');
    }
  });

  it('publishes temporary files and files that replace others', async () => {
    using _ = memoryFiles(TREE, { at: '/m' });
    const named = await namesDuring(async () => {
      await using file = await tempfile.namedTemporaryFile({ dir: '/m' });
      await file.write(Buffer.from('x'));
    });
    expect(named[0]).to.equal('mkstemp /m');
    expect(named.slice(1)).to.deep.equal(['write', 'close']);
    const directory = await namesDuring(async () => {
      await using _directory = await tempfile.temporaryDirectory({ dir: '/m' });
    });
    expect(directory[0]).to.equal('mkdtemp /m');
    expect(directory.slice(1).map((each) => each.split(' ')[0])).to.deep.equal(['rmtree']);
    const replaced = await namesDuring(async () => {
      const file = await openAtomic('/m/a', 'wb', { durable: false });
      await file.write(Buffer.from('new'));
      await file.close();
    });
    expect(replaced).to.deep.equal(['openAtomic /m/a', 'write', 'close', 'openAtomic /m/a']);
  });

  it('says how long an operation took, in which lane, and that no cache answered', async () => {
    using _ = mount('/slow', slowFiles());
    const lane = createLane({ name: 'mounted operations' });
    const heard = await heardDuring(async () => {
      await os.stat('/slow/a');
      await os.stat('/slow/a', { lane });
      await using file = await open('/slow/a', 'rb', { lane });
      await file.pread(1, 0, { lane });
    });
    expect(heard.map((message) => message.lane)).to.deep.equal([
      'default',
      ...Array<string>(3).fill(lane.name),
      'default', // `close` takes no lane
    ]);
    for (const message of heard) {
      expect(Object.keys(message)).to.have.members([
        'operation',
        'path',
        'lane',
        'inline',
        'duration',
        'error',
      ]);
      expect(message).to.include({ inline: false, error: undefined });
      expect(message.duration).to.be.at.least(0);
    }
    expect(heard[0]!.duration).to.be.greaterThan(0);
  });

  it('reports the error that the caller gets', async () => {
    const files = slowFiles();
    using _ = mount(
      '/slow',
      wrap(files, {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- file systems may reject with anything
        rename: () => Promise.reject('no'),
        open: async (at, _flags, _permissions, call) => ({
          stat: () => files.stat(at, { followSymlinks: true, bigint: false }, call),
          pread: () => Promise.reject(fileSystemError('EIO', 'read')),
          close: () => Promise.resolve(),
        }),
      }),
    );
    const errors: unknown[] = [];
    const heard = await heardDuring(async () => {
      errors.push(await rejection(os.stat('/slow/none')));
      errors.push(await rejection(os.rmtree('/slow/none')));
      await using file = await open('/slow/a', 'rb');
      errors.push(await rejection(file.pread(1, 0)));
      await os.rename('/slow/a', '/slow/b').catch((error: unknown) => expect(error).to.equal('no'));
    });
    const failed = heard.filter(({ error }) => error !== undefined);
    expect(failed.map(({ operation }) => operation)).to.deep.equal(['stat', 'rmtree', 'read', 'rename']);
    expect(failed.slice(0, 3).map(({ error }) => error)).to.deep.equal(errors);
    expect(failed[0]!.error).to.include({ code: 'ENOENT', path: '/slow/none' });
    expect(failed[3]!.error).to.be.instanceOf(Error).with.property('cause', 'no');
  });

  it('leaves room for the line of the caller among the ten of an error', async () => {
    using _ = memoryFiles(TREE, { at: '/m' });
    using _faults = faults({ op: 'read', path: '/m/d/one', error: 'EIO', times: Infinity });
    await using file = await open('/m/a', 'rb');
    await using broken = await open('/m/d/one', 'rb');
    const calls: (() => Promise<unknown>)[] = [
      () => os.stat('/m/none'),
      () => open('/m/none'),
      () => os.listdir('/m/none'),
      () => os.rmtree('/m/none'),
      () => writeFile('/m/d', ''),
      () => file.seek(-1, 1),
      () => broken.pread(1, 0),
    ];
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 10;
    try {
      for (const call of calls) {
        const asks = async (): Promise<void> => void (await call());
        let stack: string | undefined;
        await heardDuring(async () => ({ stack } = (await rejection(asks())) as Error));
        expect(stack, call.toString()).to.match(/at (async )?asks /);
      }
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  });

  it('says nothing about calls that had ended before they began, as for real files', async () => {
    using _ = memoryFiles(TREE, { at: '/m' });
    const signal = AbortSignal.abort();
    const heard = await namesDuring(async () => {
      await rejection(os.stat('/m/a', { signal }));
      await rejection(os.stat(import.meta.filename, { signal }));
      await rejection(os.stat('/m/a', { timeout: 0 }));
    });
    expect(heard).to.deep.equal([]);
  });

  it('publishes operations within the scope of a mount, behind layers, and on S3', async () => {
    using _ = memoryFiles(TREE, { at: '/m' });
    expect(
      await namesDuring(() => mount('/scoped', slowFiles(), { scope: () => os.stat('/scoped/a') })),
    ).to.deep.equal(['stat /scoped/a']);
    expect(await namesDuring(() => trace(() => readBytes('/m/a')))).to.deep.equal(['readFile /m/a']);
    using _faults = faults({ op: 'unlink', error: 'EIO' });
    const [failed] = await heardDuring(() => rejection(os.unlink('/m/a')));
    expect(failed!.error).to.have.property('code', 'EIO');
    using _s3 = mount('s3://bucket', objectFiles(new MemoryStore()));
    const names = await namesDuring(async () => {
      await writeFile('s3://bucket/a', 'text');
      await readBytes('s3://bucket/a');
    });
    expect(names).to.deep.equal(['writeFile s3://bucket/a', 'readFile s3://bucket/a']);
  });

  describe('of real files', () => {
    const scratch = scratchDirectory();

    it('publishes each operation once, as that on the real file', async function () {
      if (process.platform === 'win32') skip(this, 'beneath is not available on Windows');
      const at = (name: string): string => `${scratch.path}/${name}`;
      await writeFile(at('f'), 'x');
      using _ = mount('/beneath', beneath(scratch.path));
      const work = async (): Promise<void> => {
        await os.stat('/beneath/f');
        await os.lstat('/beneath/f');
        await using file = await open('/beneath/f', 'r+b', { buffering: 0 });
        await file.pwrite(Buffer.from('x'), 0);
      };
      expect(await namesDuring(work)).to.deep.equal(['stat f', 'lstat f', 'open f', 'write', 'close']);
      expect(await namesDuring(() => trace(work))).to.have.lengthOf(5);
      expect(await namesDuring(() => trace(() => os.chmod(at('f'), 0o600)))).to.deep.equal([
        `chmod ${at('f')}`,
      ]);
      using _real = mount('/real', realFileSystem);
      expect(await namesDuring(() => os.chmod(`/real${at('f')}`, 0o600))).to.deep.equal([`chmod ${at('f')}`]);
    });

    it('publishes the operations of a copy between file systems on each of them', async () => {
      using _ = memoryFiles({ a: 'text' }, { at: '/m' });
      const target = `${scratch.path}/copy`;
      const names = await namesDuring(() => os.copy('/m/a', target));
      expect(names).to.include.members(['readFile /m/a', `open ${target}`, 'write', 'close']);
      expect(await namesDuring(() => os.copy(target, '/m/b'))).to.include.members(['open /m/b', 'write']);
    });

    it('publishes the operations of a wrapper, beside those that it makes on real files', async () => {
      await writeFile(`${scratch.path}/g`, 'x');
      using _ = mount(
        '/wrapped',
        wrap(realFileSystem, { readFile: () => Promise.resolve(Buffer.from('own')) }),
      );
      expect(await namesDuring(() => readBytes('/wrapped/g'))).to.deep.equal(['readFile /wrapped/g']);
      const names = await namesDuring(() => os.chmod(`/wrapped${scratch.path}/g`, 0o600));
      expect(names).to.deep.equal([`chmod ${scratch.path}/g`, `chmod /wrapped${scratch.path}/g`]);
    });
  });
});
