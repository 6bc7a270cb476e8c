// glob: patterns, links, and where results are relative to. What each syntax means is in test/os/glob.test.ts.
import { expect } from 'chai';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { os } from 'uvfiles';

import { rejection, scratchDirectory } from '../support/temp.js';

/**
 * Patterns, the matching paths of the tree, and those that match only with `dot`. test/os/glob-random.long.ts compares
 * with bash.
 */
const PATTERNS: [pattern: string, paths: string[], withDot?: string[]][] = [
  ['*', ['README', 'lib', 'node', 'src', 'weird (1)', 'x.ts'], ['.config', '.dot']],
  ['*.ts', ['x.ts']],
  ['src/*.ts', ['src/x.ts']],
  ['src/**/*.ts', ['src/a/deep/x.ts', 'src/a/x.ts', 'src/b/c/y.ts', 'src/x.ts'], ['src/.hidden/x.ts']],
  ['*/*/*.ts', ['src/a/x.ts', 'weird (1)/[a]/x.ts'], ['.config/a/x.ts', 'src/.hidden/x.ts']],
  ['src/*/x.?s', ['src/a/x.ts'], ['src/.hidden/x.ts']],
  ['**/deep/**', ['src/a/deep', 'src/a/deep/er', 'src/a/deep/er/x.js', 'src/a/deep/x.ts']],
  ['{src,lib}/*.ts', ['lib/x.ts', 'lib/ü.ts', 'src/x.ts']],
  ['src/{a,b/c}/*', ['src/a/deep', 'src/a/x.ts', 'src/b/c/y.ts']],
  ['**/{a,deep}/*.{ts,js}', ['lib/a/x.js', 'src/a/deep/x.ts', 'src/a/x.ts'], ['.config/a/x.ts']],
  ['+(src|lib)/**/*.js', ['lib/a/x.js', 'src/a/deep/er/x.js', 'src/x.js']],
  ['.*', ['.config', '.dot']],
  ['.*/*', ['.config/a']],
  ['**/.hidden', ['src/.hidden']],
  ['*/.hidden/*', ['src/.hidden/x.ts']],
  ['src/a/x.ts', ['src/a/x.ts']],
  ['none/*.ts', []],
  ['**/*.none', []],
  ['**/**/y.ts', ['src/b/c/y.ts']],
  ['src//a/*.ts', ['src/a/x.ts']],
];

describe('glob', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => path.join(scratch.path, name);
  /** With the system's separator of names. */
  const native = (paths: string[]): string[] => paths.map((each) => each.replaceAll('/', path.sep));

  beforeEach(() => {
    const dirs = ['src/a/deep/er', 'src/b/c', 'lib/a', '.config/a', 'src/.hidden', 'node/x', 'weird (1)/[a]'];
    for (const dir of dirs) mkdirSync(at(dir), { recursive: true });
    const files = [
      ...[
        'x.ts',
        'README',
        '.dot',
        'src/x.ts',
        'src/x.js',
        'src/a/x.ts',
        'src/a/deep/x.ts',
        'src/a/deep/er/x.js',
      ],
      ...[
        'src/b/c/y.ts',
        'lib/x.ts',
        'lib/a/x.js',
        '.config/a/x.ts',
        'src/.hidden/x.ts',
        'weird (1)/[a]/x.ts',
        'lib/ü.ts',
      ],
    ];
    for (const file of files) writeFileSync(at(file), '');
  });

  async function found(pattern: string, o: os.GlobOptions = {}): Promise<string[]> {
    const paths: string[] = [];
    for await (const each of os.glob(pattern, { cwd: scratch.path, ...o })) paths.push(each);
    return paths;
  }

  for (const [pattern, paths, withDot = []] of PATTERNS) {
    it(`finds what matches ${pattern}`, async () => {
      expect((await found(pattern)).sort()).to.deep.equal(native(paths).sort());
      expect((await found(pattern, { dot: true })).sort()).to.deep.equal(
        native([...paths, ...withDot]).sort(),
      );
    });
  }

  it('returns paths relative to cwd, absolute paths for absolute patterns, and accepts a URL', async () => {
    expect(await found('*.ts', { cwd: at('src') })).to.deep.equal(['x.ts']);
    expect(await found('*.ts', { cwd: pathToFileURL(at('src')) })).to.deep.equal(['x.ts']);
    expect(await found(`${at('src')}/*.ts`)).to.deep.equal([at('src/x.ts')]);
    expect(await found('../src/*.ts', { cwd: at('lib') })).to.deep.equal(native(['../src/x.ts']));
    expect(await found('./src/*.js')).to.deep.equal(native(['./src/x.js']));
    expect(await found('*', { cwd: at('none') })).to.deep.equal([]);
  });

  it('finds only directories if the pattern ends with a slash', async () => {
    expect((await found('src/*/')).sort()).to.deep.equal(native(['src/a/', 'src/b/']));
    expect(await found('src/')).to.deep.equal(native(['src/']));
    expect(await found('x.ts/')).to.deep.equal([]);
  });

  it('matches a directory, but not a file, with its name followed by /**', async () => {
    const inConfig = ['.config', '.config/a', '.config/a/x.ts'];
    expect((await found('.*/**')).sort()).to.deep.equal(native(inConfig));
    const inLib = ['lib', 'lib/a', 'lib/a/x.js', 'lib/x.ts', 'lib/ü.ts'];
    expect((await found('lib/**')).sort()).to.deep.equal(native(inLib));
  });

  it('matches escaped characters literally, and ignores case with noCase', async () => {
    expect(await found('weird \\(1\\)/\\[a\\]/*')).to.deep.equal(['weird (1)/[a]/x.ts']);
    expect(await found('SRC*/X.TS')).to.deep.equal([]);
    expect(await found('SRC*/X.TS', { noCase: true })).to.deep.equal(['src/x.ts']);
  });

  it('follows links by name, and with ** only with followSymlinks', async () => {
    symlinkSync('src', at('link'));
    symlinkSync('..', at('src/up'));
    expect(await found('link/*.js')).to.deep.equal(['link/x.js']);
    expect((await found('*/x.js')).sort()).to.deep.equal(['link/x.js', 'src/x.js']);
    expect((await found('**/x.js')).sort()).to.deep.equal(
      ['lib/a/x.js', 'src/a/deep/er/x.js', 'src/x.js'].sort(),
    );
    expect(await found('**/x.js', { followSymlinks: true })).to.include.members([
      'link/x.js',
      'link/a/deep/er/x.js',
    ]);
    expect(await found('*/a/*.ts')).to.include('link/a/x.ts');
  });

  it('is stopped by its signal, and rejects invalid patterns', async () => {
    const signal = AbortSignal.abort();
    expect((await rejection(os.glob('**', { cwd: scratch.path, signal }).next())).name).to.equal(
      'AbortError',
    );
    expect((await rejection(os.glob(5 as unknown as string).next())).code).to.equal('ERR_INVALID_ARG_TYPE');
    expect((await rejection(os.glob('a\0').next())).code).to.equal('ERR_INVALID_ARG_VALUE');
  });
});
