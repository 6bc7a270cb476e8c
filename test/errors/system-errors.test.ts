// Errors have Node's shape and messages, and a stack that names the awaiting line. Handles show their state.
import { expect } from 'chai';
import * as fs from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import {
  ClosedFileError,
  lines,
  open,
  openAtomic,
  type OpOptions,
  os,
  readBytes,
  statMany,
  tempfile,
  UnsupportedOperationError,
  updateAtomic,
  writeAtomic,
  writeFile,
} from 'uvfiles';
import { type FileSystem, mount, wrap } from 'uvfiles/filesystem';
import { memoryFiles } from 'uvfiles/testing';
import { skip } from '../support/skip.js';
import { type AnyError, Folder, rejection } from '../support/files.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

async function nodes(promise: Promise<unknown>): Promise<AnyError> {
  return rejection(promise);
}

describe('errors', () => {
  const folder = new Folder();

  it("have node:fs's code, errno, syscall, path and message", async () => {
    const missing = folder.at('missing');
    const below = path.join(folder.put('file'), 'x');
    const loop = folder.at('loop');
    fs.symlinkSync('loop', loop);
    const long = folder.at('n'.repeat(300));
    const pairs: [() => Promise<unknown>, () => Promise<unknown>][] = [missing, below, loop, long].flatMap(
      (name) => [
        [() => open(name, 'rb'), () => fs.promises.open(name, 'r')],
        [() => open(Buffer.from(name), 'rb'), () => fs.promises.open(Buffer.from(name), 'r')],
        [() => readBytes(name), () => fs.promises.readFile(name)],
        [() => os.stat(name), () => fs.promises.stat(name)],
        [() => os.stat(name, { bigint: true }), () => fs.promises.stat(name)],
      ],
    );
    pairs.push(
      [() => open(folder.put('there'), 'xb'), () => fs.promises.open(folder.at('there'), 'wx')],
      [() => os.lstat(missing), () => fs.promises.lstat(missing)],
      [
        () => writeFile(path.join(missing, 'x'), 'x'),
        () => fs.promises.writeFile(path.join(missing, 'x'), 'x'),
      ],
      [() => writeFile(folder.path, 'x'), () => fs.promises.writeFile(folder.path, 'x')],
    );
    for (const [ours, theirs] of pairs) {
      const [actual, expected] = [await rejection(ours()), await nodes(theirs())];
      expect(actual).to.be.instanceOf(Error);
      expect({ ...actual, message: actual.message }).to.deep.equal({
        ...expected,
        message: expected.message,
      });
      expect(actual.name).to.equal('Error');
    }
  });

  it('name an empty path, as those of node:fs do', async () => {
    const there = folder.put('there');
    const pairs: [() => Promise<unknown>, () => Promise<unknown>][] = [
      [() => open(''), () => fs.promises.open('')],
      [() => os.mkdir(''), () => fs.promises.mkdir('')],
      [() => os.unlink(''), () => fs.promises.unlink('')],
      [() => os.rmdir(''), () => fs.promises.rmdir('')],
      [() => os.readlink(''), () => fs.promises.readlink('')],
      [() => os.chmod('', 0o600), () => fs.promises.chmod('', 0o600)],
      [() => os.utimes('', 1, 1), () => fs.promises.utimes('', 1, 1)],
      [() => os.listdir(''), () => fs.promises.readdir('')],
      [() => os.rename('', there), () => fs.promises.rename('', there)],
      [() => os.rename(there, ''), () => fs.promises.rename(there, '')],
      [() => os.link('', there), () => fs.promises.link('', there)],
      [() => os.symlink('', folder.at('link')), () => fs.promises.symlink('', folder.at('link'))],
    ];
    for (const [ours, theirs] of pairs) {
      const [actual, expected] = [await rejection(ours()), await nodes(theirs())];
      expect({ ...actual, message: actual.message }).to.deep.equal({
        ...expected,
        message: expected.message,
      });
    }
    for (const call of [openAtomic, os.rmtree, (path: string) => writeAtomic(path, 'x')])
      expect(await rejection(call(''))).to.include({ code: 'ENOENT', path: '' });
  });

  it('of a descriptor have no path', async () => {
    const f = await open(folder.put('f', 'abc'), 'rb', { buffering: 0 });
    const error = await rejection(f.seek(-10, 1));
    expect({ ...error }).to.deep.equal({ errno: -22, code: 'EINVAL', syscall: 'lseek' });
    await f.close();
    const write = await open('/dev/full', 'wb', { buffering: 0 });
    const full = await rejection(write.write(bytes('x')));
    expect({ ...full, message: full.message }).to.deep.equal({
      errno: -28,
      code: 'ENOSPC',
      syscall: 'write',
      message: 'ENOSPC: no space left on device, write',
    });
    await write.close();
  });

  it('contain the line that awaits the call in their stack', async () => {
    await using f = await open(folder.put('f', 'abc'), 'rb+');
    async function waitsForOpen(): Promise<void> {
      await open(folder.at('missing'), 'rb');
    }
    async function waitsForSeek(): Promise<void> {
      await f.seek(-10, 1);
    }
    async function waitsInTurn(): Promise<void> {
      const before = [f.seek(0), f.read(1)];
      await f.seek(-10, 1);
      await Promise.all(before);
    }
    async function waitsForStat(): Promise<void> {
      await os.stat(folder.at('missing'));
    }
    async function waitsForBytes(): Promise<void> {
      await readBytes(folder.at('missing'));
    }
    async function waitsForArgument(): Promise<void> {
      await f.pread(1, -1);
    }
    for (const call of [
      waitsForOpen,
      waitsForSeek,
      waitsInTurn,
      waitsForStat,
      waitsForBytes,
      waitsForArgument,
    ]) {
      const { stack } = await rejection(call());
      expect(stack, call.name).to.match(
        new RegExp(`at (async )?${call.name} .*system-errors\\.test\\.ts:\\d+`),
      );
    }
  });

  it('and those of calls that end at once contain this line, however deep they are', async () => {
    const path = folder.put('f', 'abc');
    const dir = folder.path;
    const calls: Record<string, (o: OpOptions) => Promise<unknown>> = {
      chmod: (o) => os.chmod(path, 0o600, o),
      rename: (o) => os.rename(path, path, o),
      copy: (o) => os.copy(path, folder.at('copy'), o),
      scandir: (o) => os.scandir(dir, o).next(),
      statMany: (o) => statMany([path], o),
      lines: (o) => lines(path, o).next(),
      openAtomic: (o) => openAtomic(path, 'w', o),
      writeAtomic: (o) => writeAtomic(path, ['x'], o),
      temporaryDirectory: (o) => tempfile.temporaryDirectory({ dir, ...o }),
    };
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 10;
    try {
      for (const o of [{ signal: AbortSignal.abort() }, { timeout: 0 }]) {
        for (const [name, call] of Object.entries(calls)) {
          const waits = async (): Promise<unknown> => await call(o);
          const { code, stack } = await rejection(waits());
          expect(code, name).to.be.oneOf(['ABORT_ERR', 'ERR_TIMEOUT']);
          expect(stack, name).to.match(/at (async )?waits .*system-errors\.test\.ts:\d+/);
        }
      }
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  });

  it('contain the line of a loop over lines that are not text', async () => {
    const file = folder.put('malformed', bytes('line\n\xff\n'));
    await using f = await open(file, 'r', { encoding: 'ascii' });
    async function readsLines(): Promise<void> {
      for await (const _ of f);
    }
    async function readsBatches(): Promise<void> {
      for await (const _ of f.lines({ batch: 2 }));
    }
    async function readsPath(): Promise<void> {
      for await (const _ of lines(file, { encoding: 'ascii' }));
    }
    async function readsLast(): Promise<void> {
      for await (const _ of lines(file, { encoding: 'ascii', last: 1 }));
    }
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 10;
    try {
      for (const call of [readsLines, readsBatches, readsPath, readsLast]) {
        const { code, stack } = await rejection(call());
        expect(code, call.name).to.equal('ERR_UNICODE_DECODE');
        expect(stack, call.name).to.match(
          new RegExp(`at async ${call.name} .*system-errors\\.test\\.ts:\\d+`),
        );
        await f.seek(0);
      }
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  });

  it('have room for that line in ten, whatever the file system', async () => {
    using _ = memoryFiles({ 'dir/file': '' }, { at: '/stacks' });
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 10;
    try {
      await using f = await open('/stacks/dir/file', 'rb');
      const calls = {
        stat: () => os.stat('/stacks/none'),
        open: () => open('/stacks/dir/none'),
        list: () => os.listdir('/stacks/none'),
        write: () => writeFile('/stacks/dir', ''),
        seek: () => f.seek(-1, 1),
        update: () => updateAtomic('/stacks/none/x', () => ''),
        updateReal: () => updateAtomic(folder.at('none/x'), () => ''),
      };
      for (const [name, call] of Object.entries(calls)) {
        const waits = async (): Promise<void> => void (await call());
        const { stack, message } = await rejection(waits());
        expect(stack, name).to.match(/at (async )?waits .*system-errors\.test\.ts:\d+/);
        expect(stack).to.include(message);
      }
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  });

  it("keep the lines of a program's own file system, its object and its cause", async () => {
    const cause = new Error('the server is down');
    const thrown = new Set<unknown>();
    function failsInOwnCode(): never {
      const error = Object.assign(new Error('mine', { cause }), { code: 'EIO' });
      thrown.add(error);
      throw error;
    }
    const one = Object.assign(new Error('the same each time'), { code: 'EACCES' });
    using files = memoryFiles({ file: 'abc' }, { at: '/kept-stacks' });
    files.unmount();
    const layer: Partial<FileSystem> = {
      stat: async () => failsInOwnCode(),
      unlink: () => Promise.reject(one),
      open: async (...args) => {
        const file = await files.fileSystem.open(...args);
        return { stat: () => file.stat({}), close: () => file.close(), pread: async () => failsInOwnCode() };
      },
    };
    using _ = mount('/kept-stacks', wrap(files.fileSystem, layer));
    await using f = await open('/kept-stacks/file', 'rb', { buffering: 0 });
    for (const call of [() => os.stat('/kept-stacks/file'), () => f.pread(1, 0)]) {
      const waits = async (): Promise<void> => void (await call());
      const error = await rejection(waits());
      expect(thrown).to.include(error);
      expect(error).to.have.property('cause', cause);
      expect(error.stack).to.match(/at failsInOwnCode [^]*at (async )?waits .*system-errors\.test\.ts:\d+/);
      expect(error.stack!.startsWith(`Error: ${error.message}\n    at failsInOwnCode `)).to.equal(true);
    }
    const first = (await rejection(os.unlink('/kept-stacks/file'))).stack!.split('\n').length;
    for (let i = 0; i < 10; i++) await rejection(os.unlink('/kept-stacks/file'));
    expect((await rejection(os.unlink('/kept-stacks/file'))).stack!.split('\n').length).to.be.at.most(
      first + 2,
    );
  });

  it('can be identified by class and by code, even across copies of the package', async () => {
    const f = await open(folder.put('f'), 'wb');
    const unsupported = await rejection(f.read());
    expect(unsupported).to.be.instanceOf(UnsupportedOperationError);
    expect(unsupported).to.include({ name: 'UnsupportedOperationError', code: 'ERR_UNSUPPORTED_OPERATION' });
    await f.close();
    const closed = await rejection(f.write(bytes('x')));
    expect(closed).to.be.instanceOf(ClosedFileError);
    expect(closed).not.to.be.instanceOf(UnsupportedOperationError);
    expect({}).not.to.be.instanceOf(ClosedFileError);
    expect(closed.message).to.equal('I/O operation on closed file');
  });

  it('of a pipe say that it is not seekable', async function () {
    if (process.platform !== 'linux') skip(this, '/proc is only on Linux');
    const f = await open('/proc/self/fd/0', 'rb').catch(() => undefined);
    await f?.close();
    const { spawnSync } = await import('node:child_process');
    const fifo = folder.at('fifo');
    expect(spawnSync('mkfifo', [fifo]).status).to.equal(0);
    const keep = fs.openSync(fifo, fs.constants.O_RDWR);
    const pipe = await open(fifo, 'rb');
    expect(await pipe.seekable()).to.equal(false);
    expect(await rejection(pipe.seek(0))).to.be.instanceOf(UnsupportedOperationError);
    expect((await rejection(pipe.tell())).code).to.equal('ESPIPE');
    expect((await rejection(pipe.pread(1, 0))).code).to.equal('ESPIPE');
    const updating = await rejection(open(fifo, 'rb+'));
    expect(updating).to.be.instanceOf(UnsupportedOperationError);
    await pipe.close();
    fs.closeSync(keep);
  });

  it('handles show their name, mode and state', async () => {
    const name = folder.put('f', 'abc');
    const f = await open(name, 'rb');
    const raw = await open(name, 'wb', { buffering: 0 });
    expect(inspect(f)).to.match(/^BinaryFile \{ '.*f' mode='rb' fd=\d+ \}$/);
    expect(inspect(raw)).to.match(/^RawFile \{ '.*f' mode='wb' fd=\d+ \}$/);
    await Promise.all([f.close(), raw.close()]);
    expect(inspect(f)).to.match(/^BinaryFile \{ '.*f' mode='rb' closed \}$/);
    expect(inspect({ deep: { deeper: f } })).to.include('BinaryFile');
  });

  it('are reported once as an unhandled rejection, unless they are handled', async () => {
    const seen: unknown[] = [];
    const listener = (error: unknown): void => void seen.push(error);
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', listener);
    try {
      const f = await open(folder.put('f', 'abc'), 'rb+');
      void f.seek(-10, 1);
      await f.seek(-10, 1).catch(() => undefined);
      await f.pread(1, -1).catch(() => undefined);
      await f.write(bytes('x'), { signal: AbortSignal.abort() }).catch(() => undefined);
      const waiting = [f.read(1), f.seek(-10, 1).catch(() => undefined)];
      await Promise.all(waiting);
      await f.close();
      await new Promise((resolve) => setTimeout(resolve, 10));
    } finally {
      process.removeListener('unhandledRejection', listener);
      for (const each of others) process.on('unhandledRejection', each);
    }
    expect(seen.map((error) => (error as AnyError).code)).to.deep.equal(['EINVAL']);
  });
});
