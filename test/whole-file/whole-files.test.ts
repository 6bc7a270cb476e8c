// Whole files and lists of them: readText, lines, readMany, statMany.
import { expect } from 'chai';
import { mkdirSync, readFileSync, statSync, symlinkSync, lstatSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  appendFile,
  createLane,
  lines,
  metrics,
  open,
  openAtomic,
  os,
  readMany,
  readText,
  statMany,
  textFrom,
  updateAtomic,
  writeAtomic,
  writeFile,
} from 'uvfiles';
import * as promises from 'uvfiles/promises';

import { expectDescriptors, openDescriptors } from '../support/descriptors.js';
import { rejection, runProgram, scratchDirectory } from '../support/temp.js';

const MiB = 1024 * 1024;

describe('whole files', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => path.join(scratch.path, name);

  it('reads large files as text, regardless of where chunks are split', async () => {
    // Characters, line endings and a mark that straddle the places where a large file might be read in pieces.
    const texts: [string, string][] = [
      ['utf-8', 'plain ASCII, nothing else\n'.repeat(200_000)],
      ['utf-8', `x${'é'.repeat(2.5 * MiB)}\r\n😀end`],
      ['utf-8-sig', `y${'\r\n'.repeat(2.2 * MiB)}z\r`],
      ['utf-16', 'a😀\n'.repeat(600_000)],
      ['shift_jis', `1${'日本語\r'.repeat(700_000)}`],
    ];
    for (const [encoding, text] of texts) {
      const f = await open(at('large'), 'w', { encoding, newline: '' });
      await f.write(text);
      await f.close();
      const translated = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
      expect((await readText(at('large'), { encoding })) === translated, `${encoding}, translated`).to.equal(
        true,
      );
      expect(
        (await readText(at('large'), { encoding, newline: '' })) === text,
        `${encoding}, as is`,
      ).to.equal(true);
    }
    // An error contains its place in the whole file.
    const bytes = Buffer.alloc(6 * MiB, 'a');
    bytes[5 * MiB] = 0xff;
    writeFileSync(at('large'), bytes);
    const error = await rejection(readText(at('large')));
    expect(error).to.include({ code: 'ERR_UNICODE_DECODE', start: 5 * MiB, end: 5 * MiB + 1 });
    expect((await readText(at('large'), { errors: 'replace' })).indexOf('\ufffd')).to.equal(5 * MiB);
  });

  for (const [title, at_] of [
    ['at its end', 5 * MiB],
    ['where a piece begins', 2 * MiB],
    ['at its start', 0],
  ] as const) {
    it(`reads a large ASCII file as text whose only other character is ${title}`, async () => {
      const text = `${'0123456789abcde\n'.repeat(at_ / 16)}é${'0123456789abcde\n'.repeat((5 * MiB - at_) / 16)}`;
      writeFileSync(at('large'), text);
      expect((await readText(at('large'))) === text).to.equal(true);
      expect((await readText(at('large'), { encoding: 'utf-8-sig' })) === text).to.equal(true);
    });
  }

  it('readText takes one operation for a small file, and reads files of exactly the limit', async () => {
    const lane = createLane({ name: 'one by one', inline: false });
    writeFileSync(at('small'), 'one\r\ntwo');
    expect(await readText(at('small'), { lane })).to.equal('one\ntwo');
    expect(metrics().lanes['one by one']!.completed).to.equal(1);
    for (const size of [4 * MiB - 1, 4 * MiB, 4 * MiB + 1]) {
      writeFileSync(at('limit'), Buffer.alloc(size, 'a'));
      expect((await readText(at('limit'), { lane })).length).to.equal(size);
    }
    expect(await rejection(readText(at('none'), { lane }))).to.include({ code: 'ENOENT', syscall: 'open' });
    expect(await rejection(readText(scratch.path, { lane }))).to.include({ code: 'EISDIR', syscall: 'read' });
  });

  it('readText returns a text that outlives its memory, and releases its memory with the text', async () => {
    const text = '0123456789abcde\n'.repeat((6 * MiB) / 16);
    writeFileSync(at('large'), text);
    const program = `
      import { readText } from 'uvfiles';
      const churn = async () => {
        for (let i = 0; i < 3; i++) { gc(); await new Promise(setImmediate); Buffer.alloc(8 << 20, 255); }
      };
      let text = await readText(process.env.FILE);
      const last = text.slice(-100_000);
      await churn();
      const whole = text === '0123456789abcde\\n'.repeat(text.length / 16);
      const { length } = text;
      text = undefined;
      await churn();
      console.log(whole, length, last === '0123456789abcde\\n'.repeat(6250));
      for (let i = 0; i < 30; i++) await readText(process.env.FILE);
      await churn();
      console.log(process.memoryUsage().external < 60 << 20);`;
    const { stdout, stderr } = await runProgram(program, {
      args: ['--expose-gc'],
      env: { FILE: at('large') },
    });
    expect(stderr).to.equal('');
    expect(stdout).to.equal(`true ${6 * MiB} true\ntrue\n`);
  });

  it('are exported only at the top level', () => {
    expect(os).to.not.have.any.keys('readBytes', 'readMany', 'statMany', 'writeFile');
  });

  it('reads text with encoding, error handler and newlines', async () => {
    writeFileSync(at('t'), Buffer.from('caf\xe9\r\nend\r', 'latin1'));
    expect(await readText(at('t'), { encoding: 'latin-1' })).to.equal('café\nend\n');
    expect(await readText(at('t'), { encoding: 'latin-1', newline: '' })).to.equal('café\r\nend\r');
    expect(await readText(at('t'), { errors: 'replace' })).to.equal('caf\ufffd\nend\n');
    expect((await rejection(readText(at('t')))).code).to.equal('ERR_UNICODE_DECODE');
    expect((await rejection(readText(at('t'), { encoding: 'klingon' }))).code).to.equal(
      'ERR_UNKNOWN_ENCODING',
    );
    expect((await rejection(readText(at('none')))).code).to.equal('ENOENT');
  });

  it('rejects strings with a lone surrogate before the file is touched, as text files do', async () => {
    writeFileSync(at('t'), 'old');
    const lone = 'caf\u00e9 \ud800';
    const attempts: Record<string, () => Promise<unknown>> = {
      writeFile: () => writeFile(at('t'), lone),
      'writeFile with parents': () => writeFile(at('t'), lone, { parents: true }),
      'writeFile of a source': () => writeFile(at('t'), [lone]),
      appendFile: () => appendFile(at('t'), lone),
      writeAtomic: () => writeAtomic(at('t'), lone),
      'writeAtomic of a source': () => writeAtomic(at('t'), ['new', lone]),
      updateAtomic: () => updateAtomic(at('t'), () => lone),
      'updateAtomic of text': () => updateAtomic(at('t'), () => lone, { encoding: 'utf-8' }),
      openAtomic: async () => {
        await using file = await openAtomic(at('t'), 'w');
        await file.write(lone);
      },
      setxattr: () => os.setxattr(at('t'), 'user.note', lone),
      textFrom: () => textFrom([lone]).read(),
    };
    for (const [name, attempt] of Object.entries(attempts)) {
      const error = await rejection(attempt());
      expect(error, name).to.include({ code: 'ERR_UNICODE_ENCODE', encoding: 'utf-8', start: 5, end: 6 });
      expect(error).to.include({ object: lone });
      expect(await readText(at('t')), name).to.equal('old');
    }
    // A pair is a character, and Node replaces what is not one.
    await writeFile(at('t'), 'a\ud83d\ude00');
    expect(await readText(at('t'))).to.equal('a😀');
    await promises.writeFile(at('t'), lone);
    expect(await readText(at('t'))).to.equal('café \ufffd');
  });

  it('iterates over lines, and always closes the file', async () => {
    writeFileSync(at('t'), 'one\ntwo\r\nthree');
    const all: string[] = [];
    const before = await openDescriptors();
    for await (const line of lines(at('t'))) all.push(line);
    expect(all).to.deep.equal(['one', 'two', 'three']);
    for await (const line of lines(at('t'), { keepEnds: true, newline: '' })) {
      if (line === 'one\n') break;
      expect.fail(`${line} came first`);
    }
    for await (const batch of lines(at('t'), { batch: 2 })) expect(batch).to.be.an('array');
    expect((await rejection(lines(at('none')).next())).code).to.equal('ENOENT');
    await expectDescriptors(before);
  });

  it('reads many files in order, each with its own error', async () => {
    const paths: string[] = [];
    for (let i = 0; i < 1000; i++) {
      paths.push(at(`f${i}`));
      writeFileSync(at(`f${i}`), 'x'.repeat((i * 37) % 5000));
    }
    writeFileSync(at('f500'), Buffer.alloc(3_000_000, 7));
    paths.splice(10, 0, at('none'), scratch.path, 'nul\0');
    let i = 0;
    for await (const { path: name, data, error } of readMany(paths)) {
      expect(name).to.equal(paths[i]);
      if (i === 10) expect(error).to.include({ code: 'ENOENT', syscall: 'open', path: at('none') });
      else if (i === 11) expect(error).to.include({ code: 'EISDIR', syscall: 'read' });
      else if (i === 12) expect(error).to.include({ code: 'ERR_INVALID_ARG_VALUE' });
      else expect(data!.equals(readFileSync(paths[i]!)), name).to.equal(true);
      i++;
    }
    expect(i).to.equal(paths.length);
  });

  it('reads an endless list only as far as needed, and stops after break', async () => {
    writeFileSync(at('f'), 'again');
    let taken = 0;
    let returned = false;
    async function* endless(): AsyncGenerator<string> {
      try {
        for (;;) {
          taken++;
          yield at('f');
        }
      } finally {
        returned = true;
      }
    }
    let count = 0;
    for await (const { data } of readMany(endless())) {
      expect(data!.toString()).to.equal('again');
      if (++count === 1000) break;
    }
    expect(taken).to.be.below(3000);
    expect(returned).to.equal(true);
    const controller = new AbortController();
    const error = await rejection(
      (async () => {
        for await (const item of readMany(endless(), { signal: controller.signal })) {
          expect(item.error).to.equal(undefined);
          controller.abort();
        }
      })(),
    );
    expect(error.name).to.equal('AbortError');
  });

  it('never reads into memory of files that are still in use', async () => {
    const program = `
      import { readMany } from 'uvfiles';
      import { writeFileSync } from 'node:fs';
      const paths = Array.from({ length: 700 }, (_, i) => process.argv[1] + i);
      paths.forEach((path, i) => writeFileSync(path, Buffer.alloc(4096, i % 251)));
      const kept = [];
      for (let round = 0; round < 6; round++) {
        let i = 0;
        for await (const { data } of readMany(paths)) {
          // One of a batch keeps all of it; most batches have none.
          if (i % 300 === round) kept.push([i, data]);
          i++;
        }
        globalThis.gc();
        await new Promise(setImmediate);
      }
      console.log(kept.length, kept.every(([i, data]) => data.equals(Buffer.alloc(4096, i % 251))));`;
    const { stdout, stderr } = await runProgram(program, { args: ['--expose-gc'], argv: [at('kept')] });
    expect(stderr).to.equal('');
    expect(stdout.trim()).to.equal('18 true');
  });

  it('holds a few batches of a long list in memory, not all of it', async () => {
    const program = `
      import { readMany } from 'uvfiles';
      import { writeFileSync } from 'node:fs';
      writeFileSync(process.argv[1], Buffer.alloc(1 << 20));
      globalThis.gc();
      const before = process.memoryUsage().rss;
      let peak = 0;
      let bytes = 0;
      for await (const { data } of readMany(Array.from({ length: 600 }, () => process.argv[1]))) {
        bytes += data.length;
        await new Promise(setImmediate);
        if (bytes % (16 << 20) === 0) globalThis.gc();
        peak = Math.max(peak, process.memoryUsage().rss);
      }
      console.log(bytes, peak - before < 150e6);`;
    const { stdout, stderr } = await runProgram(program, { args: ['--expose-gc'], argv: [at('big')] });
    expect(stderr).to.equal('');
    expect(stdout.trim()).to.equal(`${600 * (1 << 20)} true`);
  });

  it('stats many paths in order, as Stats, BigIntStats or Error', async () => {
    const paths = Array.from({ length: 2500 }, (_, i) => at(`f${i}`));
    for (const each of paths) writeFileSync(each, each);
    symlinkSync('f1', at('link'));
    mkdirSync(at('dir'));
    const odd = Buffer.concat([Buffer.from(`${scratch.path}/`), Buffer.from([0xff])]);
    writeFileSync(odd, 'odd');
    const all = [...paths, at('none'), at('link'), at('dir'), odd, 'nul\0'];
    const answers = await statMany(all);
    expect(answers).to.have.length(all.length);
    for (const i of [0, 1, 1023, 1024, 2499]) expect(answers[i]).to.deep.equal(statSync(paths[i]!));
    expect(answers[2500]).to.include({ code: 'ENOENT', syscall: 'stat', path: at('none') });
    expect(answers[2501]).to.deep.equal(statSync(at('f1')));
    expect((answers[2502] as ReturnType<typeof statSync> & object).isDirectory()).to.equal(true);
    expect((answers[2503] as { size: number }).size).to.equal(3);
    expect(answers[2504]).to.include({ code: 'ERR_INVALID_ARG_VALUE' });
    expect((answers[2504] as Error).message).to.contain('paths[2504]');
    expect((await statMany([at('link')], { followSymlinks: false }))[0]).to.deep.equal(lstatSync(at('link')));
    expect((await statMany([at('f1')], { bigint: true }))[0]).to.deep.equal(
      statSync(at('f1'), { bigint: true }),
    );
    expect(await statMany([])).to.deep.equal([]);
  });

  it('rejects a single path instead of a list of paths', async () => {
    writeFileSync(at('a'), 'x');
    for (const paths of [at('a'), Buffer.from(at('a')), pathToFileURL(at('a')), 7, undefined, null]) {
      const list = paths as unknown as string[];
      expect((await rejection(statMany(list))).code).to.equal('ERR_INVALID_ARG_TYPE');
      expect((await rejection(readMany(list).next())).code).to.equal('ERR_INVALID_ARG_TYPE');
    }
  });
});
