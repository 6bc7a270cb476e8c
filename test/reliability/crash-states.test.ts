// What a power cut can leave at any moment of an operation: the complete old or new content, and everything that was
// acknowledged as durable.
import { expect } from 'chai';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { needsStrace } from '../support/strace.js';
import { scratchDirectory } from '../support/temp.js';
import { type Check, crashStates, onDisk } from './support/crash-states.js';
import { figure } from './support/figures.js';
import { skip } from '../support/skip.js';

const STRAY = /^\.(new|tmp)?\.?[a-z2-7]{16}(\.uvfiles)?$/;
const PROGRAM = `
  import * as uvfiles from 'uvfiles';
  import * as fs from 'node:fs';
  const { openAtomic, open, os, updateAtomic, writeAtomic, writeFile } = uvfiles;
  const [top, other] = process.argv.slice(1);
  const say = (line) => fs.writeSync(1, line + '\\n');`;

/** A file is old or new; `done` says since when it must be new. */
const replaced =
  (file: string, contents: (string | undefined)[]): Check =>
  (state, done) => {
    const version = contents.indexOf(state[file]);
    if (version < 0) return `${path.basename(file)} is neither old nor new: ${JSON.stringify(state[file])}`;
    if (version < done.length) return `${done.at(-1)} was said, and version ${version} is there`;
    return undefined;
  };

describe('the states that a power cut may leave', function () {
  this.timeout(240_000);
  const scratch = scratchDirectory();
  const at = (name: string): string => path.join(scratch.path, name);
  let [states, distinct] = [0, 0];
  before(function () {
    needsStrace(this);
    if (process.arch === 'x64') return;
    // Other processors lack open, mkdir or rename, and strace rejects the names of missing calls.
    skip(this, 'the recorded calls are those of x64');
  });
  after(() => {
    if (states === 0) return;
    figure('crash states', states);
    figure('different crash states', distinct);
  });

  const faultsOf = async (
    code: string,
    check: Check,
    o: { folders?: string[]; inject?: string[] } = {},
  ): Promise<string[]> => {
    const folders = [scratch.path, ...(o.folders ?? [])];
    const found = await crashStates(`${PROGRAM}\n${code}`, folders, check, { inject: o.inject ?? [] });
    expect(found.instants).to.be.greaterThan(2);
    states += found.states;
    distinct += found.distinct;
    return found.faults;
  };

  const THREE = `
    for (const i of [1, 2, 3]) {
      await writeAtomic(top + '/a', String(i).repeat(3000));
      say('version ' + i);
    }`;
  const three = (): Check => replaced(at('a'), ['old', ...['1', '2', '3'].map((each) => each.repeat(3000))]);

  it('are the old file or the new one during writeAtomic', async () => {
    writeFileSync(at('a'), 'old');
    expect(await faultsOf(THREE, three())).to.deep.equal([]);
  });

  it('are the old file or the new one during writeAtomic through a link', async () => {
    mkdirSync(at('d'));
    writeFileSync(at('d/real'), 'old');
    symlinkSync('d/real', at('a'));
    const check = replaced(at('d/real'), ['old', ...['1', '2', '3'].map((each) => each.repeat(3000))]);
    expect(await faultsOf(THREE, check)).to.deep.equal([]);
  });

  it('are no file or a complete one during writeAtomic to a new path', async () => {
    const check = replaced(at('a'), [undefined, ...['1', '2', '3'].map((each) => each.repeat(3000))]);
    expect(await faultsOf(THREE, check)).to.deep.equal([]);
  });

  for (const [title, injection] of [
    // Nameless files get their names through /proc.
    ['without nameless files', 'access:error=ENOENT:when=1'],
    ['whose nameless files cannot get a name', 'linkat:error=EXDEV'],
  ] as const) {
    it(`are the old file or the new one during writeAtomic on a file system ${title}`, async () => {
      writeFileSync(at('a'), 'old');
      expect(await faultsOf(THREE, three(), { inject: [injection] })).to.deep.equal([]);
    });
  }

  it('contain each of five files that are replaced at the same time, old or new', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const each of names) writeFileSync(at(each), 'old');
    const code = `
      await Promise.all(${JSON.stringify(names)}.map(async (name) => {
        // These are never synced, so any part of them can exist, which multiplies the states.
        if (name < 'd') await writeFile(top + '/noise of ' + name, 'noise');
        await writeAtomic(top + '/' + name, name.repeat(3000));
        say(name);
      }));`;
    const check: Check = (state, done) => {
      for (const each of names) {
        const fault = replaced(at(each), ['old', each.repeat(3000)])(
          state,
          done.includes(each) ? [each] : [],
        );
        if (fault !== undefined) return fault;
      }
      return undefined;
    };
    expect(await faultsOf(code, check)).to.deep.equal([]);
  });

  it('are the old file or the new one during openAtomic, however it is written', async () => {
    writeFileSync(at('a'), 'old');
    const code = `
      const f = await openAtomic(top + '/a', 'w+b', { buffering: 64 });
      for (let i = 0; i < 5; i++) await f.write(Buffer.alloc(100, 'x'));
      await f.seek(10);
      await f.write(Buffer.from('y'));
      await f.truncate(300);
      await f.pwrite(Buffer.from('end'), 400);
      await f.commit();
      say('version 1');
      const g = await openAtomic(top + '/a', 'w');
      await g.write('dropped');
      await g.flush();
      await g.abort();`;
    const content = Buffer.alloc(403);
    content.fill('x', 0, 300).write('y', 10);
    content.write('end', 400);
    expect(await faultsOf(code, replaced(at('a'), ['old', content.toString('latin1')]))).to.deep.equal([]);
  });

  it('contain every update that updateAtomic has acknowledged', async () => {
    const code = `
      const add = (old) => (old ?? '') + 'line\\n';
      for (const i of [1, 2, 3]) {
        await updateAtomic(top + '/a', add, { encoding: 'utf-8' });
        say('version ' + i);
      }`;
    const lines = [1, 2, 3].map((count) => 'line\n'.repeat(count));
    expect(await faultsOf(code, replaced(at('a'), [undefined, ...lines]))).to.deep.equal([]);
  });

  it('contain as many updates as were acknowledged to concurrent callers', async () => {
    writeFileSync(at('real'), '');
    symlinkSync('real', at('a'));
    const code = `
      const add = (old) => old + 'line\\n';
      await Promise.all([1, 2, 3].map(async () => {
        await updateAtomic(top + '/a', add, { encoding: 'utf-8' });
        say('updated');
      }));`;
    const lines = [0, 1, 2, 3].map((count) => 'line\n'.repeat(count));
    expect(await faultsOf(code, replaced(at('real'), lines))).to.deep.equal([]);
  });

  it('are the old file or the new one while an iterable is written', async () => {
    writeFileSync(at('a'), 'old');
    const code = `
      const parts = async function* () { for (const each of 'abc') yield each.repeat(1000); };
      await writeAtomic(top + '/a', parts());
      say('version 1');
      await os.copy(top + '/a', top + '/b');
      await os.replace(top + '/b', top + '/c');`;
    const whole = [...'abc'].map((each) => each.repeat(1000)).join('');
    expect(await faultsOf(code, replaced(at('a'), ['old', whole]))).to.deep.equal([]);
  });

  it('contain the data that sync and datasync have acknowledged', async () => {
    writeFileSync(at('a'), '');
    const code = `
      const f = await open(top + '/a', 'r+b', { buffering: 16 });
      for (const i of [1, 2, 3]) {
        for (const part of ['one ', 'two ', 'three ']) await f.write(Buffer.from(part.repeat(5)));
        await (i === 2 ? f.datasync() : f.sync());
        say(i);
      }`;
    const part = ['one ', 'two ', 'three '].map((each) => each.repeat(5)).join('');
    const check: Check = (state, done) =>
      state[at('a')]?.startsWith(part.repeat(done.length)) === true ? undefined : 'synced bytes are gone';
    expect(await faultsOf(code, check)).to.deep.equal([]);
  });

  it('contain a file that is being moved, under one of its names', async () => {
    mkdirSync(at('d'));
    mkdirSync(at('t/u'), { recursive: true });
    writeFileSync(at('a'), 'content');
    writeFileSync(at('t/u/b'), 'content');
    const code = `await os.move(top + '/a', top + '/d'); await os.move(top + '/t', top + '/d/t');`;
    const check: Check = (state) => {
      const whole = (...names: string[]): boolean =>
        names.filter((each) => state[at(each)] === 'content').length === 1;
      return whole('a', 'd/a') && whole('t/u/b', 'd/t/u/b')
        ? undefined
        : 'a moved file is gone, or there twice';
    };
    expect(await faultsOf(code, check)).to.deep.equal([]);
  });

  describe('of two file systems', () => {
    let other = '';
    beforeEach(function () {
      if (existsSync('/dev/shm') && statSync('/dev/shm').dev !== statSync(scratch.path).dev) {
        other = mkdtempSync('/dev/shm/uvfiles-test-');
        return;
      }
      skip(this, '/dev/shm is not a file system of its own');
    });
    afterEach(() => {
      if (other !== '') rmSync(other, { recursive: true });
      other = '';
    });

    it('contain a complete copy of a moved file, at its old path or its new one', async () => {
      writeFileSync(at('a'), 'content');
      const check: Check = (state) => {
        const there = state[path.join(other, 'a')];
        if (there !== undefined && there !== 'content') return 'the new file is not whole';
        return (there ?? state[at('a')] === 'content') ? undefined : 'the file is gone';
      };
      const code = `await os.move(top + '/a', other);`;
      expect(await faultsOf(code, check, { folders: [other] })).to.deep.equal([]);
    });

    it('contain a complete copy of each file of a moved tree, at its old path or its new one', async () => {
      const files = ['t/a', 't/d/b', 't/d/e/c'];
      mkdirSync(at('t/d/e'), { recursive: true });
      for (const each of files) writeFileSync(at(each), `content of ${each}`);
      const check: Check = (state) => {
        const lost = files.find(
          (each) => ![at(each), path.join(other, each)].some((file) => state[file] === `content of ${each}`),
        );
        return lost === undefined ? undefined : `${lost} is gone`;
      };
      const code = `await os.move(top + '/t', other + '/t');`;
      expect(await faultsOf(code, check, { folders: [other] })).to.deep.equal([]);
    });
  });

  it('keep existing files while makedirs and copytree add to a directory', async () => {
    mkdirSync(at('t/d'), { recursive: true });
    for (const each of ['1', '2', '3']) writeFileSync(at(`t/d/${each}`), each);
    writeFileSync(at('t/a'), 'a'.repeat(1000));
    writeFileSync(at('t/d/b'), 'b'.repeat(1000));
    const before = onDisk(scratch.path);
    const code = `
      await os.makedirs(top + '/n/e/w');
      await os.copytree(top + '/t', top + '/n/e/w/t');`;
    const check: Check = (state) => {
      const gone = Object.keys(before).find((name) => state[name] !== before[name]);
      if (gone !== undefined) return `${gone} is not as it was`;
      const odd = Object.keys(state).find((name) => !(name in before) && !name.startsWith(at('n/')));
      return odd === undefined ? undefined : `${odd} has appeared`;
    };
    expect(await faultsOf(code, check)).to.deep.equal([]);
  });

  it('contain no temporary names except the documented ones', async () => {
    writeFileSync(at('a'), 'old');
    const check: Check = (state) => {
      const odd = Object.keys(state).find((name) => name !== at('a') && !STRAY.test(path.basename(name)));
      return odd === undefined ? undefined : `${odd} is left`;
    };
    expect(await faultsOf(THREE, check)).to.deep.equal([]);
  });

  describe('are reported as wrong', () => {
    const REPLACE = (...steps: string[]): string => `
      const file = fs.openSync(top + '/temporary', 'wx');
      fs.writeSync(file, '1'.repeat(3000));
      ${steps.includes('fsync') ? 'fs.fsyncSync(file);' : ''}
      fs.closeSync(file);
      fs.renameSync(top + '/temporary', top + '/a');
      ${steps.includes('directory') ? 'const d = fs.openSync(top); fs.fsyncSync(d); fs.closeSync(d);' : ''}
      say('version 1');`;
    const one = (): Check => replaced(at('a'), ['old', '1'.repeat(3000)]);
    beforeEach(() => writeFileSync(at('a'), 'old'));

    it('if nothing is synced before the rename', async () => {
      const faults = await faultsOf(REPLACE('directory'), one());
      expect(faults.join('\n')).to.include('a is neither old nor new: ""');
    });

    it('if the directory is not synced after the rename', async () => {
      expect(await faultsOf(REPLACE('fsync'), one())).to.deep.equal([
        'version 1 was said, and version 0 is there',
      ]);
    });

    it('with durable: false, as documented', async () => {
      const faults = await faultsOf(
        `await writeAtomic(top + '/a', 'n'.repeat(3000), { durable: false });`,
        one(),
      );
      expect(faults.join('\n')).to.include('neither old nor new');
    });

    it('but not if each step is synced', async () => {
      expect(await faultsOf(REPLACE('fsync', 'directory'), one())).to.deep.equal([]);
    });
  });
});
