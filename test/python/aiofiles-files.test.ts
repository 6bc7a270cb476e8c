// Counterparts of aiofiles' tests of file objects, for programs that are ported from aiofiles.
// test/python/counterparts.md maps its tests to these.
import { expect } from 'chai';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { BinaryFile, open, RawFile, TextFile } from 'uvfiles';
import { codeOf, Folder } from '../support/files.js';

type AnyFile = RawFile | BinaryFile | TextFile;

const digits = '0123456789';
const threeLines = 'line 1\nline 2\nline 3\n';
// Four times the buffer of aiofiles' tests, and more than the buffer here.
const large = 80_000;

const text = ['r', 'r+', 'a+'] as const;
const binary = ['rb', 'rb+', 'ab+'] as const;

/** How a file of either kind is opened, written and compared. */
interface Way {
  title: string;
  mode: string;
  buffering: number;
  data: (value: string) => string & Buffer;
  plain: (value: unknown) => string;
}

function way(mode: string, buffering = -1): Way {
  const isBinary = mode.includes('b');
  return {
    title: `'${mode}'${isBinary && buffering === 0 ? ' without a buffer' : ''}`,
    mode,
    buffering,
    data: (value) => (isBinary ? Buffer.from(value) : value) as string & Buffer,
    plain: (value) => {
      expect(value).to.satisfy((v: unknown) => (isBinary ? Buffer.isBuffer(v) : typeof v === 'string'));
      return String(value);
    },
  };
}

/** Every mode, and the binary ones with and without a buffer. */
function ways(...modes: readonly string[]): Way[] {
  return modes.flatMap((mode) => (mode.includes('b') ? [way(mode), way(mode, 0)] : [way(mode)]));
}

describe('file objects, as in the tests of aiofiles', () => {
  const folder = new Folder();
  const put = (content: string): string => folder.put('file', content);
  const start = async ({ mode, buffering }: Way, path: string): Promise<AnyFile> => {
    const file = await open(path, mode, { buffering });
    if (!mode.startsWith('w')) await file.seek(0);
    return file;
  };

  for (const w of ways(...text, ...binary)) {
    it(`give the same lines by readline and by iteration, in mode ${w.title}`, async () => {
      const file = await start(w, put(threeLines));
      const read: string[] = [];
      for (;;) {
        const line = await file.readline();
        if (line.length === 0) break;
        read.push(w.plain(line));
      }
      expect(read).to.deep.equal(['line 1\n', 'line 2\n', 'line 3\n']);
      await file.seek(0);
      const iterated: string[] = [];
      for await (const line of file) iterated.push(w.plain(line));
      expect(iterated).to.deep.equal(read);
      await file.close();
      expect(file.closed).to.equal(true);
    });

    it(`can be iterated over in the block that closes them, in mode ${w.title}`, async () => {
      let left: AnyFile;
      const iterated: string[] = [];
      {
        await using file = await start(w, put(threeLines));
        left = file;
        expect(file.closed).to.equal(false);
        for await (const line of file) iterated.push(w.plain(line));
      }
      expect(iterated).to.deep.equal(['line 1\n', 'line 2\n', 'line 3\n']);
      expect(left.closed).to.equal(true);
    });

    it(`return all lines from readlines, in mode ${w.title}`, async () => {
      await using file = await start(w, put(threeLines));
      const lines: unknown[] = await file.readlines();
      expect(lines.map(w.plain)).to.deep.equal(['line 1\n', 'line 2\n', 'line 3\n']);
    });

    it(`return their whole content from read, and then nothing, in mode ${w.title}`, async () => {
      await using file = await start(w, put(digits));
      expect(w.plain(await file.read())).to.equal(digits);
      expect(w.plain(await file.read())).to.equal('');
    });

    it(`can be read to the end one character or byte at a time, in mode ${w.title}`, async () => {
      await using file = await start(w, put(digits));
      const read: string[] = [];
      for (;;) {
        const one = await file.read(1);
        if (one.length === 0) break;
        read.push(w.plain(one));
      }
      expect(read).to.deep.equal([...digits]);
      expect(w.plain(await file.read())).to.equal('');
    });

    it(`are read from the position of the last seek, in mode ${w.title}`, async () => {
      await using file = await start(w, put(digits.repeat(large / 10)));
      expect(await file.seek(4)).to.equal(4);
      expect(w.plain(await file.read(1))).to.equal('4');
      expect(await file.tell()).to.equal(5);
    });

    it(`have the name and the mode that they were opened with, in mode ${w.title}`, async () => {
      const path = put(threeLines);
      await using file = await open(path, w.mode, { buffering: w.buffering });
      expect(file.name).to.equal(path);
      expect(file.mode).to.equal(w.mode);
    });
  }

  for (const w of ways('r+', 'w', 'a', 'rb+', 'wb', 'ab')) {
    it(`are up to date on disk after ${w.buffering === 0 ? 'write' : 'flush'}, in mode ${w.title}`, async () => {
      const path = put('');
      await using file = await open(path, w.mode, { buffering: w.buffering });
      await file.write(w.data('0'));
      expect(readFileSync(path, 'utf8')).to.equal(w.buffering === 0 ? '0' : '');
      await file.flush();
      expect(readFileSync(path, 'utf8')).to.equal('0');
    });
  }

  for (const mode of ['rb+', 'wb+', 'ab+']) {
    it(`do not move their position in peek, in mode '${mode}'`, async () => {
      await using file = await open(put(digits), mode as 'rb+');
      await file.seek(0);
      const peeked = await file.peek(1);
      // 'w' has emptied it.
      expect(peeked.subarray(0, 1).toString()).to.equal(mode === 'wb+' ? '' : '0');
      expect((await file.read(1)).toString()).to.equal(mode === 'wb+' ? '' : '0');
    });
  }

  for (const w of ways('w', 'a', 'wb', 'ab')) {
    it(`reject read, in mode ${w.title}`, async () => {
      let left: AnyFile | undefined;
      const reading = async (): Promise<void> => {
        await using file = await open(put(digits.repeat(large / 10)), w.mode, { buffering: w.buffering });
        left = file;
        await file.seek(0);
        await file.read();
      };
      expect(await codeOf(reading())).to.equal('ERR_UNSUPPORTED_OPERATION');
      expect(left?.closed).to.equal(true);
    });
  }

  for (const w of ways('w', 'r', 'r+', 'w+', 'a', 'a+', 'wb', 'rb', 'rb+', 'wb+', 'ab', 'ab+')) {
    it(`are closed with all layers below, by close and at the end of their block, in mode ${w.title}`, async () => {
      const path = put('0'.repeat(large));
      const isOpen = (fd: number): boolean =>
        existsSync(`/proc/self/fd/${fd}`) && readlinkSync(`/proc/self/fd/${fd}`) === path;
      const below = (file: AnyFile): (RawFile | BinaryFile)[] =>
        file instanceof TextFile
          ? [file.buffer, file.buffer.raw]
          : file instanceof BinaryFile
            ? [file.raw]
            : [];
      const both: [AnyFile, number][] = [];
      {
        await using file = await open(path, w.mode, { buffering: w.buffering });
        both.push([file, file.fileno()]);
        for (const one of [file, ...below(file)]) expect(one.closed).to.equal(false);
        if (process.platform === 'linux') expect(isOpen(file.fileno())).to.equal(true);
      }
      expect(both[0]![0].closed).to.equal(true);
      if (process.platform === 'linux') expect(isOpen(both[0]![1])).to.equal(false);
      const file = await open(path, w.mode, { buffering: w.buffering });
      both.push([file, file.fileno()]);
      await file.close();
      for (const [one, fd] of both) {
        for (const each of [one, ...below(one)])
          expect(await codeOf(each.tell())).to.equal('ERR_FILE_CLOSED');
        if (process.platform === 'linux') expect(isOpen(fd)).to.equal(false);
      }
    });
  }

  for (const w of ways('rb', 'rb+', 'ab+')) {
    it(`fill the caller's buffer by readinto, in mode ${w.title}`, async () => {
      await using file = (await start(w, put(threeLines))) as BinaryFile | RawFile;
      const view = new Uint8Array(4);
      expect(await file.readinto(view)).to.equal(4);
      expect(Buffer.from(view).toString()).to.equal('line');
    });
  }

  for (const w of ways('r+', 'w', 'a+', 'rb+', 'wb', 'ab+')) {
    it(`are truncated at their position, in mode ${w.title}`, async () => {
      const content = digits.repeat(large / 10);
      const path = put(content);
      const file = await start(w, path);
      if (w.mode.startsWith('w')) {
        await file.write(w.data(content));
        await file.flush();
        await file.seek(0);
      }
      expect(await file.truncate()).to.equal(0);
      await file.close();
      expect(readFileSync(path, 'utf8')).to.equal('');
    });
  }

  for (const w of ways('w', 'r+', 'w+', 'a', 'a+', 'wb', 'rb+', 'wb+', 'ab', 'ab+')) {
    it(`contain all of a large write, which resolves to its length, in mode ${w.title}`, async () => {
      const path = put('');
      const file = await open(path, w.mode, { buffering: w.buffering });
      expect(await file.write(w.data('0'.repeat(large)))).to.equal(large);
      await file.close();
      expect(readFileSync(path, 'utf8') === '0'.repeat(large)).to.equal(true);
    });
  }

  for (const mode of ['r', 'rb']) {
    it(`leave the layer below usable after detach, and become unusable, in mode '${mode}'`, async () => {
      const file = (await open(put(digits), mode)) as TextFile | BinaryFile;
      const below = file.detach();
      expect(below).to.be.instanceOf(mode === 'r' ? BinaryFile : RawFile);
      expect(await codeOf(file.read())).to.equal('ERR_FILE_CLOSED');
      expect((await below.read(10)).toString()).to.equal(digits);
      expect(await codeOf(file.close())).to.equal('ERR_FILE_CLOSED');
      await below.close();
    });
  }

  it('return their whole content from readall without a buffer', async () => {
    const file = await open(put('0'.repeat(large)), 'rb', { buffering: 0 });
    expect((await file.readall()).equals(Buffer.alloc(large, '0'))).to.equal(true);
    await file.close();
    expect(file.closed).to.equal(true);
  });
});
