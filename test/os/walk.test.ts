// walk, like Python's os.walk: order, pruning, links, errors, and bounded resources.
import { expect } from 'chai';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  type Stats,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { os } from 'uvfiles';

import { expectDescriptors, openDescriptors } from '../support/descriptors.js';
import { skip } from '../support/skip.js';
import { isRoot, rejection, runProgram, scratchDirectory } from '../support/temp.js';

describe('walk', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => path.join(scratch.path, name);

  function makeTree(): void {
    for (const dir of ['a/b/c', 'a/d', 'e', 'f/g/h/i']) mkdirSync(at(dir), { recursive: true });
    for (const file of ['1', 'a/2', 'a/b/3', 'a/b/c/4', 'e/5', 'f/g/6', 'e/ü']) writeFileSync(at(file), '');
    symlinkSync('a', at('link'));
    symlinkSync('nowhere', at('dangling'));
  }

  async function all(o?: os.WalkOptions): Promise<os.WalkEntry[]> {
    const entries: os.WalkEntry[] = [];
    for await (const entry of os.walk(scratch.path, o)) entries.push(entry);
    return entries;
  }

  /** The expected result of os.walk, computed with node:fs. */
  function expected(dir: string, topDown: boolean): [string, string[], string[]][] {
    const entries = readdirSync(dir, { withFileTypes: true });
    const isDir = (entry: (typeof entries)[number]): boolean =>
      entry.isDirectory() || (entry.isSymbolicLink() && entry.name === 'link');
    const own: [string, string[], string[]] = [
      dir,
      entries.filter(isDir).map((entry) => entry.name),
      entries.filter((entry) => !isDir(entry)).map((entry) => entry.name),
    ];
    const below = entries
      .filter((entry) => entry.isDirectory())
      .flatMap((entry) => expected(path.join(dir, entry.name), topDown));
    return topDown ? [own, ...below] : [...below, own];
  }

  const sorted = (entries: [string, string[], string[]][]): [string, string[], string[]][] =>
    entries
      .map(([dir, dirs, files]): [string, string[], string[]] => [dir, dirs.sort(), files.sort()])
      .sort(([a], [b]) => (a < b ? -1 : 1));

  it('yields every directory once, with its directories and files', async () => {
    makeTree();
    expect(sorted(await all())).to.deep.equal(sorted(expected(scratch.path, true)));
    expect(sorted(await all({ topDown: false }))).to.deep.equal(sorted(expected(scratch.path, false)));
  });

  it('visits a directory before, or after, its subdirectories', async () => {
    makeTree();
    const down = (await all()).map(([dir]) => dir);
    const up = (await all({ topDown: false })).map(([dir]) => dir);
    expect(down[0]).to.equal(scratch.path);
    expect(up.at(-1)).to.equal(scratch.path);
    for (const dir of down.slice(1)) {
      expect(down.indexOf(path.dirname(dir))).to.be.below(down.indexOf(dir));
      expect(up.indexOf(path.dirname(dir))).to.be.above(up.indexOf(dir));
    }
  });

  it('visits the directories that the loop leaves in dirs, in that order', async () => {
    makeTree();
    const seen: string[] = [];
    for await (const [dir, dirs] of os.walk(scratch.path)) {
      seen.push(path.relative(scratch.path, dir));
      if (dir === scratch.path) dirs.splice(0, dirs.length, 'f', 'e', 'a');
      if (dir === at('a')) dirs.splice(dirs.indexOf('b'), 1);
    }
    expect(seen).to.deep.equal(
      ['', 'f', 'f/g', 'f/g/h', 'f/g/h/i', 'e', 'a', 'a/d'].map((each) => each.replaceAll('/', path.sep)),
    );
  });

  it('visits directories that the loop has created', async () => {
    makeTree();
    const seen: string[] = [];
    for await (const [dir, dirs] of os.walk(scratch.path)) {
      if (dir === scratch.path) {
        mkdirSync(at('new/sub'), { recursive: true });
        dirs.splice(0, dirs.length, 'new', 'link');
      }
      seen.push(path.relative(scratch.path, dir));
    }
    expect(seen).to.deep.equal(['', 'new', path.join('new', 'sub')]);
  });

  it('prunes anywhere in a wide tree, and omits nothing else', async () => {
    for (let i = 0; i < 40; i++)
      for (let j = 0; j < 10; j++) mkdirSync(at(`d${i}/e${j}/f`), { recursive: true });
    let count = 0;
    for await (const [dir, dirs] of os.walk(scratch.path)) {
      count++;
      expect(dir).not.to.match(/e3/);
      const unwanted = dirs.indexOf('e3');
      if (unwanted >= 0) dirs.splice(unwanted, 1);
    }
    expect(count).to.equal(1 + 40 + 40 * 9 * 2);
  });

  describe('a large tree, which is read in several stretches at a time', () => {
    const DIRECTORIES = 1 + 90 + 90 * 4 + 90 * 4 * 3;

    beforeEach(() => {
      for (let i = 0; i < 90; i++)
        for (let j = 0; j < 4; j++)
          for (let k = 0; k < 3; k++) mkdirSync(at(`d${i}/e${j}/f${k}`), { recursive: true });
      for (let i = 0; i < 90; i += 7) symlinkSync('..', at(`d${i}/e1/up`));
    });

    /** Walks, and compares every step with `dirs` of the previous steps. Resolves to the number of steps. */
    async function inOrder(
      o: os.WalkOptions,
      change: (dirs: string[], step: number) => void,
    ): Promise<number> {
      const upcoming = [scratch.path];
      let steps = 0;
      for await (const [dir, dirs, files] of os.walk(scratch.path, o)) {
        expect(dir).to.equal(upcoming.shift());
        expect(files).to.deep.equal([]);
        change(dirs, ++steps);
        upcoming.unshift(...dirs.filter((name) => name !== 'up').map((name) => path.join(dir, name)));
      }
      expect(upcoming).to.deep.equal([]);
      return steps;
    }

    it('is returned in order', async () => {
      expect(await inOrder({}, () => undefined)).to.equal(DIRECTORIES);
      expect(await inOrder({ followSymlinks: true }, () => undefined)).to.equal(DIRECTORIES);
    });

    it('can be pruned at any time', async () => {
      for (const first of [1, 30, 100, 500, 1200]) {
        const steps = await inOrder({}, (dirs, step) => {
          if (step >= first && step % 50 === 0) dirs.splice(0, 1);
          if (step >= first && step % 170 === 0) dirs.reverse();
        });
        expect(steps).to.be.within(DIRECTORIES / 3, DIRECTORIES - 1);
      }
    });

    it('can be left at any time, with all descriptors closed', async () => {
      const before = await openDescriptors();
      for (const last of [1, 20, 40, 200, 700]) {
        let steps = 0;
        for await (const _ of os.walk(scratch.path)) if (++steps === last) break;
        const controller = new AbortController();
        steps = 0;
        const failure = await rejection(
          (async () => {
            for await (const _ of os.walk(scratch.path, { signal: controller.signal }))
              if (++steps === last) controller.abort();
          })(),
        );
        expect(failure.name).to.equal('AbortError');
        expect(steps).to.equal(last);
      }
      // A directory that was being read when the walk ended is closed by its thread.
      await expectDescriptors(before);
    });
  });

  it('prunes by name if names are not UTF-8', async function () {
    if (process.platform === 'win32') {
      // A recursive mkdirSync of such a path does not return there.
      skip(this, 'names are not bytes on Windows');
    }
    const odd = Buffer.from([0xff, 0x61]);
    mkdirSync(Buffer.concat([Buffer.from(`${scratch.path}/`), odd, Buffer.from('/in')]), { recursive: true });
    mkdirSync(at('other'));
    const seen: string[] = [];
    for await (const [dir, dirs] of os.walk(scratch.path)) {
      seen.push(path.basename(dir));
      if (dirs.includes('other')) dirs.splice(dirs.indexOf('other'), 1);
    }
    expect(seen.slice(1)).to.deep.equal(['\ufffda', 'in']);
    const bytes: Buffer[] = [];
    for await (const [, dirs] of os.walk(scratch.path, { encoding: 'buffer' })) {
      bytes.push(...dirs);
      dirs.splice(0, dirs.length, ...dirs.filter((name) => !name.equals(odd)));
    }
    expect(bytes.some((name) => name.equals(odd))).to.equal(true);
    expect(bytes.some((name) => name.toString() === 'in')).to.equal(false);
  });

  it('visits directories whose names look alike as strings once each, also after a change of dirs', async function () {
    if (process.platform !== 'linux') skip(this, 'needs a POSIX file system whose names can be any bytes');
    const below = (byte: number): Buffer => Buffer.from([...Buffer.from(`${scratch.path}/`), byte]);
    for (const byte of [0xfd, 0xfe, 0xff]) {
      mkdirSync(below(byte));
      writeFileSync(Buffer.concat([below(byte), Buffer.from(`/in-${byte.toString(16)}`)]), '');
    }
    mkdirSync(at('pruned'));
    for (const reverse of [false, true]) {
      const seen: string[] = [];
      for await (const [, dirs, files] of os.walk(scratch.path)) {
        seen.push(...files);
        if (dirs.includes('pruned')) dirs.splice(dirs.indexOf('pruned'), 1);
        if (reverse) dirs.reverse();
      }
      expect(seen.sort()).to.deep.equal(['in-fd', 'in-fe', 'in-ff']);
    }
  });

  it('refuses a name with a NUL in dirs', async () => {
    const entries = os.walk(scratch.path);
    const first = await entries.next();
    first.value![1].push('a\0b');
    expect((await rejection(entries.next())).code).to.equal('ERR_INVALID_ARG_VALUE');
  });

  describe('with stat', () => {
    it('yields the Stats of every entry, and of links themselves', async () => {
      makeTree();
      writeFileSync(at('a/2'), 'four');
      const seen = new Map<string, Stats>();
      for await (const [dir, dirs, files, stats] of os.walk(scratch.path, { stat: true })) {
        expect([...stats.keys()].sort()).to.deep.equal([...dirs, ...files].sort());
        for (const [name, each] of stats) seen.set(path.join(path.relative(scratch.path, dir), name), each);
      }
      for (const [name, each] of seen) {
        const expected = lstatSync(at(name));
        expect([each.ino, each.size, each.mode, each.mtimeMs], name).to.deep.equal([
          expected.ino,
          expected.size,
          expected.mode,
          expected.mtimeMs,
        ]);
      }
      expect(seen.get(path.join('a', '2'))!.size).to.equal(4);
      expect(seen.get('dangling')!.isSymbolicLink()).to.equal(true);
      expect(seen.size).to.equal(18);
    });

    it('honours changes of dirs, and has no Stats of deleted entries', async () => {
      makeTree();
      const entries = os.walk(scratch.path, { stat: true });
      const { value } = await entries.next();
      value![1].splice(0, Infinity, 'e');
      rmSync(at('e/5'));
      const [dir, , files, stats] = (await entries.next()).value!;
      expect(dir).to.equal(at('e'));
      for (const name of files) expect(stats.has(name)).to.equal(name !== '5');
      expect((await entries.next()).done).to.equal(true);
    });

    it('has the Buffers of dirs and files as keys, also where names look alike as strings', async function () {
      if (process.platform !== 'linux') skip(this, 'needs a POSIX file system whose names can be any bytes');
      for (const [byte, text] of [
        [0xfe, 'a'],
        [0xff, 'bcd'],
      ] as const)
        writeFileSync(Buffer.from([...Buffer.from(`${scratch.path}/`), byte]), text);
      for await (const [, , files, stats] of os.walk(scratch.path, { stat: true, encoding: 'buffer' })) {
        const sizes = files.map((name) => [name[0], stats.get(name)!.size]);
        expect(sizes.sort()).to.deep.equal([
          [0xfe, 1],
          [0xff, 3],
        ]);
      }
    });
  });

  it('rejects unknown options', async () => {
    const code = async (o: object): Promise<unknown> =>
      (await rejection(os.walk(scratch.path, o).next())).code;
    for (const name of ['topdown', 'onerror', 'followlinks', 'recursive'])
      expect(await code({ [name]: true }), name).to.equal('ERR_INVALID_ARG_VALUE');
    for (const name of ['topDown', 'onError', 'followSymlinks', 'stat'])
      expect(await code({ [name]: 1 }), name).to.equal('ERR_INVALID_ARG_TYPE');
    expect(await code({ encoding: 'latin1' })).to.equal('ERR_INVALID_ARG_VALUE');
  });

  it('follows links with followSymlinks, but not in circles', async () => {
    makeTree();
    symlinkSync('../..', at('a/b/loop'));
    const dirs = (await all({ followSymlinks: true })).map(([dir]) => path.relative(scratch.path, dir));
    expect(dirs).to.include.members(['link', 'link/b/c', 'a/b/c']);
    expect(dirs.some((dir) => dir.includes('loop'))).to.equal(false);
    const pruned: string[] = [];
    for await (const [dir, names] of os.walk(scratch.path, { followSymlinks: true })) {
      pruned.push(path.relative(scratch.path, dir));
      if (names.includes('c')) names.splice(names.indexOf('c'), 1);
    }
    expect(pruned.some((dir) => dir.includes('loop') || dir.endsWith('c'))).to.equal(false);
  });

  it('skips directories that it cannot list, or passes the error to onError, which may end the walk', async () => {
    makeTree();
    const errors: NodeJS.ErrnoException[] = [];
    const none: unknown[] = [];
    for await (const entry of os.walk(at('none'), { onError: (error) => void errors.push(error) }))
      none.push(entry);
    expect(none).to.deep.equal([]);
    expect(errors).to.have.length(1);
    expect(errors[0]).to.include({ code: 'ENOENT', syscall: 'scandir', path: at('none') });
    const failing = os.walk(at('none'), {
      onError: (error) => {
        throw error;
      },
    });
    expect((await rejection(failing.next())).code).to.equal('ENOENT');
    const later = os.walk(at('none'), {
      onError: async (error) => {
        await Promise.resolve();
        throw error;
      },
    });
    expect((await rejection(later.next())).code).to.equal('ENOENT');
    if (!isRoot) return;
    chmodSync(at('a'), 0);
    const program = `import { os } from 'uvfiles';
      const errors = [];
      let count = 0;
      for await (const entry of os.walk(${JSON.stringify(scratch.path)}, { onError: (e) => errors.push(e) })) count++;
      console.log(count, errors.length, errors[0].code, errors[0].path);`;
    const { stdout } = await runProgram(program, { unprivileged: true });
    expect(stdout.trim()).to.equal(`6 1 EACCES ${at('a')}`);
  });

  it('tolerates a tree that is removed during the walk', async () => {
    for (let i = 0; i < 300; i++) mkdirSync(at(`d${i}/e`), { recursive: true });
    const codes = new Set<string | undefined>();
    let count = 0;
    for await (const [dir] of os.walk(scratch.path, { onError: (error) => codes.add(error.code) })) {
      if (dir === scratch.path) for (let i = 0; i < 300; i++) rmSync(at(`d${i}`), { recursive: true });
      count++;
    }
    expect(count).to.be.below(302);
    expect([...codes]).to.deep.equal(['ENOENT']);
  });

  it('stops when aborted, and always closes its descriptors', async () => {
    for (let i = 0; i < 100; i++) mkdirSync(at(`d${i}/e`), { recursive: true });
    await all();
    const before = await openDescriptors();
    const controller = new AbortController();
    let count = 0;
    const error = await rejection(
      (async () => {
        for await (const entry of os.walk(scratch.path, { signal: controller.signal })) {
          expect(entry).to.have.length(3);
          if (++count === 20) controller.abort();
        }
      })(),
    );
    expect(error.name).to.equal('AbortError');
    expect(count).to.equal(20);
    for await (const [dir] of os.walk(scratch.path)) if (dir.endsWith('e')) break;
    await expectDescriptors(before);
  });

  it('walks deeper than the maximum length of a path', async () => {
    const name = 'd'.repeat(200);
    let current = process.cwd();
    try {
      process.chdir(scratch.path);
      for (let i = 0; i < 30; i++) {
        mkdirSync(name);
        process.chdir(name);
      }
    } finally {
      process.chdir(current);
    }
    current = '';
    let deepest = 0;
    for await (const [dir] of os.walk(scratch.path)) deepest = Math.max(deepest, dir.length);
    expect(deepest).to.equal(scratch.path.length + 30 * 201);
    await os.rmtree(at(name));
  });
});
