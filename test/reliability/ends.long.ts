// Programs that end, or throw, in the resolution of an operation, while others of every kind are queued, running or just done.
import { expect } from 'chai';
import { readdirSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';

import { runProgram, scratchDirectory } from '../support/temp.js';
import { figure } from './support/figures.js';

/** The program acts in the 1st, 6th, 11th ... resolution. */
const [FIRST, STEP, TIMES] = [1, 5, 12];
const ATOMIC_SIZE = 30_000;

/** What is done with the resolution of the given number, and how the program ends. */
const WAYS: Record<string, { act: string; code: number; continues?: boolean }> = {
  'ends in a resolution': { act: 'process.exit(7);', code: 7 },
  'throws in a resolution': { act: "throw new Error('thrown');", code: 1 },
  'throws from a microtask of a resolution': {
    act: "queueMicrotask(() => { throw new Error('thrown'); });",
    code: 1,
  },
  'ends in the handler of what a resolution threw': {
    act: "process.on('uncaughtException', () => process.exit(8)); queueMicrotask(() => { throw new Error('thrown'); });",
    code: 8,
  },
  'goes on after what a resolution threw': {
    act: "process.on('uncaughtException', () => { caught++; }); queueMicrotask(() => { throw new Error('thrown'); });",
    code: 0,
    continues: true,
  },
  'goes on after what a handler of a rejection threw': {
    act: "process.on('unhandledRejection', () => { caught++; }); throw new Error('thrown');",
    code: 0,
    continues: true,
  },
};

const PROGRAM = (act: string): string => `
  import { open, openAtomic, os, readBytes, readMany, statMany, tempfile, updateAtomic, writeAtomic, writeFile, lockFile } from 'uvfiles';
  const [top, wanted] = [process.argv[1], Number(process.argv[2])];
  const all = async (items) => { const found = []; for await (const item of items) found.push(item); return found; };
  let [resolved, settled, caught] = [0, 0, 0];
  const buffered = await open(top + '/buffered', 'w');
  await buffered.write('acknowledged');
  globalThis.kept = buffered;
  const f = await open(top + '/shared', 'rb');
  const kinds = [
    () => f.read(1000), () => f.pread(1000, 500), () => f.readline(), () => f.stat(), () => f.preadinto(new Uint8Array(100), 0),
    () => readBytes(top + '/shared'), () => os.stat(top), () => os.listdir(top), () => all(os.walk(top + '/tree')),
    () => all(os.glob('**', { cwd: top })), () => all(readMany([top + '/shared', top + '/none'])), () => statMany([top, top + '/none']),
    () => writeAtomic(top + '/atomic', Buffer.alloc(${ATOMIC_SIZE}, 'x')), () => writeFile(top + '/whole', 'x'),
    () => updateAtomic(top + '/updated', () => 'x'), () => os.copytree(top + '/tree', top + '/copy-' + Math.random()),
    async () => { const a = await openAtomic(top + '/streamed', 'w'); await a.write('x'); await a.commit(); },
    async () => { const t = await tempfile.namedTemporaryFile({ dir: top }); await t.write(Buffer.alloc(9)); await t.close(); },
    async () => { const d = await tempfile.temporaryDirectory({ dir: top }); await d.cleanup(); },
    async () => { const lock = await lockFile(top + '/lock'); await lock.release(); },
  ];
  const act = () => { ${act} };
  const results = kinds.flatMap((kind) => [kind(), kind(), kind()]).map((promise) => {
    promise.then(() => 0, () => 0).then(() => { settled++; });
    return promise.then(() => { if (++resolved === wanted) act(); });
  });
  for (const result of results) result.then(() => 0, (error) => { if (error.message === 'thrown') Promise.reject(error); else throw error; });
  await Promise.allSettled(results);
  await buffered.close();
  await f.close();
  setImmediate(() => setImmediate(() => console.log(JSON.stringify({ caught, settled, of: results.length }))));`;

describe('a program that', function () {
  this.timeout(600_000);
  const scratch = scratchDirectory();

  for (const [title, { act, code, continues }] of Object.entries(WAYS)) {
    it(`${title} loses no acknowledged byte, and leaves no partial file`, async () => {
      for (let i = 0; i < TIMES; i++) {
        const wanted = FIRST + i * STEP;
        const top = path.join(scratch.path, String(wanted));
        mkdirSync(path.join(top, 'tree/d'), { recursive: true });
        writeFileSync(path.join(top, 'shared'), 'a line\n'.repeat(5000));
        writeFileSync(path.join(top, 'tree/d/file'), 'x');
        const env = {
          UVFILES_INLINE: String(i % 2),
          ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:detect_leaks=0`,
        };
        const ending = await runProgram(PROGRAM(act), { argv: [top, String(wanted)], env });
        const about = `resolution ${wanted}: ${ending.stderr}`;
        expect([ending.code, ending.signal], about).to.deep.equal([code, null]);
        expect(readFileSync(path.join(top, 'buffered'), 'utf8'), about).to.equal('acknowledged');
        if (continues === true)
          expect(JSON.parse(ending.stdout), about).to.deep.equal({ caught: 1, settled: 60, of: 60 });
        for (const name of readdirSync(top)) {
          const known =
            /^(buffered|shared|tree|atomic|whole|updated|updated\.lock|streamed|lock|copy-.*)$/.test(name);
          if (!known) expect.fail(`${about}: ${name} is left`);
          if (name === 'atomic') expect(readFileSync(path.join(top, name)).length).to.equal(ATOMIC_SIZE);
          if (['updated', 'streamed'].includes(name))
            expect(readFileSync(path.join(top, name), 'utf8')).to.equal('x');
        }
      }
      figure('programs that ended or threw in a resolution', TIMES);
    });
  }
});
