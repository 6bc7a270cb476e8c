// Handles as values, and their options: every call reads and checks them once, at its beginning.
import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { type BinaryFile, lanes, metrics, open, type RawFile, tempfile, TextFile } from 'uvfiles';

import { codeOf, Folder, rejection, runProgram } from '../support/files.js';
import { eventually, inlineHere } from '../support/inline.js';
import { skip } from '../support/skip.js';

type Any = RawFile | BinaryFile | TextFile;
type Call = (f: any, o: any) => Promise<unknown>;

const kinds: [name: string, mode: string, o: object][] = [
  ['RawFile', 'r+b', { buffering: 0 }],
  ['BinaryFile', 'r+b', {}],
  ['TextFile', 'r+', {}],
];

describe('the options of a handle', () => {
  const folder = new Folder();
  const needed = inlineHere();

  const both: Record<string, Call> = {
    read: (f, o) => f.read(1, o),
    readline: (f, o) => f.readline(-1, o),
    readlines: (f, o) => f.readlines(-1, o),
    write: (f, o) => f.write(f instanceof TextFile ? 'x' : Buffer.from('x'), o),
    writelines: (f, o) => f.writelines([], o),
    seek: (f, o) => f.seek(0, 0, o),
    truncate: (f, o) => f.truncate(3, o),
    flush: (f, o) => f.flush(o),
    sync: (f, o) => f.sync(o),
    datasync: (f, o) => f.datasync(o),
    stat: (f, o) => f.stat(o),
    'the first step of lines': (f, o) => f.lines(o).next(),
  };
  const bytesOnly: Record<string, Call> = {
    readall: (f, o) => f.readall(o),
    readinto: (f, o) => f.readinto(Buffer.alloc(1), o),
    pread: (f, o) => f.pread(1, 0, o),
    preadinto: (f, o) => f.preadinto(Buffer.alloc(1), 0, o),
    pwrite: (f, o) => f.pwrite(Buffer.from('x'), 0, o),
    readMany: (f, o) => f.readMany([{ position: 0, size: 1 }], o),
  };

  for (const [name, mode, how] of kinds) {
    const calls = Object.entries(name === 'TextFile' ? both : { ...both, ...bytesOnly });

    it(`of ${name} are rejected if their names or types are wrong`, async () => {
      const f: Any = await open(folder.put('f', 'a\nb\n'), mode, how);
      for (const [what, call] of calls) {
        for (const wrong of [
          { singal: 1 },
          { highWaterMark: 1 },
          { timeout: '5' },
          { lane: {} },
          { signal: {} },
          7,
          null,
          'utf8',
          [],
        ]) {
          const promise = call(f, wrong);
          expect(await codeOf(promise), `${what} with ${JSON.stringify(wrong)}`).to.match(
            /^ERR_INVALID_ARG_/,
          );
        }
        expect(await codeOf(call(f, { timeout: -1 })), what).to.equal('ERR_OUT_OF_RANGE');
      }
      expect((await rejection(f.read(1, { Signal: 1 } as never))).message).to.include('did you mean signal?');
      expect(await codeOf(f.stat({ bigint: 1 } as never))).to.equal('ERR_INVALID_ARG_TYPE');
      await f.close();
      expect(readFileSync(folder.at('f'), 'utf8'), 'nothing was done').to.equal('a\nb\n');
    });

    it(`of ${name} are read once, before anything is done`, async () => {
      const f: Any = await open(folder.put('f', 'a\nb\n'), mode, how);
      for (const [what, call] of calls) {
        let asked = 0;
        const o = {
          get lane(): unknown {
            if (asked++ > 0) throw new Error('asked again');
            return lanes.default;
          },
          get signal(): unknown {
            return undefined;
          },
        };
        await call(f, o);
        expect(asked, what).to.equal(1);
      }
      const failing = {
        get signal(): unknown {
          throw new Error('from a getter');
        },
      };
      for (const [what, call] of calls)
        expect((await rejection(call(f, failing))).message, what).to.equal('from a getter');
      await f.close();
    });
  }

  it('do not prevent cached reads without a thread', async function () {
    needed(this);
    const f = await open(folder.put('g', 'x'.repeat(10_000)), 'rb');
    const { signal } = new AbortController();
    const hits = (): number => metrics().lanes.default!.inlineHits;
    await eventually(1, async () => {
      const before = hits();
      await f.pread(10, 0, { signal, timeout: 100_000 });
      return hits() - before;
    });
    await f.close();
  });
});

describe('a handle as a value', () => {
  const folder = new Folder();

  it('is a small plain object in JSON, whether open or closed', async () => {
    for (const [name, mode, how] of kinds) {
      const f: Any = await open(folder.put('f'), mode, how);
      expect(JSON.parse(JSON.stringify({ f })), name).to.deep.equal({
        f: { name: folder.at('f'), mode: f.mode, closed: false },
      });
      await f.close();
      expect(JSON.parse(JSON.stringify(f))).to.include({ closed: true });
    }
    const bytes = await open(Buffer.from(folder.put('g')), 'rb');
    expect(JSON.parse(JSON.stringify(bytes)).name).to.equal(folder.at('g'));
    await bytes.close();
    const spooled = await tempfile.spooledTemporaryFile();
    expect(JSON.parse(JSON.stringify(spooled))).to.deep.equal({ name: null, mode: 'w+b', closed: false });
    await spooled.close();
  });

  it('cannot be cloned, and keeps its pending data', async () => {
    for (const [name, mode, how] of kinds) {
      const f: Any = await open(folder.put('f'), mode, how);
      await (f as TextFile).write((name === 'TextFile' ? 'x' : Buffer.from('x')) as never);
      const { port1, port2 } = new MessageChannel();
      for (const clone of [() => structuredClone(f), () => port1.postMessage({ f })])
        expect(clone, name).to.throw().with.property('name', 'DataCloneError');
      port1.close();
      port2.close();
      await f.close();
      expect(readFileSync(folder.at('f'), 'utf8')).to.equal('x');
    }
  });

  it('rejects with any error of stat', async () => {
    for (const [, mode, how] of kinds) {
      const f: Any = await open(folder.put('f'), mode, how);
      const promise = f.stat(
        Object.defineProperty({}, 'bigint', { enumerable: true, get: () => 1n }) as never,
      );
      expect(await codeOf(promise)).to.equal('ERR_INVALID_ARG_TYPE');
      await f.close();
      expect(await codeOf(f.stat())).to.equal('ERR_FILE_CLOSED');
    }
  });
});

describe('a write that fails and that nobody awaits', () => {
  it('is an unhandled rejection, positional or not', async function () {
    if (process.platform !== 'linux') skip(this, 'needs /dev/full');
    const program = `
      import { open } from 'uvfiles';
      const told = [];
      process.on('unhandledRejection', (error) => told.push(error.code));
      for (const buffering of [0, -1]) {
        const f = await open('/dev/full', 'r+b', { buffering });
        void f.pwrite(Buffer.from('x'), 0);
        while (told.length < 1) await new Promise((resolve) => setImmediate(resolve));
        void f.write(Buffer.alloc(1 << 20));
        while (told.length < 2) await new Promise((resolve) => setImmediate(resolve));
        console.log(told.splice(0).join());
        await f.close().catch(() => undefined);
      }`;
    const { stdout, stderr } = await runProgram(program);
    expect(stderr).to.equal('');
    expect(stdout).to.equal('ENOSPC,ENOSPC\nENOSPC,ENOSPC\n');
  });
});

describe('a layer that is detached', () => {
  const folder = new Folder();

  it('flushes all layers', async () => {
    const text = await open(folder.at('f'), 'w');
    await text.write('howdy');
    const binary = text.detach();
    await binary.tell();
    expect(folder.get('f')).to.equal('howdy');
    await binary.write(Buffer.from(' you'));
    const raw = binary.detach();
    await raw.tell();
    expect(folder.get('f')).to.equal('howdy you');
    await raw.close();
  });

  it('leaves text that was read ahead to the bytes below it, also from a pipe', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no /dev/fd');
    const program = `
      import { open } from 'uvfiles';
      const text = await open(0, 'r', { closefd: false });
      const first = await text.readline();
      const rest = await text.detach().read();
      console.log(JSON.stringify([first, rest.toString()]));`;
    const { stdout } = await runProgram(`
      import { spawnSync } from 'node:child_process';
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(
        program,
      )}], { input: 'one\\ntwo\\nthr€e' });
      process.stdout.write(stdout); process.stderr.write(stderr);`);
    expect(JSON.parse(stdout)).to.deep.equal(['one\n', 'two\nthr€e']);
  });

  it('writes nothing at exit if its descriptor belongs to another file by then', async function () {
    if (process.platform !== 'linux') skip(this, 'needs /dev/full');
    const victim = folder.at('victim');
    const program = `
      import fs from 'node:fs';
      import { open, readBytes } from 'uvfiles';
      await readBytes('/dev/null');
      const f = await open('/dev/full', 'wb');
      await f.write(Buffer.from('STALE'));
      const raw = f.detach();
      const fd = raw.fileno();
      console.log(await raw.close().then(() => 'closed', (error) => error.code), await raw.close());
      let mine;
      do mine = fs.openSync(${JSON.stringify(victim)}, 'w'); while (mine < fd);
      fs.writeSync(mine, 'mine');`;
    const { stdout, stderr } = await runProgram(program);
    expect(stderr).to.equal('');
    expect(stdout).to.equal('ENOSPC undefined\n');
    expect(readFileSync(victim, 'utf8')).to.equal('mine');
  });
});

describe('reconfigure', () => {
  const folder = new Folder();

  it('keeps the byte order of a file', async () => {
    const big = Buffer.from([0xfe, 0xff, 0, 0x61, 0, 0x0a, 0, 0x62]);
    writeFileSync(folder.at('f'), big);
    const f = await open(folder.at('f'), 'r', { encoding: 'utf-16' });
    await f.readline();
    const position = await f.tell();
    await f.seek(position);
    await f.reconfigure({ newline: '' });
    expect(await f.read()).to.equal('b');
    await f.close();
  });

  it('writes one byte order mark, also into a pipe', async function () {
    const program = `
      import { open } from 'uvfiles';
      const out = await open(1, 'w', { encoding: 'utf-16', closefd: false });
      await out.write('a');
      await out.reconfigure({ newline: '' });
      await out.write('b');
      await out.close();`;
    const child = await runProgram(`
      import { spawnSync } from 'node:child_process';
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(program)}]);
      console.log(JSON.stringify(stdout.toString('hex')));`);
    expect(JSON.parse(child.stdout)).to.equal('fffe61006200');
  });

  it('changes nothing for null, as Python does for None', async () => {
    const f = await open(folder.put('g', 'a\nb'), 'r+', { encoding: 'ascii', errors: 'ignore' });
    await f.readline();
    await f.reconfigure({ encoding: null, errors: null, lineBuffering: true } as never);
    expect(f).to.include({ encoding: 'ascii', errors: 'ignore', lineBuffering: true });
    await f.close();
  });

  it('refuses options that it does not know', async () => {
    const f = await open(folder.put('g'), 'r');
    expect(await codeOf(f.reconfigure({ encodings: 'utf-8' } as never))).to.equal('ERR_INVALID_ARG_VALUE');
    expect(await codeOf(f.reconfigure({ lineBuffering: 1 } as never))).to.equal('ERR_INVALID_ARG_TYPE');
    await f.close();
  });
});
