// mkstemp and mkdtemp: what they create, the parts of names, and that a rejected call creates nothing.
import { expect } from 'chai';
import { closeSync, existsSync, lstatSync, readFileSync, rmdirSync, unlinkSync, writeSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { tempfile } from 'uvfiles';

import { expectDescriptors, openDescriptors } from '../support/descriptors.js';
import { rejection, runProgram, scratchDirectory } from '../support/temp.js';

const { mkdtemp, mkstemp } = tempfile;

describe('mkstemp and mkdtemp', () => {
  const scratch = scratchDirectory();

  it('give a file open for reading and writing, and a directory, by absolute paths', async () => {
    const { fd, path: file } = await mkstemp({ dir: scratch.path });
    writeSync(fd, 'hello');
    expect(readFileSync(file, 'utf8')).to.equal('hello');
    closeSync(fd);
    const dir = await mkdtemp({ dir: scratch.path });
    expect(lstatSync(dir).isDirectory()).to.equal(true);
    expect(path.isAbsolute(file) && path.isAbsolute(dir)).to.equal(true);
    expect(
      [path.basename(file), path.basename(dir)].every((name) => /^tmp[a-z2-7]{16}$/.test(name)),
    ).to.equal(true);
    unlinkSync(file);
    rmdirSync(dir);
  });

  it('use gettempdir() by default', async () => {
    const dir = await mkdtemp();
    expect(path.dirname(dir)).to.equal(await tempfile.gettempdir());
    rmdirSync(dir);
  });

  it('accept dir as a string, a URL, bytes that are not UTF-8, and relative to the current directory', async () => {
    const odd = Buffer.concat([Buffer.from(`${scratch.path}/`), Buffer.from([0xff, 0xfe])]);
    const { mkdirSync } = await import('node:fs');
    mkdirSync(odd);
    const inOdd = await mkdtemp({ dir: odd });
    expect(inOdd).to.be.an.instanceOf(Uint8Array);
    expect(
      Buffer.from(inOdd as Uint8Array)
        .subarray(0, odd.length)
        .equals(odd),
    ).to.equal(true);
    rmdirSync(Buffer.from(inOdd as Uint8Array));
    rmdirSync(odd);
    const byUrl = await mkdtemp({ dir: pathToFileURL(scratch.path) });
    expect(path.dirname(byUrl)).to.equal(scratch.path);
    rmdirSync(byUrl);
    const relative = path.relative(process.cwd(), scratch.path);
    const byRelative = await mkdtemp({ dir: relative });
    expect(path.isAbsolute(byRelative)).to.equal(true);
    expect(path.dirname(path.resolve(byRelative))).to.equal(scratch.path);
    rmdirSync(byRelative);
    expect(scratch.list()).to.deep.equal([]);
  });

  it('have modes 0600 and 0700 regardless of the umask', async () => {
    for (const umask of ['0', '0o22', '0o777', '0o277']) {
      const { stdout, stderr } = await runProgram(
        `import { tempfile } from 'uvfiles'; import fs from 'node:fs';
         process.umask(${umask});
         const dir = ${JSON.stringify(scratch.path)};
         const { path, fd } = await tempfile.mkstemp({ dir });
         const made = await tempfile.mkdtemp({ dir });
         const named = await tempfile.namedTemporaryFile({ dir });
         const nameless = await tempfile.temporaryFile({ dir });
         const held = await tempfile.temporaryDirectory({ dir });
         globalThis.open = [named, nameless, held];
         const modes = [path, made, named.name, held.name].map((name) => fs.lstatSync(name).mode);
         modes.push(fs.fstatSync(nameless.fileno()).mode);
         console.log(modes.map((mode) => (mode & 0o7777).toString(8)).join(' '));`,
        { unprivileged: true },
      );
      expect(stderr).to.equal('');
      expect(stdout.trim(), umask).to.equal('600 700 600 700 600');
    }
  });

  it('open descriptors that are close-on-exec', async () => {
    const { fd, path: file } = await mkstemp({ dir: scratch.path });
    const flags = /flags:\t0*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] as string;
    expect(parseInt(flags, 8) & 0o2000000).to.not.equal(0);
    closeSync(fd);
    unlinkSync(file);
  });

  it('never give a name twice, a thousand at once', async () => {
    const made = await Promise.all(Array.from({ length: 1000 }, () => mkdtemp({ dir: scratch.path })));
    expect(new Set(made).size).to.equal(1000);
    expect(scratch.list().length).to.equal(1000);
  });

  it('build the name of prefix and suffix', async () => {
    const dir = await mkdtemp({ dir: scratch.path, prefix: 'über-', suffix: '.end ' });
    expect(path.basename(dir)).to.match(/^über-[a-z2-7]{16}\.end $/);
    const bare = await mkdtemp({ dir: scratch.path, prefix: '', suffix: '' });
    expect(path.basename(bare)).to.match(/^[a-z2-7]{16}$/);
  });

  const makers = {
    mkstemp,
    mkdtemp,
    temporaryFile: tempfile.temporaryFile,
    namedTemporaryFile: tempfile.namedTemporaryFile,
    spooledTemporaryFile: tempfile.spooledTemporaryFile,
    temporaryDirectory: tempfile.temporaryDirectory,
  } as Record<string, (o?: unknown) => Promise<unknown>>;

  for (const [name, make] of Object.entries(makers)) {
    it(`${name} refuses names with separators or NUL, and everything that is no primitive string`, async () => {
      const before = await openDescriptors();
      for (const part of ['prefix', 'suffix']) {
        for (const value of ['a/b', '../x', '/', 'a\0b']) {
          const error = await rejection(make({ dir: scratch.path, [part]: value }));
          expect(error.code, `${part} ${JSON.stringify(value)}`).to.equal('ERR_INVALID_ARG_VALUE');
        }
        for (const value of [
          ['../x'],
          { toString: () => '../x' },
          new String('x'),
          5,
          null,
          Symbol('x'),
          Buffer.from('x'),
        ]) {
          const error = await rejection(make({ dir: scratch.path, [part]: value }));
          expect(error.code, `${part} ${String(value)}`).to.equal('ERR_INVALID_ARG_TYPE');
          expect(error).to.be.an.instanceOf(TypeError);
        }
      }
      for (const dir of [5, null, {}, ['/tmp']]) {
        expect((await rejection(make({ dir }))).code).to.equal('ERR_INVALID_ARG_TYPE');
      }
      expect((await rejection(make({ dir: 'a\0b' }))).code).to.equal('ERR_INVALID_ARG_VALUE');
      expect((await rejection(make('options'))).code).to.equal('ERR_INVALID_ARG_TYPE');
      expect((await rejection(make({ dir: scratch.path, signal: {} }))).code).to.equal(
        'ERR_INVALID_ARG_TYPE',
      );
      expect(scratch.list()).to.deep.equal([]);
      await expectDescriptors(before);
    });
  }

  it('read options as own properties only', async () => {
    const polluted = Object.prototype as Record<string, unknown>;
    Object.assign(polluted, {
      dir: '/nonexistent',
      prefix: '../evil',
      suffix: '../evil',
      mode: 'rb',
      delete: false,
    });
    try {
      const dir = await mkdtemp();
      expect(path.basename(dir)).to.match(/^tmp[a-z2-7]{16}$/);
      rmdirSync(dir);
      const file = await tempfile.namedTemporaryFile();
      expect(file.writable()).to.equal(true);
      await file.close();
      expect(existsSync(file.name)).to.equal(false);
    } finally {
      for (const key of ['dir', 'prefix', 'suffix', 'mode', 'delete']) Reflect.deleteProperty(polluted, key);
    }
  });

  it('are not affected by a polluted Object.prototype', async () => {
    const { stdout, stderr } = await runProgram(
      `import { tempfile } from 'uvfiles'; import fs from 'node:fs';
       const dir = ${JSON.stringify(scratch.path)};
       const hostile = {
         dir: '/nonexistent', prefix: '../x', suffix: '../x', mode: 'r', buffering: 0, encoding: 'utf-16', errors: 'ignore',
         newline: '\\r\\n', maxSize: 1, delete: false, deleteOnClose: false, ignoreCleanupErrors: true, lane: {}, timeout: 0,
         signal: AbortSignal.abort(), anonymous: true, appending: true, force: false, ignoreErrors: true, missingIsFine: false,
         transfer: true, bigint: true, closefd: false, opener: () => 0, permissions: 0o777, registered: false, path: '/x', fd: 0,
       };
       const wrong = [];
       const uses = {
         async mkstemp(o) { const { fd, path } = await tempfile.mkstemp(o); fs.closeSync(fd); fs.unlinkSync(path); },
         async mkdtemp(o) { fs.rmdirSync(await tempfile.mkdtemp(o)); },
         async temporaryDirectory(o) {
           const made = await tempfile.temporaryDirectory(o);
           fs.mkdirSync(made.name + '/a/b', { __proto__: null, recursive: true });
           await made.cleanup();
           if (fs.existsSync(made.name)) throw new Error('left');
         },
       };
       for (const call of ['temporaryFile', 'namedTemporaryFile', 'spooledTemporaryFile']) uses[call] = async (o) => {
         const file = await tempfile[call](o);
         const data = Buffer.alloc(9, 97);
         await file.write(data); await file.flush(); await file.seek(0);
         if (call === 'spooledTemporaryFile') { if (file.name !== null) throw new Error('rolled'); await file.rollover(); }
         if (String(await file.read()) !== 'aaaaaaaaa' || data.length !== 9) throw new Error('other bytes');
         if ((await file.stat()).size !== 9) throw new Error('other size');
         const { name } = file;
         await file.close();
         if (typeof name === 'string' && fs.existsSync(name)) throw new Error('left');
       };
       for (const [key, value] of Object.entries(hostile)) for (const [call, use] of Object.entries(uses)) for (const own of [true, false]) {
         const o = own ? { __proto__: Object.prototype, dir } : undefined;
         Object.prototype[key] = value;
         const failure = await use(o).then(() => undefined, (error) => error);
         delete Object.prototype[key];
         if (failure !== undefined) wrong.push(key + ' ' + call + ' ' + failure);
       }
       console.log(JSON.stringify(wrong), fs.readdirSync(dir).length);`,
      { args: ['--no-warnings'] },
    );
    expect({ stdout: stdout.trim(), stderr }).to.deep.equal({ stdout: '[] 0', stderr: '' });
  });

  it('reject with the error of the system and its path', async () => {
    const missing = path.join(scratch.path, 'missing');
    const error = await rejection(mkstemp({ dir: missing }));
    expect(error).to.include({ code: 'ENOENT', syscall: 'open' });
    expect(path.dirname(error.path!)).to.equal(missing);
    expect(path.basename(error.path!)).to.match(/^tmp/);
    expect(error.message).to.match(/^ENOENT: no such file or directory, open '/);
    expect(await rejection(mkdtemp({ dir: missing }))).to.include({ code: 'ENOENT', syscall: 'mkdir' });
    // Windows says that there can be no such name, and node:fs calls that ENOENT.
    const tooLong = process.platform === 'win32' ? 'ENOENT' : 'ENAMETOOLONG';
    const overlong = mkstemp({ dir: scratch.path, prefix: 'x'.repeat(300) });
    expect(await rejection(overlong)).to.include({ code: tooLong });
  });

  it('leave nothing of an aborted creation, whenever the signal comes', async () => {
    const before = await openDescriptors();
    const makers: ((o: { dir: string; signal: AbortSignal }) => Promise<unknown>)[] = [
      (o) => mkstemp(o),
      (o) => mkdtemp(o),
      (o) => tempfile.temporaryFile(o),
      (o) => tempfile.namedTemporaryFile(o),
      (o) => tempfile.temporaryDirectory(o),
    ];
    for (const [kind, make] of makers.entries()) {
      for (const delay of [-1, 0, 1, 2, 5]) {
        const controller = new AbortController();
        const reason = new Error('enough');
        if (delay < 0) controller.abort(reason);
        const pending = make({ dir: scratch.path, signal: controller.signal });
        if (delay === 0) controller.abort(reason);
        if (delay > 0) setTimeout(() => controller.abort(reason), delay);
        const outcome = await pending.then(
          (made) => made as { fd?: number; path?: string; close?: () => Promise<void> } | string,
          (error: unknown) => error as Error,
        );
        if (outcome instanceof Error) {
          expect(outcome).to.include({ name: 'AbortError', code: 'ABORT_ERR', cause: reason });
          expect(scratch.list(), `${kind} ${delay}`).to.deep.equal([]);
        } else if (typeof outcome === 'string') {
          rmdirSync(outcome);
        } else if (outcome.close !== undefined) {
          await outcome.close();
        } else {
          closeSync(outcome.fd as number);
          unlinkSync(outcome.path as string);
        }
        if (delay <= 0) expect(outcome, String(kind)).to.be.an.instanceOf(Error);
      }
    }
    expect(scratch.list()).to.deep.equal([]);
    await expectDescriptors(before);
  });

  it('belong to their caller: nothing removes them at exit', async () => {
    const { code } = await runProgram(
      `import { tempfile } from 'uvfiles';
       const dir = ${JSON.stringify(scratch.path)};
       await tempfile.mkstemp({ dir }); await tempfile.mkdtemp({ dir });`,
    );
    expect(code).to.equal(0);
    expect(scratch.list().length).to.equal(2);
  });
});
