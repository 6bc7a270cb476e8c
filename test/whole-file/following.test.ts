// lines(path, { follow: true }): the lines that are appended to a file, across rotation and truncation.
import { expect } from 'chai';
import {
  appendFileSync,
  mkdirSync,
  promises,
  readFileSync,
  renameSync,
  statfsSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { lines } from 'uvfiles';

import { expectDescriptors, openDescriptors } from '../support/descriptors.js';
import { codeOf, Folder, rejection, runProgram } from '../support/files.js';
import { isPending } from '../support/pipes.js';
import { skip } from '../support/skip.js';

describe('following a file', () => {
  const folder = new Folder();

  // libuv keeps its descriptor for inotify after the first watch.
  before(() => watch(folder.path).close());

  async function some<T>(iterator: AsyncIterator<T>, count: number): Promise<T[]> {
    const got: T[] = [];
    while (got.length < count) {
      const { value, done } = await iterator.next();
      if (done === true) throw new Error('ended');
      got.push(value);
    }
    return got;
  }

  it('yields lines as soon as they are complete', async () => {
    const before = await openDescriptors();
    const path = folder.put('f', 'one\ntwo\nthr');
    const followed = lines(path, { follow: true });
    expect(await some(followed, 2)).to.deep.equal(['one', 'two']);
    const next = followed.next();
    expect(await isPending(next)).to.equal(true);
    appendFileSync(path, 'ee');
    expect(await isPending(next)).to.equal(true);
    appendFileSync(path, '\nfour\n');
    expect((await next).value).to.equal('three');
    expect(await some(followed, 1)).to.deep.equal(['four']);
    const euro = Buffer.from('€\n');
    const later = followed.next();
    appendFileSync(path, euro.subarray(0, 2));
    expect(await isPending(later)).to.equal(true);
    appendFileSync(path, euro.subarray(2));
    expect((await later).value).to.equal('€');
    await followed.return?.();
    await expectDescriptors(before);
  });

  it('begins with the last lines, or with appended lines', async () => {
    const path = folder.put('f', 'one\ntwo\nthree\n');
    const two = lines(path, { last: 2, follow: true, keepEnds: true });
    expect(await some(two, 2)).to.deep.equal(['two\n', 'three\n']);
    const none = lines(path, { last: 0, follow: true, batch: 10 });
    const next = none.next();
    expect(await isPending(next)).to.equal(true);
    appendFileSync(path, 'four\nfive\n');
    expect((await next).value).to.deep.equal(['four', 'five']);
    expect(await some(two, 2)).to.deep.equal(['four\n', 'five\n']);
    await none.return?.();
    await two.return?.();
  });

  it('begins with appended lines although a character is not complete yet', async () => {
    const gbk = Buffer.from([0xc4, 0xe3]); // 你
    for (const [encoding, head, character, tail, expected] of [
      ['utf-8', Buffer.from('a\nb'), Buffer.from('€'), Buffer.from('c\n'), '€c'],
      ['utf-8', Buffer.alloc(0), Buffer.from('€'), Buffer.from('c\n'), '€c'],
      ['utf-8-sig', Buffer.alloc(0), Buffer.from('\ufeff'), Buffer.from('c\n'), 'c'],
      ['utf-8', Buffer.alloc(200_001, '€'), Buffer.from('😀'), Buffer.from('c\n'), '😀c'],
      [
        'utf-16-le',
        Buffer.from('a\nb', 'utf16le'),
        Buffer.from('😀', 'utf16le'),
        Buffer.from('c\n', 'utf16le'),
        '😀c',
      ],
      [
        'utf-16',
        Buffer.from('\ufeffa\n', 'utf16le'),
        Buffer.from('€', 'utf16le'),
        Buffer.from('c\n', 'utf16le'),
        '€c',
      ],
      ['gbk', Buffer.concat([Buffer.from('a\n'), gbk, gbk]), gbk, Buffer.from('c\n'), '你c'],
    ] as const)
      for (let written = 1; written < character.length; written++) {
        const path = folder.at('f');
        writeFileSync(path, Buffer.concat([head, character.subarray(0, written)]));
        const followed = lines(path, { last: 0, follow: true, encoding });
        const next = followed.next();
        expect(await isPending(next)).to.equal(true);
        appendFileSync(path, Buffer.concat([character.subarray(written), tail]));
        expect((await next).value, `${encoding}, ${written} bytes`).to.equal(expected);
        await followed.return?.();
      }
  });

  it('begins with what is appended while it asks about the file system', async () => {
    const path = folder.put('f', 'one\n');
    const { statfs } = promises;
    promises.statfs = ((of: string) => {
      appendFileSync(path, 'two\n');
      return statfs(of);
    }) as typeof statfs;
    try {
      const followed = lines(path, { last: 0, follow: true });
      const next = followed.next();
      await isPending(next);
      appendFileSync(path, 'three\n');
      const { value } = await next;
      // Systems other than Linux are not asked.
      expect(value).to.equal(readFileSync(path, 'utf8').split('\n')[1]);
      await followed.return?.();
    } finally {
      promises.statfs = statfs;
    }
  });

  it('yields no line of a file that ends inside a character, if only later lines are requested', async () => {
    const path = folder.at('inside');
    writeFileSync(path, Buffer.from('a\n€').subarray(0, 3));
    for await (const line of lines(path, { last: 0 })) expect.fail(line);
  });

  it('continues with the file that replaces it, after the end of the old one', async () => {
    const path = folder.put('log', 'old 1\n');
    const followed = lines(path, { follow: true });
    expect(await some(followed, 1)).to.deep.equal(['old 1']);
    const next = followed.next();
    renameSync(path, folder.at('log.1'));
    appendFileSync(folder.at('log.1'), 'old 2\nold 3');
    expect((await next).value).to.equal('old 2');
    writeFileSync(path, 'new 1\n');
    expect(await some(followed, 2)).to.deep.equal(['old 3', 'new 1']);
    // Again, with a file that was prepared beside it.
    writeFileSync(folder.at('prepared'), 'newer 1\n');
    const later = followed.next();
    renameSync(folder.at('prepared'), path);
    expect((await later).value).to.equal('newer 1');
    unlinkSync(path);
    const pending = followed.next();
    expect(await isPending(pending)).to.equal(true);
    writeFileSync(path, 'made again\n');
    expect((await pending).value).to.equal('made again');
    await followed.return?.();
  });

  it('does not poll while nothing happens', async function () {
    this.timeout(240_000);
    const local = [0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630];
    if (process.platform !== 'linux' || !local.includes(statfsSync(folder.path).type))
      skip(this, 'the system does not report all changes of files here');
    const path = folder.put('f', 'one\n');
    const { stdout, stderr } = await runProgram(`
      import { subscribe } from 'node:diagnostics_channel';
      import { appendFileSync } from 'node:fs';
      import { setTimeout as sleep } from 'node:timers/promises';
      import { lines } from 'uvfiles';
      const followed = lines(${JSON.stringify(path)}, { last: 0, follow: true });
      const next = followed.next();
      let looks = 0;
      subscribe('uvfiles:op', () => looks++);
      // The first pieces may still be those of the beginning.
      for (let stretch = 0; stretch < 8; stretch++) {
        looks = 0;
        await sleep(2200);
        if (looks === 0) break;
      }
      console.log(looks);
      appendFileSync(${JSON.stringify(path)}, 'two\\n');
      console.log((await next).value);
      await followed.return();`);
    expect(stderr).to.equal('');
    expect(stdout).to.equal('0\ntwo\n');
  });

  it('continues with the new file after its directory has been replaced', async () => {
    mkdirSync(folder.at('logs'));
    const path = folder.put('logs/f', 'one\n');
    const followed = lines(path, { follow: true });
    expect(await some(followed, 1)).to.deep.equal(['one']);
    const next = followed.next();
    expect(await isPending(next)).to.equal(true);
    renameSync(folder.at('logs'), folder.at('old logs'));
    expect(await isPending(next)).to.equal(true);
    mkdirSync(folder.at('logs'));
    expect(await isPending(next)).to.equal(true);
    writeFileSync(path, 'two\n');
    expect((await next).value).to.equal('two');
    await followed.return?.();
  });

  it('continues with another file that a link leads to', async function () {
    this.timeout(240_000);
    mkdirSync(folder.at('real'));
    const target = folder.put('real/f', 'one\n');
    symlinkSync('real/f', folder.at('link'));
    const followed = lines(folder.at('link'), { follow: true });
    expect(await some(followed, 1)).to.deep.equal(['one']);
    const next = followed.next();
    expect(await isPending(next)).to.equal(true);
    renameSync(target, `${target}.1`);
    expect(await isPending(next)).to.equal(true);
    writeFileSync(target, 'two\n');
    expect((await next).value).to.equal('two');
    const later = followed.next();
    folder.put('real/g', 'three\n');
    symlinkSync('real/g', folder.at('next'));
    renameSync(folder.at('next'), folder.at('link'));
    expect((await later).value).to.equal('three');
    await followed.return?.();
  });

  it('restarts after a truncation', async () => {
    const path = folder.put('f', 'one\ntwo\nunfinished');
    const followed = lines(path, { follow: true });
    expect(await some(followed, 2)).to.deep.equal(['one', 'two']);
    const next = followed.next();
    expect(await isPending(next)).to.equal(true);
    truncateSync(path);
    expect(await isPending(next)).to.equal(true);
    appendFileSync(path, 'anew\n');
    expect((await next).value).to.equal('anew');
    await followed.return?.();
  });

  it('ends with its signal, and by return', async () => {
    const before = await openDescriptors();
    const path = folder.put('f', 'one\n');
    const controller = new AbortController();
    const followed = lines(path, { follow: true, signal: controller.signal });
    expect(await some(followed, 1)).to.deep.equal(['one']);
    const next = rejection(followed.next());
    expect(await isPending(next)).to.equal(true);
    controller.abort('enough');
    const error = await next;
    expect(error.code).to.equal('ABORT_ERR');
    expect(error.cause).to.equal('enough');
    expect((await followed.next()).done).to.equal(true);

    const broken = lines(path, { follow: true });
    await some(broken, 1);
    const pending = broken.next();
    expect(await isPending(pending)).to.equal(true);
    await broken.return?.();
    expect((await pending).done).to.equal(true);
    const seen = [];
    for await (const line of lines(path, { follow: true })) {
      seen.push(line);
      if (line === 'one') break;
    }
    expect(seen).to.deep.equal(['one']);
    await expectDescriptors(before);
  });

  it('rejects if there is no file, and for invalid options', async () => {
    expect(await codeOf(lines(folder.at('none'), { follow: true }).next())).to.equal('ENOENT');
    expect(await codeOf(lines(folder.put('f'), { last: -1 }).next())).to.equal('ERR_OUT_OF_RANGE');
    expect(await codeOf(lines(folder.at('f'), { follow: 1 } as never).next())).to.equal(
      'ERR_INVALID_ARG_TYPE',
    );
    expect(await codeOf(lines(folder.at('f'), { tail: 1 } as never).next())).to.equal(
      'ERR_INVALID_ARG_VALUE',
    );
  });

  it('does not keep the process alive after its iterator has been dropped', async () => {
    const path = folder.put('f', 'one\n');
    const { stdout, stderr } = await runProgram(`
      import { lines } from 'uvfiles';
      // Kept reachable, because the file would be closed with a warning if garbage were collected before the end.
      globalThis.followed = lines(${JSON.stringify(path)}, { follow: true });
      console.log((await followed.next()).value);`);
    expect(stderr).to.equal('');
    expect(stdout).to.equal('one\n');
  });
});
