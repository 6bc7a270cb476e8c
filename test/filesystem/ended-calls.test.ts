// Calls of mounted file systems that ignore signal and deadline: once a call has ended, the file system gets no more requests
// from it.
import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { open, type OpOptions, os, readMany, readText, statMany, writeAtomic } from 'uvfiles';
import {
  type CallOptions,
  type FileSystem,
  fileSystemError,
  type FileSystemFile,
  type Mount,
  mount,
  wrap,
} from 'uvfiles/filesystem';
import { memoryFiles } from 'uvfiles/testing';
import { rejection } from '../support/files.js';

describe('calls of a mounted file system that ignores their signal and deadline', () => {
  let slow: Mount;
  let asked: string[] = [];

  before(() => {
    const files = memoryFiles({ a: 'text' }, { at: '/ended-calls' });
    files.unmount();
    const base = files.fileSystem;
    const later =
      <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        asked.push(name);
        const { signal, deadline = signal === undefined ? 0 : Infinity } = args.at(-1) as CallOptions;
        while (signal?.aborted !== true && performance.now() < deadline) await pause(1);
        return call(...args);
      };
    const watched = (file: FileSystemFile): FileSystemFile =>
      new Proxy(file, {
        get(target, name) {
          const value = Reflect.get(target, name) as unknown;
          if (typeof value !== 'function') return value;
          return (...args: unknown[]): unknown => {
            asked.push(`file.${String(name)}`);
            return Reflect.apply(value, target, args);
          };
        },
      });
    const overrides: Partial<FileSystem> = {
      stat: later('stat', base.stat.bind(base)),
      open: later('open', async (...args) => watched(await base.open(...args))),
      rename: later('rename', base.rename.bind(base)),
      unlink: later('unlink', base.unlink.bind(base)),
    };
    // So that a whole file takes several calls.
    const withoutReadFile = { ...overrides, readFile: undefined } as unknown as Partial<FileSystem>;
    slow = mount('/ended-calls', wrap(base, withoutReadFile));
  });
  beforeEach(() => void (asked = []));
  after(() => slow.unmount());

  const ways: [string, string, (ms: number) => OpOptions][] = [
    ['a timeout', 'ERR_TIMEOUT', (ms) => ({ timeout: ms })],
    ['a signal', 'ABORT_ERR', (ms) => ({ signal: AbortSignal.timeout(ms) })],
  ];
  /** Ends `call` while the file system is at its first step: soon, but on no machine before that. */
  async function endIn(
    call: (o: OpOptions) => Promise<unknown>,
    options: (ms: number) => OpOptions,
  ): Promise<unknown> {
    for (let ms = 1; ; ms *= 2) {
      const error = await rejection(call(options(ms)));
      if (asked.length > 0) return error;
    }
  }

  for (const [what, code, options] of ways) {
    it(`${what} ends the read of a file before its next step`, async () => {
      const read = (o: OpOptions): Promise<unknown> => readText('/ended-calls/a', o);
      expect(await endIn(read, options)).to.have.property('code', code);
      expect(asked).to.deep.equal(['open', 'file.close']);
    });

    it(`${what} ends an atomic write, which leaves the old file and no other`, async () => {
      const write = (o: OpOptions): Promise<unknown> => writeAtomic('/ended-calls/a', 'new', o);
      expect(await endIn(write, options)).to.have.property('code', code);
      expect(asked).not.to.include('rename');
      expect(await readText('/ended-calls/a')).to.equal('text');
      expect(await os.listdir('/ended-calls')).to.deep.equal(['a']);
    });
  }

  it('a read that is answered in pieces ends before the next one', async () => {
    const memory = memoryFiles({ a: '0123456789' }, { at: '/pieces' });
    memory.unmount();
    const { fileSystem } = memory;
    let controller = new AbortController();
    let pieces = 0;
    // The clock of deadlines. No test waits.
    const now = performance.now.bind(performance);
    let passed = 0;
    const piece = async <T>(answer: () => T): Promise<T> => {
      if (++pieces % 3 === 0) {
        controller.abort();
        passed += 120_000;
      }
      return answer();
    };
    const inPieces = (hasPreadinto: boolean): FileSystem =>
      wrap(fileSystem, {
        async open(...args) {
          const file = await fileSystem.open(...args);
          const { size } = file;
          return {
            size,
            pread: async (_size, position, call) => {
              const byte = await file.pread(1, position, call);
              return piece(() => byte);
            },
            ...(hasPreadinto && {
              preadinto: async (view, position, call) => {
                const byte = await file.pread(1, position, call);
                return piece(() => (view.set(byte), byte.length));
              },
            }),
            stat: (call) => file.stat(call),
            close: () => file.close(),
          };
        },
      });
    performance.now = () => now() + passed;
    try {
      for (const hasPreadinto of [false, true]) await readAll(hasPreadinto);
    } finally {
      Reflect.deleteProperty(performance, 'now'); // that of the prototype is back
    }

    async function readAll(hasPreadinto: boolean): Promise<void> {
      using mounted = mount('/pieces', inPieces(hasPreadinto));
      void mounted;
      const f = await open('/pieces/a', 'rb');
      for (const [code, options] of [
        ['ABORT_ERR', () => ({ signal: (controller = new AbortController()).signal })],
        ['ERR_TIMEOUT', () => ({ timeout: 60_000 })],
      ] as const) {
        for (const read of [
          (o: OpOptions) => f.pread(9, 0, o),
          (o: OpOptions) => f.preadinto(new Uint8Array(9), 0, o),
          (o: OpOptions) => f.preadinto(new Uint8Array(9), 0, { ...o, transfer: true }),
          (o: OpOptions) => f.readMany([{ position: 0, size: 9 }], o),
        ]) {
          pieces = 0;
          expect(await rejection(read(options())), String(read)).to.have.property('code', code);
          expect(pieces, String(read)).to.equal(3);
        }
      }
      await f.close();
    }
  });

  it('a call that is already aborted or timed out does not reach the file system', async () => {
    const aborted = { signal: AbortSignal.abort() };
    expect(await rejection(os.stat('/ended-calls/a', { timeout: 0 }))).to.have.property(
      'code',
      'ERR_TIMEOUT',
    );
    expect(await rejection(os.stat('/ended-calls/a', aborted))).to.have.property('code', 'ABORT_ERR');
    expect(asked).to.deep.equal([]);
  });

  it('a timeout that has passed keeps written data in the handle', async () => {
    const f = await open('/ended-calls/b', 'wb');
    await f.write(Buffer.from('kept'));
    expect(await rejection(f.flush({ timeout: 0 }))).to.have.property('code', 'ERR_TIMEOUT');
    await f.close();
    expect(await readText('/ended-calls/b')).to.equal('kept');
    await os.unlink('/ended-calls/b');
  });
});

describe('calls of a mounted file system that rejects with what ended them', () => {
  /** As `fetch` does. */
  const never = ({ signal, deadline }: CallOptions): Promise<never> =>
    new Promise((_, reject) => {
      const end = signal ?? AbortSignal.timeout(Math.ceil(deadline! - performance.now()) + 2);
      end.addEventListener('abort', () => reject(end.reason as Error));
    });
  const files = memoryFiles({ a: 'text' }, { at: '/ended-calls' });
  files.unmount();
  const { fileSystem } = files;
  const fetching = wrap(fileSystem, {
    readFile: undefined,
    stat: (_path, _options, call) => never(call),
    statMany: (_paths, _options, call) => never(call),
    async *readMany(_paths, call) {
      yield await never(call);
    },
    async *list(_path, call) {
      yield await never(call);
    },
    open: async (path, flags, permissions, call) => {
      const file = await fileSystem.open(path, flags, permissions, call);
      return {
        pread: (_size: number, _position: number | bigint, o: CallOptions) => never(o),
        append: (...args) => file.append!(...args),
        stat: never,
        close: () => file.close(),
      };
    },
  });

  const calls: Record<string, (o: OpOptions) => Promise<unknown>> = {
    stat: (o) => os.stat('/ended-calls/a', o),
    listdir: (o) => os.listdir('/ended-calls', o),
    readText: (o) => readText('/ended-calls/a', o),
    read: async (o) => {
      await using f = await open('/ended-calls/a', 'rb');
      return await f.pread(1, 0, o);
    },
    seek: async (o) => {
      await using f = await open('/ended-calls/a', 'rb');
      return await f.seek(0, 2, o);
    },
    'open for appending': (o) => open('/ended-calls/a', 'ab', o),
    statMany: (o) => statMany(['/ended-calls/a'], o),
    readMany: (o) => readMany(['/ended-calls/a'], o).next(),
  };
  for (const [name, call] of Object.entries(calls)) {
    it(`reject with the library's errors: ${name}`, async () => {
      using _ = mount('/ended-calls', fetching);
      for (const reason of [undefined, new Error('mine'), 'a string']) {
        const controller = new AbortController();
        const rejected = rejection(call({ signal: controller.signal }));
        await pause(2);
        controller.abort(reason);
        expect(await rejected).to.include({ code: 'ABORT_ERR', cause: controller.signal.reason as unknown });
      }
      const signal = AbortSignal.timeout(1);
      expect(await rejection(call({ signal }))).to.include({
        code: 'ABORT_ERR',
        cause: signal.reason as unknown,
      });
      expect((await rejection(call({ timeout: 5 }))).code).to.equal('ERR_TIMEOUT');
    });
  }

  /** Mounts the file system, whose files have the methods that `change` returns instead of their own. */
  const mountedWith = (change: (file: FileSystemFile) => Partial<FileSystemFile>): Mount =>
    mount(
      '/ended-calls',
      wrap(fileSystem, {
        open: async (...args) => {
          const file = await fileSystem.open(...args);
          return {
            pread: (...of) => file.pread(...of),
            stat: (...of) => file.stat(...of),
            close: () => file.close(),
            ...change(file),
          };
        },
      }),
    );

  it('keep count of the bytes that a write has written by then', async () => {
    const partly =
      (write: (data: Uint8Array, o: CallOptions) => Promise<unknown>) =>
      async (data: Uint8Array, o: CallOptions) => {
        if (o.signal === undefined) return write(data, o);
        await write(data.subarray(0, 3), {});
        return never(o).catch((error: Error) => Promise.reject(Object.assign(error, { bytesWritten: 3 })));
      };
    using _ = mountedWith((file) => ({
      pwrite: (data, at, o) =>
        partly((part, call) => file.pwrite!(part, at, call))(data, o) as Promise<number>,
      append: partly((part, call) => file.append!(part, call)) as NonNullable<typeof file.append>,
    }));
    for (const mode of ['wb', 'ab'] as const) {
      await using f = await open(`/ended-calls/${mode}`, mode);
      await f.write(Buffer.from('0123456789'));
      const controller = new AbortController();
      const rejected = rejection(f.flush({ signal: controller.signal }));
      await pause(2);
      controller.abort();
      expect(await rejected, mode).to.include({ code: 'ABORT_ERR', bytesWritten: 3 });
      await f.flush();
      expect(await readText(`/ended-calls/${mode}`), mode).to.equal('0123456789');
    }
  });

  it('do not append bytes again if only the position behind them is unknown', async () => {
    let fails = false;
    using _ = mountedWith((file) => ({
      append: (...args) => file.append!(...args),
      stat: (o) => (fails ? Promise.reject(fileSystemError('EIO', 'fstat')) : file.stat(o)),
    }));
    await using f = await open('/ended-calls/appended', 'ab');
    await f.write(Buffer.from('once'));
    fails = true;
    expect(await rejection(f.flush())).to.include({ code: 'EIO', bytesWritten: 4 });
    fails = false;
    await f.flush();
    expect(await readText('/ended-calls/appended')).to.equal('once');
  });
});
