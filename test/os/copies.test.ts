// Copies with callbacks, and directories that are emptied.
import { expect } from 'chai';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
  chmodSync,
} from 'node:fs';

import path from 'node:path';
import { os } from 'uvfiles';
import { memoryFiles } from 'uvfiles/testing';

import { rejection, scratchDirectory } from '../support/temp.js';

describe('copies with filter and progress', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => `${scratch.path}/${name}`;

  function tree(): void {
    mkdirSync(at('src/node_modules/x'), { recursive: true });
    mkdirSync(at('src/lib'));
    writeFileSync(at('src/node_modules/x/index.js'), 'x');
    writeFileSync(at('src/lib/a.js'), 'aa');
    writeFileSync(at('src/lib/b.ts'), 'bbb');
    writeFileSync(at('src/run'), 'run!');
    chmodSync(at('src/run'), 0o755);
    symlinkSync('run', at('src/link'));
  }

  it('copytree omits what filter rejects', async () => {
    tree();
    const asked: string[] = [];
    await os.copytree(at('src'), at('dst'), {
      filter: async (src, dst) => {
        await Promise.resolve();
        asked.push(src.slice(scratch.path.length + 1));
        expect(dst).to.equal(src.replace('/src', '/dst'));
        return !src.endsWith('node_modules') && !src.endsWith('.ts');
      },
    });
    expect(asked.sort()).to.deep.equal([
      'src',
      'src/lib',
      'src/lib/a.js',
      'src/lib/b.ts',
      'src/link',
      'src/node_modules',
      'src/run',
    ]);
    expect(existsSync(at('dst/node_modules'))).to.equal(false);
    expect(existsSync(at('dst/lib/b.ts'))).to.equal(false);
    expect(readFileSync(at('dst/lib/a.js'), 'utf8')).to.equal('aa');
    expect(readlinkSync(at('dst/link'))).to.equal('run');
    expect(statSync(at('dst/run')).mode & 0o777).to.equal(0o755);
    expect(statSync(at('dst/run')).mtimeMs).to.be.closeTo(statSync(at('src/run')).mtimeMs, 1);
    await os.copytree(at('src'), at('none'), { filter: () => false });
    expect(existsSync(at('none'))).to.equal(false);
  });

  it('copytree reports its progress, and keeps existing files with overwrite: false', async () => {
    tree();
    mkdirSync(at('dst'));
    writeFileSync(at('dst/run'), 'mine');
    const told: os.CopytreeProgress[] = [];
    await os.copytree(at('src'), at('dst'), {
      existOk: true,
      overwrite: false,
      onProgress: (progress) => told.push(progress),
    });
    expect(readFileSync(at('dst/run'), 'utf8')).to.equal('mine');
    expect(told.map(({ files }) => files)).to.deep.equal([1, 2, 3, 4]);
    expect(told.at(-1)!.bytes).to.equal(1 + 2 + 3 + lstatSync(at('src/link')).size);
    await os.copytree(at('src'), at('dst'), { existOk: true, onProgress: () => undefined });
    expect(readFileSync(at('dst/run'), 'utf8')).to.equal('run!');
  });

  it('reject with the errors of filter and onProgress, and reject invalid ones', async () => {
    tree();
    const failure = new Error('enough');
    const fail = (): never => {
      throw failure;
    };
    expect(await rejection(os.copytree(at('src'), at('dst'), { filter: fail }))).to.equal(failure);
    expect(await rejection(os.copytree(at('src'), at('dst'), { onProgress: fail }))).to.equal(failure);
    expect(await rejection(os.copy(at('src/run'), at('run'), { onProgress: fail }))).to.equal(failure);
    expect(existsSync(at('run'))).to.equal(false);
    for (const o of [{ filter: 1 }, { onProgress: 'x' }, { overwrite: 0 }])
      expect((await rejection(os.copytree(at('src'), at('dst'), o as never))).code).to.equal(
        'ERR_INVALID_ARG_TYPE',
      );
  });

  it('reject after an abort or timeout while filter or onProgress is waiting', async () => {
    tree();
    const forever = (): Promise<never> => new Promise(() => undefined);
    for (const hook of [{ filter: forever }, { onProgress: forever }]) {
      const late = rejection(os.copytree(at('src'), at('dst'), { ...hook, existOk: true, timeout: 20 }));
      expect((await late).code).to.equal('ERR_TIMEOUT');
    }
    const controller = new AbortController();
    const aborted = rejection(
      os.copy(at('src/run'), at('run'), {
        onProgress: () => (setImmediate(() => controller.abort()), forever()),
        signal: controller.signal,
      }),
    );
    expect((await aborted).name).to.equal('AbortError');
    expect(existsSync(at('run'))).to.equal(false);
  });

  it('copytree refuses a directory where a file is, and a file where a directory is, with and without hooks', async () => {
    for (const hooks of [{}, { filter: () => true }, { onProgress: () => undefined }]) {
      for (const [src, dst, code] of [
        ['one', 'two', 'ENOTDIR'],
        ['two', 'one', 'EISDIR'],
      ] as const) {
        mkdirSync(at('one/x'), { recursive: true });
        mkdirSync(at('two'), { recursive: true });
        writeFileSync(at('two/x'), 'file');
        const copied = os.copytree(at(src), at(dst), { existOk: true, ...hooks });
        const error: NodeJS.ErrnoException & { dest?: string } = await rejection(copied);
        const named = [error.path, error.dest].map((each) => path.normalize(String(each)));
        const expected = [at(`${src}/x`), at(`${dst}/x`)].map((each) => path.normalize(each));
        expect([error.code, ...named]).to.deep.equal([code, ...expected]);
      }
    }
  });

  it('copytree refuses a directory where a link to one is, with and without hooks', async () => {
    mkdirSync(at('one/x'), { recursive: true });
    writeFileSync(at('one/x/inside'), '');
    for (const hooks of [{}, { filter: () => true }, { onProgress: () => undefined }]) {
      mkdirSync(at('elsewhere'), { recursive: true });
      mkdirSync(at('links'), { recursive: true });
      if (!existsSync(at('links/x'))) symlinkSync('../elsewhere', at('links/x'));
      const error = await rejection(os.copytree(at('one'), at('links'), { existOk: true, ...hooks }));
      expect(error).to.include({ code: 'ENOTDIR', path: at('one/x'), dest: at('links/x') });
      expect(existsSync(at('elsewhere/inside'))).to.equal(false);
    }
  });

  it('copytree names both paths if it cannot copy the directory, or not to that place', async () => {
    mkdirSync(at('src'));
    writeFileSync(at('file'), '');
    symlinkSync('gone', at('src/dangling'));
    for (const [src, dst, o, code, below = ''] of [
      ['missing', 'dst', {}, 'ENOENT'],
      ['file', 'dst', {}, 'ENOTDIR'],
      ['file/x', 'dst', {}, process.platform === 'win32' ? 'ENOENT' : 'ENOTDIR'],
      ['src', 'file', {}, 'EEXIST'],
      ['src', 'file', { existOk: true }, 'ENOTDIR'],
      ['src', 'dst', { symlinks: false }, 'ENOENT', '/dangling'],
    ] as const) {
      const error = await rejection(os.copytree(at(src), at(dst), o));
      expect(error, `${src} ${dst}`).to.include({
        ...{ code, syscall: 'cp', path: at(src + below), dest: at(dst + below) },
      });
    }
  });

  it('copy reports the number of copied bytes', async () => {
    const bytes = Buffer.alloc(2_500_000, 'uvfiles');
    writeFileSync(at('large'), bytes, { mode: 0o640 });
    const told: os.CopyProgress[] = [];
    const made = await os.copy(at('large'), at('copy'), {
      preserve: true,
      onProgress: (progress) => told.push(progress),
    });
    expect(made).to.equal(at('copy'));
    expect(told).to.deep.equal(
      [1 << 20, 2 << 20, 2_500_000].map((done) => ({ bytes: done, total: 2_500_000 })),
    );
    expect(readFileSync(at('copy')).equals(bytes)).to.equal(true);
    expect(statSync(at('copy')).mode & 0o777).to.equal(0o640);
    expect(
      (await rejection(os.copy(at('large'), at('large'), { onProgress: () => undefined }))).code,
    ).to.equal('EINVAL');
  });
});

describe('emptyDir', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => `${scratch.path}/${name}`;

  it('removes everything in a directory, and follows no link', async () => {
    mkdirSync(at('dir/below/more'), { recursive: true });
    mkdirSync(at('outside'));
    writeFileSync(at('outside/kept'), '');
    writeFileSync(at('dir/below/a'), '');
    writeFileSync(at('dir/.hidden'), '');
    symlinkSync(at('outside'), at('dir/link'));
    const { ino } = statSync(at('dir'));
    await os.emptyDir(at('dir'));
    expect(statSync(at('dir')).ino).to.equal(ino);
    expect(await os.listdir(at('dir'))).to.deep.equal([]);
    expect(existsSync(at('outside/kept'))).to.equal(true);
  });

  it('reaches every entry by a path that leads through one of them', async () => {
    for (const way of ['self', 'below/up', 'below/..']) {
      mkdirSync(at('dir/below'), { recursive: true });
      for (const name of ['a', 'b', 'z']) writeFileSync(at(`dir/${name}`), '');
      if (!way.endsWith('..')) symlinkSync(way === 'self' ? '.' : '..', at(`dir/${way}`));
      await os.emptyDir(at(`dir/${way}`));
      expect(await os.listdir(at('dir'))).to.deep.equal([]);
    }
  });

  it('creates a missing directory, and rejects a file', async () => {
    await os.emptyDir(at('new/dir'));
    expect(statSync(at('new/dir')).isDirectory()).to.equal(true);
    writeFileSync(at('file'), '');
    expect((await rejection(os.emptyDir(at('file')))).code).to.equal('ENOTDIR');
    expect((await rejection(os.emptyDir(5 as never))).code).to.equal('ERR_INVALID_ARG_TYPE');
    using files = memoryFiles({ 'a/b': 'x', c: 'y' }, { at: '/memory' });
    await os.emptyDir('/memory');
    expect(files.tree()).to.deep.equal({});
  });
});
