// open(): Python's modes, what each does to the file, options, descriptors and openers, and aborting.
import { expect } from 'chai';
import * as fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { BinaryFile, open, RawFile, TextFile } from 'uvfiles';
import { expectDescriptors, openDescriptors } from '../support/descriptors.js';
import { skip } from '../support/skip.js';
import { codeOf, Folder, rejection, runProgram } from '../support/files.js';

function orders(letters: string): string[] {
  if (letters.length < 2) return [letters];
  return [...letters].flatMap((first, i) =>
    orders(letters.slice(0, i) + letters.slice(i + 1)).map((rest) => first + rest),
  );
}

describe('open', () => {
  const folder = new Folder();

  for (const base of ['r', 'w', 'a', 'x']) {
    it(`takes mode '${base}' with '+', 'b' and 't' in any order`, async () => {
      for (const extra of ['', '+', 'b', 't', '+b', '+t']) {
        for (const mode of orders(base + extra)) {
          const name = folder.put('modes', 'old');
          if (base === 'x') fs.unlinkSync(name);
          const f = await open(name, mode);
          expect(f, mode).to.be.instanceOf(mode.includes('b') ? BinaryFile : TextFile);
          expect(f.readable(), mode).to.equal(base === 'r' || mode.includes('+'));
          expect(f.writable(), mode).to.equal(base !== 'r' || mode.includes('+'));
          expect(await f.seekable()).to.equal(true);
          await f.close();
        }
      }
    });
  }

  it('rejects every other mode before it touches the file', async () => {
    const name = folder.put('untouched', 'kept');
    const bad = [
      '',
      'b',
      't',
      '+',
      'U',
      'rU',
      'rw',
      'wa',
      'r++',
      'rbb',
      'tb',
      'rtb',
      'wtb',
      'rr',
      'w b',
      'R',
      'r\0',
      'wxb',
      'rb,',
    ];
    for (const mode of bad)
      expect(await codeOf(open(name, mode)), JSON.stringify(mode)).to.equal('ERR_INVALID_ARG_VALUE');
    for (const mode of [5, null, {}, ['rb'], true]) {
      expect(await codeOf(open(name, mode as never)), String(mode)).to.equal('ERR_INVALID_ARG_TYPE');
    }
    expect(folder.get('untouched')).to.equal('kept');
  });

  it('rejects options that exclude each other before it touches the file', async () => {
    const name = folder.put('untouched', 'kept');
    const bad: [string, object][] = [
      ['wb', { encoding: 'utf-8' }],
      ['wb', { errors: 'strict' }],
      ['wb', { newline: '' }],
      ['w', { buffering: 0 }],
      ['w', { newline: 'x' }],
      ['w', { newline: '\n\r' }],
      ['wb', { closefd: false }],
    ];
    for (const [mode, o] of bad) {
      expect(await codeOf(open(name, mode, o)), JSON.stringify(o)).to.equal('ERR_INVALID_ARG_VALUE');
    }
    expect(await codeOf(open(name, 'w', { encoding: 'klingon' }))).to.equal('ERR_UNKNOWN_ENCODING');
    expect(await codeOf(open(name, 'wb', { buffering: 1.5 }))).to.equal('ERR_OUT_OF_RANGE');
    expect(await codeOf(open(name, 'wb', { buffering: -2 }))).to.equal('ERR_OUT_OF_RANGE');
    expect(await codeOf(open(name, 'wb', { buffering: '8' } as never))).to.equal('ERR_INVALID_ARG_TYPE');
    expect(await codeOf(open(name, 'wb', { permissions: 0o10000 }))).to.equal('ERR_OUT_OF_RANGE');
    expect(await codeOf(open(name, 'wb', { permissions: -1 }))).to.equal('ERR_OUT_OF_RANGE');
    expect(await codeOf(open(name, 'wb', { opener: 5 } as never))).to.equal('ERR_INVALID_ARG_TYPE');
    expect(await codeOf(open(name, 'wb', { signal: 5 } as never))).to.equal('ERR_INVALID_ARG_TYPE');
    expect(await codeOf(open(name, 'wb', { timeout: '5' } as never))).to.equal('ERR_INVALID_ARG_TYPE');
    expect(await codeOf(open(name, 'wb', { timeout: -1 }))).to.equal('ERR_OUT_OF_RANGE');
    expect(await codeOf(open(name, 'wb', { lane: 'bulk' } as never))).to.equal('ERR_INVALID_ARG_TYPE');
    expect(await codeOf(open(name, 'wb', null as never))).to.equal('ERR_INVALID_ARG_TYPE');
    expect(folder.get('untouched')).to.equal('kept');
  });

  it("'w' truncates, 'a' keeps, 'x' creates only, 'r+' keeps and writes", async () => {
    const name = folder.put('f', 'old');
    await (await open(name, 'rb+')).close();
    expect(folder.get('f')).to.equal('old');
    const appending = await open(name, 'ab');
    expect(await appending.tell()).to.equal(3);
    await appending.write(Buffer.from('+new'));
    await appending.close();
    expect(folder.get('f')).to.equal('old+new');
    expect(await codeOf(open(name, 'xb'))).to.equal('EEXIST');
    await (await open(name, 'wb')).close();
    expect(folder.get('f')).to.equal('');
    expect(await codeOf(open(folder.at('absent'), 'rb+'))).to.equal('ENOENT');
    for (const mode of ['wb', 'ab', 'xb']) {
      await (await open(folder.at(`new-${mode}`), mode)).close();
      expect(fs.existsSync(folder.at(`new-${mode}`))).to.equal(true);
    }
  });

  it('resolves to a RawFile with buffering 0, and to buffered files otherwise', async () => {
    const name = folder.put('f');
    const raw = await open(name, 'rb', { buffering: 0 });
    expect(raw).to.be.instanceOf(RawFile);
    expect(raw.mode).to.equal('rb');
    const binary = await open(name, 'rb+');
    expect(binary.raw).to.be.instanceOf(RawFile);
    expect(binary.mode).to.equal('rb+');
    const text = await open(name, 'r');
    expect(text.buffer).to.be.instanceOf(BinaryFile);
    await Promise.all([raw.close(), binary.close(), text.close()]);
  });

  it('names its mode as Python does', async () => {
    const shown = { rb: 'rb', wb: 'wb', 'w+b': 'rb+', ab: 'ab', '+ab': 'ab+', 'br+': 'rb+' };
    for (const [mode, expected] of Object.entries(shown)) {
      const f = await open(folder.put('f'), mode as 'rb');
      expect(f.mode, mode).to.equal(expected);
      await f.close();
    }
  });

  it('takes paths as strings, bytes and file: URLs, and keeps the name', async () => {
    const name = folder.put('näme', 'x');
    for (const given of [name, Buffer.from(name), pathToFileURL(name)]) {
      const f = await open(given, 'rb');
      expect(await f.read()).to.deep.equal(Buffer.from('x'));
      expect(f.name).to.deep.equal(given instanceof URL ? name : given);
      await f.close();
    }
    const bytes = Buffer.concat([Buffer.from(`${folder.path}/`), Buffer.from([0xff, 0xfe])]);
    await (await open(bytes, 'wb')).close();
    expect(
      fs.readdirSync(folder.path, 'buffer').some((each) => each.equals(Buffer.from([0xff, 0xfe]))),
    ).to.equal(true);
  });

  it('rejects values that are not paths, and paths with a NUL', async () => {
    for (const bad of [undefined, null, {}, [], true, 5n, Symbol('x'), () => 'x']) {
      expect(await codeOf(open(bad as never, 'rb'))).to.equal('ERR_INVALID_ARG_TYPE');
    }
    for (const bad of ['a\0b', Buffer.from('a\0b')])
      expect(await codeOf(open(bad, 'rb'))).to.equal('ERR_INVALID_ARG_VALUE');
    expect((await rejection(open(new URL('http://example.com/'), 'rb'))).code).to.equal(
      'ERR_INVALID_URL_SCHEME',
    );
    expect(await codeOf(open('', 'rb'))).to.equal('ENOENT');
  });

  it('rejects a directory', async () => {
    const error = await rejection(open(folder.path, 'rb'));
    expect(error.code).to.equal('EISDIR');
    expect(error.path).to.equal(folder.path);
    expect(await codeOf(open(folder.path, 'wb'))).to.equal('EISDIR');
  });

  it('creates files with the given permissions, less the umask', async () => {
    const before = process.umask(0o027);
    try {
      await (await open(folder.at('default'), 'wb')).close();
      await (await open(folder.at('tight'), 'wb', { permissions: 0o604 })).close();
    } finally {
      process.umask(before);
    }
    expect(fs.statSync(folder.at('default')).mode & 0o777).to.equal(0o640);
    expect(fs.statSync(folder.at('tight')).mode & 0o777).to.equal(0o600);
  });

  it('opens descriptors that children do not inherit', async function () {
    if (process.platform !== 'linux') skip(this, 'only Linux reports the flags of descriptors in /proc');
    const f = await open(folder.put('f'), 'rb');
    const flags = fs.readFileSync(`/proc/self/fdinfo/${f.fileno()}`, 'utf8');
    expect(Number.parseInt(/flags:\s+(\d+)/.exec(flags)?.[1] ?? '0', 8) & 0o2000000).to.equal(0o2000000);
    await f.close();
  });

  it('opens a descriptor, and closes it unless closefd is false', async () => {
    const lent = fs.openSync(folder.put('f', 'abc'), 'r+');
    const f = await open(lent, 'rb', { closefd: false });
    expect(f.name).to.equal(lent);
    expect(f.fileno()).to.equal(lent);
    expect(await f.read(1)).to.deep.equal(Buffer.from('a'));
    await f.close();
    expect(fs.readSync(lent, Buffer.alloc(5))).to.equal(2); // left at the user's position, not at that of the buffer
    const owner = await open(lent, 'rb+');
    await owner.close();
    expect(() => fs.fstatSync(lent))
      .to.throw()
      .with.property('code', 'EBADF');
  });

  it("starts at the position of a descriptor, and at the end in mode 'a'", async () => {
    const fd = fs.openSync(folder.put('f', 'abcdef'), 'r+');
    fs.readSync(fd, Buffer.alloc(2));
    const f = await open(fd, 'rb', { closefd: false });
    expect(await f.tell()).to.equal(2);
    expect(await f.read(2)).to.deep.equal(Buffer.from('cd'));
    await f.close();
    const g = await open(fd, 'ab');
    expect(await g.tell()).to.equal(6);
    await g.close();
  });

  it('rejects numbers that are not open descriptors', async () => {
    for (const bad of [-1, 1.5, Number.NaN, 2 ** 31])
      expect(await codeOf(open(bad, 'rb')), String(bad)).to.equal('ERR_OUT_OF_RANGE');
    const error = await rejection(open(2_000_000, 'rb'));
    expect(error).to.include({ code: 'EBADF', syscall: 'fstat' });
  });

  it('does not close a descriptor that it fails to open', async () => {
    const fd = fs.openSync(folder.path, 'r');
    expect(await codeOf(open(fd, 'rb'))).to.equal('EISDIR');
    fs.fstatSync(fd);
    fs.closeSync(fd);
  });

  it('opens the file with the opener', async () => {
    const calls: unknown[] = [];
    const name = folder.put('f', 'abc');
    const opener = async (given: unknown, flags: number): Promise<number> => {
      calls.push([given, flags]);
      await Promise.resolve();
      return fs.openSync(path.join(folder.path, 'f'), flags);
    };
    const f = await open(name, 'rb+', { opener });
    expect(calls).to.deep.equal([[name, fs.constants.O_RDWR]]);
    expect(await f.read()).to.deep.equal(Buffer.from('abc'));
    expect(f.name).to.equal(name);
    await f.close();
    expect(() =>
      fs.fstatSync((f.raw as unknown as { _io: { file: { fd: number } } })._io.file.fd),
    ).to.throw();
  });

  it("passes an opener's failure on, and refuses a result that is no descriptor", async () => {
    const boom = new Error('boom');
    expect(await rejection(open('x', 'rb', { opener: () => Promise.reject(boom) }))).to.equal(boom);
    const thrown = (): never => {
      throw boom;
    };
    expect(await rejection(open('x', 'rb', { opener: thrown }))).to.equal(boom);
    expect(await codeOf(open('x', 'rb', { opener: () => -1 }))).to.equal('ERR_OUT_OF_RANGE');
    expect(await codeOf(open('x', 'rb', { opener: () => 'x' as never }))).to.equal('ERR_INVALID_ARG_TYPE');
    expect(await codeOf(open(0, 'rb', { opener: () => 1 }))).to.equal('ERR_INVALID_ARG_VALUE');
  });

  it("closes an opener's descriptor if the file cannot be used, or the call has been aborted", async () => {
    const before = await openDescriptors();
    const directory = (): number => fs.openSync(folder.path, 'r');
    expect(await codeOf(open('x', 'rb', { opener: directory }))).to.equal('EISDIR');
    const controller = new AbortController();
    const slow = async (): Promise<number> => {
      const fd = fs.openSync(folder.put('f'), 'r');
      controller.abort();
      await Promise.resolve();
      return fd;
    };
    expect(await codeOf(open('x', 'rb', { opener: slow, signal: controller.signal }))).to.equal('ABORT_ERR');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expectDescriptors(before);
  });

  it('rejects after an abort or timeout while its opener is waiting, and closes a descriptor that is opened later', async () => {
    const before = await openDescriptors();
    const reason = new Error('enough');
    const controller = new AbortController();
    for (const o of [{ signal: controller.signal }, { timeout: 20 }]) {
      let answer: (fd: number) => void = () => undefined;
      const opener = (): Promise<number> => new Promise((resolve) => (answer = resolve));
      const ended = rejection(open('x', 'rb', { opener, ...o }));
      controller.abort(reason);
      const error = await ended;
      if ('timeout' in o) expect(error).to.include({ name: 'TimeoutError', code: 'ERR_TIMEOUT' });
      else expect(error).to.include({ name: 'AbortError', cause: reason });
      answer(fs.openSync(folder.put('f'), 'r'));
    }
    await expectDescriptors(before);
  });

  it('rejects when aborted, creates nothing, and leaks no descriptor', async () => {
    const before = await openDescriptors();
    const reason = new Error('enough');
    const error = await rejection(open(folder.at('never'), 'wb', { signal: AbortSignal.abort(reason) }));
    expect(error).to.include({ name: 'AbortError', code: 'ABORT_ERR', cause: reason });
    expect(fs.existsSync(folder.at('never'))).to.equal(false);
    const name = folder.put('f');
    for (let round = 0; round < 20; round++) {
      const controller = new AbortController();
      const pending = Array.from({ length: 20 }, () => open(name, 'rb', { signal: controller.signal }));
      if (round % 2 === 0) await new Promise(setImmediate);
      controller.abort();
      for (const each of await Promise.allSettled(pending))
        if (each.status === 'fulfilled') await each.value.close();
    }
    // A file whose open was running at the abort is closed as soon as it is open.
    await expectDescriptors(before);
  });

  it('rejects with EMFILE without descriptors, and works again when there are some', async () => {
    const ending = await runProgram(
      `import { open } from 'uvfiles';
       const files = [];
       let failure;
       for (let i = 0; i < 100; i++) {
         try { files.push(await open(process.execPath, 'rb')); } catch (error) { failure = error; break; }
       }
       const { code, syscall, path } = failure;
       for (const f of files) await f.close();
       await (await open(process.execPath, 'rb')).close();
       console.log(JSON.stringify([code, syscall, path === process.execPath]));`,
      { limits: '-n 64' },
    );
    expect(ending.stderr).to.equal('');
    expect(JSON.parse(ending.stdout)).to.deep.equal(['EMFILE', 'open', true]);
  });
});
