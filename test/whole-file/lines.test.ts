// lines(path): the last lines, lines that are appended, and the end of an iteration.
import { expect } from 'chai';
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { lines } from 'uvfiles';

import { expectDescriptors, openDescriptors } from '../support/descriptors.js';
import { codeOf, Folder, rejection } from '../support/files.js';
import { isPending, makeFifo } from '../support/pipes.js';
import { skip } from '../support/skip.js';
import { needsStrace, runTraced } from '../support/strace.js';

async function all<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const each of iterable) list.push(each);
  return list;
}

describe('the last lines of a file', () => {
  const folder = new Folder();

  it('are the same as the last of all lines, for every line ending', async () => {
    const pieces = ['', 'a', '\n', '\r', '\r\n', 'größe', '\n\n', '\r\r\n', 'b\n', 'ende'];
    let random = 1;
    const pick = (): string => pieces[(random = (random * 48271) % 2147483647) % pieces.length] as string;
    for (let round = 0; round < 60; round++) {
      const path = folder.put('f', Array.from({ length: 12 }, pick).join(''));
      for (const newline of [null, '', '\n', '\r', '\r\n'] as const) {
        const whole = await all(lines(path, { newline, keepEnds: true }));
        for (const last of [0, 1, 2, 5, 100]) {
          const got = await all(lines(path, { newline, keepEnds: true, last }));
          expect(got, JSON.stringify({ newline, last, whole })).to.deep.equal(
            last === 0 ? [] : whole.slice(-last),
          );
        }
      }
    }
  });

  it('are found in every encoding, across blocks', async () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `line ${i} ä${'x'.repeat(i % 7)}`);
    const le = Buffer.from(text.join('\n') + '\n', 'utf16le');
    const be = Buffer.from(le).swap16();
    const contents: [string, Buffer][] = [
      ['utf-8', Buffer.from(text.join('\n') + '\n')],
      ['utf-8-sig', Buffer.from('\ufeff' + text.join('\n') + '\n')],
      ['latin-1', Buffer.from(text.join('\n') + '\n', 'latin1')],
      ['utf-16-le', le],
      ['utf-16-be', be],
      ['utf-16', Buffer.concat([Buffer.from([0xff, 0xfe]), le])],
      ['utf-16', Buffer.concat([Buffer.from([0xfe, 0xff]), be])],
    ];
    for (const [encoding, content] of contents) {
      const path = folder.put('g', content);
      for (const last of [1, 3, 15_000, 20_000, 30_000])
        expect(await all(lines(path, { encoding, last })), `${encoding} ${last}`).to.deep.equal(
          text.slice(-last),
        );
      expect(await all(lines(path, { encoding, last: 5, batch: 2 }))).to.deep.equal([
        text.slice(-5, -3),
        text.slice(-3, -1),
        text.slice(-1),
      ]);
    }
  });

  it('of 10 GB are found in a few reads', async function () {
    needsStrace(this);
    const path = folder.put('large', '');
    try {
      truncateSync(path, 10e9); // a hole: it takes no room
    } catch (error) {
      skip(this, `no file of 10 GB here: ${String(error)}`);
    }
    const last = ['', ...Array.from({ length: 10 }, (_, i) => `line ${i}`), ''];
    appendFileSync(path, last.join('\n'));
    const log = folder.put('log', '');
    for (const follow of [false, true]) {
      const { stdout, stderr } = await runTraced(
        `import { lines } from 'uvfiles';
         const seen = [];
         for await (const line of lines(${JSON.stringify(path)}, { last: 5, follow: ${follow} })) {
           seen.push(line);
           if (seen.length === 5) break;
         }
         console.log(seen.join());`,
        'read,pread64,preadv,preadv2,mmap,lseek',
        log,
      );
      expect([stdout, stderr]).to.deep.equal(['line 5,line 6,line 7,line 8,line 9\n', '']);
      // Positions near the end are in no call of the program's start.
      const reads = readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => /pread|mmap/.test(line) && /, (99999|100000)\d{5}\b/.test(line));
      expect(reads.length, reads.join('\n')).to.be.within(1, 6);
    }
  });

  it('are found where the size of a file says nothing, as in /proc and /sys', async function () {
    for (const path of ['/proc/meminfo', '/sys/devices/system/cpu/online']) {
      if (!existsSync(path)) skip(this, `no ${path} here`);
      const names = (text: string): string => text.replace(/:.*/, '');
      const whole = readFileSync(path, 'latin1').trimEnd().split('\n').map(names);
      for (const last of [1, 3])
        expect((await all(lines(path, { last }))).map(names)).to.deep.equal(whole.slice(-last));
    }
  });

  it('are also returned for a pipe', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no FIFOs');
    const fifo = makeFifo();
    const iterator = lines(fifo, { last: 2 });
    const first = iterator.next();
    const writer = openSync(fifo, 'w');
    writeSync(writer, 'one\ntwo\nthree');
    closeSync(writer);
    expect((await first).value).to.equal('two');
    expect(await all(iterator)).to.deep.equal(['three']);
    expect(await codeOf(lines(makeFifoWithWriter(), { follow: true }).next())).to.equal(
      'ERR_UNSUPPORTED_OPERATION',
    );
  });

  function makeFifoWithWriter(): string {
    const fifo = makeFifo();
    openSync(fifo, 'r+');
    return fifo;
  }
});

describe('the end of an iteration over lines', () => {
  const folder = new Folder();

  it('by return does not reject a pending step', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no FIFOs');
    const fifo = makeFifo();
    const writer = openSync(fifo, 'r+');
    writeSync(writer, 'one\nhalf');
    const iterator = lines(fifo);
    expect((await iterator.next()).value).to.equal('one');
    const next = iterator.next();
    expect(await isPending(next)).to.equal(true);
    await iterator.return?.();
    expect((await next).done).to.equal(true);
    closeSync(writer);
  });

  it('by return while the file is being opened leaves nothing open', async () => {
    const path = folder.put('f', 'one\n');
    const before = await openDescriptors();
    const iterator = lines(path);
    const next = iterator.next();
    await iterator.return?.();
    const { done, value } = await next;
    expect(done === true || value === 'one').to.equal(true);
    expect((await iterator.next()).done).to.equal(true);
    await expectDescriptors(before);
  });

  it('by a signal rejects the waiting step', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no FIFOs');
    const fifo = makeFifo();
    const writer = openSync(fifo, 'r+');
    const controller = new AbortController();
    const next = rejection(lines(fifo, { signal: controller.signal }).next());
    expect(await isPending(next)).to.equal(true);
    controller.abort();
    expect((await next).code).to.equal('ABORT_ERR');
    closeSync(writer);
  });
});

describe('lines of a FIFO', () => {
  it('end a waiting step when they are closed', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no FIFOs');
    const fifo = makeFifo();
    let before: Awaited<ReturnType<typeof openDescriptors>> | undefined;
    for (const o of [{}, { last: 3 }]) {
      const writer = openSync(fifo, 'r+');
      writeSync(writer, 'first\nse');
      const iterator = lines(fifo, o);
      const step = iterator.next();
      const waiting = 'last' in o ? step : step.then(() => iterator.next());
      expect(await isPending(waiting)).to.equal(true);
      const ended = iterator.return!();
      expect(await waiting).to.deep.equal({ done: true, value: undefined });
      await ended;
      expect(await iterator.next()).to.deep.equal({ done: true, value: undefined });
      closeSync(writer);
      // The first wait of a process opens what all of them share.
      if (before === undefined) before = await openDescriptors();
      else await expectDescriptors(before);
    }
  });
});
