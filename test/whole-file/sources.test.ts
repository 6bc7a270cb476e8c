// Whole files from sources that return them in pieces, and text from sources. A source that fails never commits.
import { expect } from 'chai';
import { createReadStream, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { setTimeout as delay } from 'node:timers/promises';
import { createGunzip, gzipSync } from 'node:zlib';

import { appendFile, textFrom, updateAtomic, writeAtomic, writeFile } from 'uvfiles';
import { mount } from 'uvfiles/filesystem';
import { faults, memoryFiles } from 'uvfiles/testing';

import { FlatFiles } from '../filesystem/support/flat-files.js';
import { rejection, scratchDirectory } from '../support/temp.js';

async function* chunks(...all: (string | Uint8Array | Error)[]): AsyncGenerator<string | Uint8Array> {
  for (const chunk of all) {
    await Promise.resolve();
    if (chunk instanceof Error) throw chunk;
    yield chunk;
  }
}
const hangs = (): AsyncIterable<string> & { ended: boolean } => ({
  ended: false,
  [Symbol.asyncIterator]() {
    let first = true;
    return {
      next: () => {
        if (!first) return new Promise(() => undefined);
        first = false;
        return Promise.resolve({ done: false as const, value: 'first' });
      },
      return: () => {
        this.ended = true;
        return Promise.resolve({ done: true as const, value: undefined });
      },
    };
  },
});

describe('whole files from sources', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => `${scratch.path}/${name}`;
  const writers = { writeFile, writeAtomic, appendFile };

  for (const [name, write] of Object.entries(writers)) {
    it(`${name} takes iterables, async iterables, web streams and Node streams`, async () => {
      const sources: [string, () => Parameters<typeof writeFile>[1]][] = [
        ['array', () => ['\u00e9', Buffer.from('bc'), '', new Uint16Array([0x6665])]],
        ['set', () => new Set(['\u00e9', 'bcef'])],
        ['generator', () => chunks('\u00e9b', Buffer.from('cef'))],
        [
          'web',
          () =>
            new ReadableStream({
              start(c) {
                c.enqueue('\u00e9bc');
                c.enqueue(Buffer.from('ef'));
                c.close();
              },
            }) as never,
        ],
        ['node', () => Readable.from([Buffer.from('\u00e9b'), Buffer.from('cef')])],
        ['empty', () => []],
      ];
      for (const [kind, make] of sources) {
        if (name !== 'appendFile') writeFileSync(at(kind), 'something longer than that');
        await write(at(kind), make());
        expect(readFileSync(at(kind), 'utf8'), kind).to.equal(kind === 'empty' ? '' : '\u00e9bcef');
      }
      await appendFile(at('array'), ['!', '?']);
      expect(readFileSync(at('array'), 'utf8')).to.equal('\u00e9bcef!?');
    });

    it(`${name} rejects with what the source throws`, async () => {
      writeFileSync(at('a'), 'old');
      const failure = new Error('no more');
      expect(await rejection(write(at('a'), chunks('new', failure)))).to.equal(failure);
      expect((await rejection(write(at('a'), [1, 2] as never))).code).to.equal('ERR_INVALID_ARG_TYPE');
      expect((await rejection(write(at('a'), {} as never))).code).to.equal('ERR_INVALID_ARG_TYPE');
      const stream = Readable.from(chunks('new'));
      stream.destroy(failure);
      expect(await rejection(write(at('a'), stream))).to.equal(failure);
      const expected = { writeAtomic: 'old', appendFile: 'oldnew', writeFile: 'new' }[name];
      expect(readFileSync(at('a'), 'utf8')).to.equal(expected);
      expect(scratch.list()).to.deep.equal(['a']);
    });

    it(`${name} rejects after an abort or timeout while its source is waiting, and ends the source`, async () => {
      writeFileSync(at('a'), 'old');
      for (const [o, code] of [
        [{ timeout: 20 }, 'ERR_TIMEOUT'],
        [{ signal: AbortSignal.timeout(20) }, 'ABORT_ERR'],
      ] as const) {
        const source = hangs();
        expect((await rejection(write(at('a'), source, o))).code).to.equal(code);
        expect(source.ended).to.equal(true);
      }
      if (name === 'writeAtomic') expect(readFileSync(at('a'), 'utf8')).to.equal('old');
      expect(scratch.list()).to.deep.equal(['a']);
    });

    it(`${name} ends the source when it cannot write`, async () => {
      const source = hangs();
      expect((await rejection(write(at('no/such'), source))).code).to.equal('ENOENT');
      expect(source.ended).to.equal(true);
    });

    it(`${name} creates missing directories with parents: true`, async () => {
      await write(at('one/two/a'), Buffer.from('bytes'), { parents: true });
      await write(at('one/three/a'), ['from', ' source'], { parents: true });
      await write(at('one/three/a'), 'again', { parents: true });
      await write(join(scratch.path, 'five', 'six', 'a'), 'own separators', { parents: true });
      expect(readFileSync(at('one/two/a'), 'utf8')).to.equal('bytes');
      expect(readFileSync(at('one/three/a'), 'utf8')).to.match(/again$/);
      expect(readFileSync(at('five/six/a'), 'utf8')).to.equal('own separators');
      expect((await rejection(write(at('four/a'), 'x'))).code).to.equal('ENOENT');
      // Windows says that the directory is missing, and mkdir, that something else is there.
      expect((await rejection(write(at('one/two/a/b'), 'x', { parents: true }))).code).to.equal(
        process.platform === 'win32' ? 'EEXIST' : 'ENOTDIR',
      );
    });
  }

  for (const [name, write] of [
    ['writeFile', writeFile],
    ['appendFile', appendFile],
  ] as const) {
    it(`${name} counts all bytes that are in the file when a write fails`, async () => {
      using _ = faults([
        { op: 'write', path: '**/counted', after: 2, short: 1 },
        { op: 'write', path: '**/counted', after: 2, error: 'ENOSPC' },
      ]);
      // Each chunk comes when the one before is in the file, so that each takes a write.
      const oneByOne = async function* (): AsyncGenerator<string> {
        yield 'abc';
        while (readFileSync(at('counted')).length < 3) await delay(1);
        yield 'def';
        while (readFileSync(at('counted')).length < 6) await delay(1);
        yield 'ghi';
      };
      const error = await rejection(write(at('counted'), oneByOne()));
      expect(error).to.include({ code: 'ENOSPC', bytesWritten: readFileSync(at('counted')).length });
      expect(error).to.have.property('bytesWritten').greaterThan(3);
      unlinkSync(at('counted'));
    });
  }

  it('writeAtomic counts no bytes when a write fails, as the file has its old content', async () => {
    const [half, rest] = ['abc', 'def'];
    const short = { op: 'write', short: 2 } as const;
    const full = { op: 'write', error: 'ENOSPC' } as const;
    const source = async function* (): AsyncGenerator<string> {
      yield half;
      await delay(5);
      yield rest;
    };
    using files = memoryFiles({ old: 'old' }, { at: '/full', capacity: 5 });
    for (const data of [half + rest, Buffer.from(half + rest), source()]) {
      const error = await rejection(writeAtomic('/full/old', data));
      expect(error).to.include({ code: 'ENOSPC' }).and.to.not.have.property('bytesWritten');
      expect(files.tree()).to.deep.equal({ old: 'old' });
    }
    for (const path of ['/full/old', '/full/new']) {
      const error = await rejection(updateAtomic(path, () => half + rest));
      expect(error).to.include({ code: 'ENOSPC' }).and.to.not.have.property('bytesWritten');
    }
    for (const data of [half + rest, source()])
      await faults([short, full], async () => {
        const error = await rejection(writeAtomic(at('old'), data));
        expect(error).to.include({ code: 'ENOSPC' }).and.to.not.have.property('bytesWritten');
      });
  });

  it('copy the bytes of a chunk when it arrives, and write many small chunks in few writes', async () => {
    const memory = Buffer.alloc(4);
    async function* reused(): AsyncGenerator<Buffer> {
      for (let i = 0; i < 1000; i++) {
        memory.write(String(1000 + i));
        yield memory;
      }
    }
    const files = new FlatFiles();
    using _mounted = mount('/virtual', files);
    await writeFile('/virtual/a', reused());
    expect(files.files.get('/a')!.bytes.toString()).to.equal(
      Array.from({ length: 1000 }, (_, i) => 1000 + i).join(''),
    );
    const failed = rejection(writeAtomic('/virtual/a', chunks('new', new Error('no'))));
    expect((await failed).message).to.equal('no');
    expect([...files.files.keys()]).to.deep.equal(['/a']);
    expect(files.openFiles).to.equal(0);
  });
});

describe('textFrom', () => {
  const scratch = scratchDirectory();

  it('rejects once, and waits for no signal or timeout of a read that close has ended', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    try {
      const text = textFrom(hangs());
      await text.read(1);
      const before = timers();
      const end = new AbortController();
      const reading = rejection(text.read(100, { signal: end.signal, timeout: 1_000_000 }));
      await text.close();
      expect((await reading).name).to.equal('ClosedFileError');
      expect(timers()).to.be.at.most(before);
      end.abort();
      await delay(1);
      expect(unhandled).to.deep.equal([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  it('gives lines and text of a gunzip stream with the decoder of files', async () => {
    const path = `${scratch.path}/log.gz`;
    const lines = Array.from({ length: 5000 }, (_, i) => `line ${i} \u00e9\u20ac`);
    writeFileSync(path, gzipSync(lines.join('\r\n')));
    const unzipped = (): Readable => createReadStream(path).pipe(createGunzip());
    const seen: string[] = [];
    for await (const line of textFrom(unzipped()).lines()) seen.push(line);
    expect(seen).to.deep.equal(lines);
    await using text = textFrom(unzipped(), { newline: '' });
    expect(await text.readline()).to.equal('line 0 \u00e9\u20ac\r\n');
    expect(await text.read(4)).to.equal('line');
    expect((await text.read()).length).to.equal(lines.join('\r\n').length - 15);
    expect(await text.read()).to.equal('');
  });

  it('gives lines of the body of an HTTP response, and ends the request when it is closed', async () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `zeile ${i} \u00e4\u20ac`).join('\n');
    const zipped = gzipSync(text);
    let gone: (() => void) | undefined;
    const aborted = new Promise<void>((resolve) => (gone = resolve));
    const server = http.createServer((req, res) => {
      if (req.url === '/endless') {
        res.on('close', gone!);
        res.write('first\nsecond\nthi');
        return;
      }
      if (req.url === '/zipped') res.setHeader('Content-Encoding', 'gzip').end(zipped);
      else res.end(Buffer.from(text));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      for (const path of ['/plain', '/zipped']) {
        const { body } = await fetch(url + path);
        const seen: string[] = [];
        for await (const line of textFrom(body as ReadableStream).lines()) seen.push(line);
        expect(seen.join('\n') === text, path).to.equal(true);
      }
      const incoming = await new Promise<http.IncomingMessage>((resolve) =>
        http.get(`${url}/plain`, resolve),
      );
      expect((await textFrom(incoming).read()) === text).to.equal(true);
      const endless = textFrom((await fetch(`${url}/endless`)).body as ReadableStream);
      expect(await endless.readline()).to.equal('first\n');
      expect(await endless.readline()).to.equal('second\n');
      await endless.close();
      await aborted;
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('decodes what is split anywhere, with every source', async () => {
    const bytes = Buffer.from('\u00e9\u20ac\u{1f600}\r\nz');
    for (const size of [1, 2, 3]) {
      const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      for (const source of [parts, chunks(...parts), Readable.from(parts), new Blob(parts).stream()])
        expect(await textFrom(source as never).read()).to.equal('\u00e9\u20ac\u{1f600}\nz');
    }
    expect(await textFrom([Buffer.from([0x82, 0xa0])], { encoding: 'shift_jis' }).read()).to.equal('\u3042');
    expect(await textFrom([Buffer.from([0xff])], { errors: 'replace' }).read()).to.equal('\ufffd');
    expect((await rejection(textFrom([Buffer.from([0xff])]).read())).code).to.equal('ERR_UNICODE_DECODE');
  });

  it('continues after break, keeps the bytes of an aborted read, and ends the source', async () => {
    let ended = false;
    async function* source(): AsyncGenerator<string> {
      try {
        yield 'one\ntw';
        yield 'o\nthree\n';
        yield 'four';
      } finally {
        ended = true;
      }
    }
    const text = textFrom(source());
    for await (const line of text) if (line === 'one\n') break;
    expect(await text.readline()).to.equal('two\n');
    await text.close();
    expect(ended).to.equal(true);
    let go: (value: string) => void = () => undefined;
    const late = textFrom(
      (async function* () {
        yield await new Promise<string>((resolve) => (go = resolve));
      })(),
    );
    expect((await rejection(late.read(undefined, { timeout: 10 }))).code).to.equal('ERR_TIMEOUT');
    go('late');
    expect(await late.read()).to.equal('late');
  });

  it('can be closed while it waits for its source', async () => {
    const source = new PassThrough();
    const text = textFrom(source);
    source.write('one\ntwo');
    const reads = [text.readline(), rejection(text.readline()), rejection(text.read())];
    expect(await reads[0]).to.equal('one\n');
    await text.close();
    for (const read of reads.slice(1)) expect(await read).to.include({ code: 'ERR_FILE_CLOSED' });
    expect(source.destroyed).to.equal(true);
    const quick = textFrom(['one\n', 'two']);
    const both = [quick.readline(), quick.read()];
    await quick.close();
    expect(await Promise.all(both)).to.deep.equal(['one\n', 'two']);
  });

  it('rejects with what the source throws, and refuses positions and bad arguments', async () => {
    const failure = new Error('no');
    expect(await rejection(textFrom(chunks('x', failure)).read())).to.equal(failure);
    const text = textFrom(['x']);
    expect(await text.seekable()).to.equal(false);
    expect((await rejection(text.seek(0))).code).to.equal('ERR_UNSUPPORTED_OPERATION');
    expect((await rejection(text.stat())).code).to.equal('ERR_UNSUPPORTED_OPERATION');
    expect(() => textFrom(5 as never))
      .to.throw(TypeError)
      .with.property('code', 'ERR_INVALID_ARG_TYPE');
    expect(() => textFrom([], { encoding: 'klingon' }))
      .to.throw()
      .with.property('code', 'ERR_UNKNOWN_ENCODING');
    expect((await rejection(textFrom([5] as never).read())).code).to.equal('ERR_INVALID_ARG_TYPE');
  });
});
