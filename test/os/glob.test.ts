// glob: the meaning of patterns, as in bash and Python, and the options.
import { expect } from 'chai';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { os } from 'uvfiles';

import { skip } from '../support/skip.js';
import { rejection, scratchDirectory } from '../support/temp.js';

describe('the patterns of glob', function () {
  const scratch = scratchDirectory();
  const at = (name: string): string => path.join(scratch.path, name);

  before(function () {
    if (process.platform !== 'win32') return;
    skip(this, 'these names and escapes are not possible on Windows');
  });

  function make(...names: string[]): void {
    for (const name of names) {
      if (name.endsWith('/')) mkdirSync(at(name), { recursive: true });
      else {
        mkdirSync(path.dirname(at(name)), { recursive: true });
        writeFileSync(at(name), '');
      }
    }
  }

  async function found(pattern: string | string[], o: os.GlobOptions = {}): Promise<string[]> {
    const paths: string[] = [];
    for await (const each of os.glob(pattern, { cwd: scratch.path, ...o })) paths.push(each);
    return paths.sort();
  }

  describe('bracket expressions', () => {
    const cases: Record<string, string[]> = {
      '[!a]*': ['1', 'B', 'b', ']', '-'],
      '[^a]*': ['1', 'B', 'b', ']', '-'],
      '[a-b]': ['a', 'b'],
      '[b-a]': [],
      '[]a]': [']', 'a'],
      '[!]a]': ['1', 'B', 'b', '-'],
      '[a-]': ['a', '-'],
      '[\\]]': [']'],
      '[[:digit:]]': ['1'],
      '[![:alpha:]]': ['1', ']', '-'],
      '[[:upper:][:digit:]]': ['1', 'B'],
      '[[=a=]b]': ['a', 'b'],
      '[[.-.]]': ['-'],
      '[[:none:]]': [],
      // A leading dot is only matched by a dot.
      '[.]a': [],
      '[!b]a': ['aa'],
    };
    for (const [pattern, names] of Object.entries(cases)) {
      it(`${pattern} matches ${names.join(' ') || 'nothing'}`, async () => {
        make('a', 'b', '1', 'B', ']', '-', '.a', ...(pattern === '[!b]a' ? ['aa'] : []));
        expect(await found(pattern)).to.deep.equal([...names].sort());
      });
    }
  });

  it('treats an unclosed bracket, parenthesis or brace literally, and slashes after it as separators', async () => {
    for (const name of ['a[b', 'a(b', 'a{b', 'a]b', '@(b', '!(']) {
      make(`${name}/x.txt`);
      expect(await found(`${name}/*.txt`)).to.deep.equal([`${name}/x.txt`]);
      expect(await found(`${name}/x.txt`)).to.deep.equal([`${name}/x.txt`]);
    }
    expect(await found('a\\[b/*')).to.deep.equal(['a[b/x.txt']);
    expect(await found('a[[]b/*')).to.deep.equal(['a[b/x.txt']);
    expect(await found('[a/b]')).to.deep.equal([]);
  });

  describe('braces', () => {
    const cases: Record<string, string[]> = {
      '{8..12}': ['8', '10', '12'],
      '{12..8}': ['8', '10', '12'],
      '{01..03}': ['01', '03'],
      '{1..3}': ['2'],
      '{0..12..5}': ['10'],
      '{a..c}': ['a', 'b'],
      '{a,b}{2,}': ['a', 'b', 'a2'],
      '{a{2,3},b}': ['a2', 'b'],
      '{{a,b},{8,9}}': ['8', 'a', 'b'],
      '{a}': ['{a}'],
      '\\{a,b}': ['{a,b}'],
      '{a\\,b}': ['{a,b}'],
      '{d/x,a}': ['a', 'd/x'],
      '{d,e}/*': ['d/x', 'e/y'],
      '*{2,3}': ['03', '12', '2', 'a2'],
    };
    for (const [pattern, names] of Object.entries(cases)) {
      it(`${pattern} matches ${names.join(' ') || 'nothing'}`, async () => {
        make('2', '8', '10', '12', '01', '03', 'a', 'b', 'a2', '{a}', '{a,b}', 'd/x', 'e/y');
        expect(await found(pattern)).to.deep.equal([...names].sort());
      });
    }
  });

  describe('groups', () => {
    const cases: Record<string, string[]> = {
      '?(a)b': ['ab', 'b'],
      '*(a|b)': ['a', 'aab', 'ab', 'b'],
      '+(a)b': ['aab', 'ab'],
      '@(a|b)': ['a', 'b'],
      '!(a|b)': ['aab', 'ab', 'a(b)', 'c.js'],
      '!(*.js)': ['a', 'a(b)', 'aab', 'ab', 'b'],
      'a!(b)': ['a', 'a(b)', 'aab'],
      '!(!(a))': ['a'],
      '@(a|!(*b|*)))': [],
      'a(b)': ['a(b)'],
      '@(a\\(b\\))': ['a(b)'],
      '@([ab]|c).js': ['c.js'],
    };
    for (const [pattern, names] of Object.entries(cases)) {
      it(`${pattern} matches ${names.join(' ') || 'nothing'}`, async () => {
        make('a', 'b', 'ab', 'aab', 'a(b)', 'c.js');
        expect(await found(pattern)).to.deep.equal([...names].sort());
      });
    }
  });

  it('finds hidden names only if the pattern has their dot, or with the option dot', async () => {
    make('.env', '.a.js', 'a.js', '.git/config', 'b/.x/y');
    for (const pattern of ['*', '?env', '[.]env', '!(b)', '{*,b}', '@(*|b)', '*(*)', '**', '!(.git|b)']) {
      const paths = await found(pattern);
      expect(
        paths.some((each) => each.includes('.git') || each.includes('.env') || each.includes('.x'), pattern),
      ).to.equal(false);
    }
    expect(await found('{.*,b}')).to.deep.equal(['.a.js', '.env', '.git', 'b']);
    expect(await found('@(.env|*.js)')).to.deep.equal(['.env', 'a.js']);
    expect(await found('?(x).env')).to.deep.equal(['.env']);
    expect(await found('\\.env')).to.deep.equal(['.env']);
    expect(await found('*/.x/*')).to.deep.equal(['b/.x/y']);
    expect(await found('**/*', { dot: true })).to.include.members(['.env', '.git/config', 'b/.x/y']);
    expect(await found('!(.git|b)', { dot: true })).to.deep.equal(['.a.js', '.env', 'a.js']);
  });

  it('accepts . and .. in any part of a pattern, and never matches them with a wildcard', async () => {
    make('a/b/c/f', 'a/d/');
    expect(await found('a/*/c/./f')).to.deep.equal(['a/b/c/./f']);
    expect(await found('a/./b/*/f')).to.deep.equal(['a/./b/c/f']);
    expect(await found('a/*/../b/c/f')).to.deep.equal(['a/b/../b/c/f', 'a/d/../b/c/f']);
    expect(await found('*/.')).to.deep.equal(['a/.']);
    expect(await found('*/..')).to.deep.equal(['a/..']);
    expect(await found('*/./*/')).to.deep.equal(['a/./b/', 'a/./d/']);
    expect(await found('*/../*')).to.deep.equal(['a/../a']);
    expect(await found('**/d/../*')).to.deep.equal(['a/d/../b', 'a/d/../d']);
    expect(await found('**/d/../*', { followSymlinks: true })).to.deep.equal(['a/d/../b', 'a/d/../d']);
    expect(await found('.*', { dot: true })).to.deep.equal([]);
    expect(await found('.')).to.deep.equal(['.']);
  });

  it('follows a link before it resolves the .. after it', async () => {
    make('far/deep/', 'far/x', 'y');
    symlinkSync('far/deep', at('link'));
    expect(await found('link/../*')).to.deep.equal(['link/../deep', 'link/../x']);
    expect(await found('lin*/../x')).to.deep.equal(['link/../x']);
  });

  it('finds nothing for an empty pattern, and no empty name', async () => {
    make('a');
    expect(await found('')).to.deep.equal([]);
    expect(await found([])).to.deep.equal([]);
    expect(await found('!(a)')).to.deep.equal([]);
    expect(await found('/')).to.deep.equal(['/']);
  });

  it('finds names that contain line endings', async () => {
    make('\na', 'a\n', '\n/b');
    expect(await found('*')).to.deep.equal(['\n', '\na', 'a\n']);
    expect(await found('?a')).to.deep.equal(['\na']);
    expect(await found('a')).to.deep.equal([]);
    expect(await found('!(x)/b')).to.deep.equal(['\n/b']);
    expect(await found('**/b')).to.deep.equal(['\n/b']);
  });

  it('treats a character outside the basic plane as one character', async () => {
    make('😀', 'x😀y', 'é');
    expect(await found('?')).to.deep.equal(['é', '😀']);
    expect(await found('*?y')).to.deep.equal(['x😀y']);
    expect(await found('x[😀-😂]y')).to.deep.equal(['x😀y']);
    expect(await found('@(?)')).to.deep.equal(['é', '😀']);
  });

  it('ignores case with noCase, in all parts of a pattern', async () => {
    make('Src/Main.TS', 'Src/Ünï.ts', 'other/x');
    expect(await found('src/main.ts')).to.deep.equal([]);
    for (const pattern of [
      'src/main.ts',
      'SRC/m*.ts',
      '**/MAIN.ts',
      's[R]c/[m]ain.ts',
      '@(SRC)/+(main).ts',
      's?c/[[:upper:]]ain.ts',
    ])
      expect(await found(pattern, { noCase: true }), pattern).to.deep.equal(['Src/Main.TS']);
    expect(await found('src/ÜNÏ.*', { noCase: true })).to.deep.equal(['Src/Ünï.ts']);
    expect(await found('src/[!m]*', { noCase: true })).to.deep.equal(['Src/Ünï.ts']);
  });

  it('accepts several patterns and returns each path once', async () => {
    make('src/a.ts', 'src/b.js', 'lib/c.ts', 'README');
    expect(await found(['**/*.ts', 'src/*', 'README', 'src/a.ts'])).to.deep.equal([
      ...['README', 'lib/c.ts', 'src/a.ts', 'src/b.js'],
    ]);
    expect(await found(['{src,lib}/*', 'src/*.ts'])).to.deep.equal(['lib/c.ts', 'src/a.ts', 'src/b.js']);
  });

  describe('exclude', () => {
    beforeEach(() =>
      make(
        'src/a.ts',
        'src/a.test.ts',
        'src/gen/x.ts',
        'node_modules/m/x.ts',
        'lib/node_modules/n/x.ts',
        '.git/x.ts',
        'x.ts',
      ),
    );

    const cases: [pattern: string | string[], exclude: string | string[], paths: string[]][] = [
      ['**/*.ts', '**/node_modules', ['src/a.test.ts', 'src/a.ts', 'src/gen/x.ts', 'x.ts']],
      ['**/*.ts', ['**/node_modules/**', '**/*.test.*'], ['src/a.ts', 'src/gen/x.ts', 'x.ts']],
      [
        '**/*.ts',
        ['node_modules', 'src/gen'],
        ['lib/node_modules/n/x.ts', 'src/a.test.ts', 'src/a.ts', 'x.ts'],
      ],
      ['**/*.ts', '{src,lib,node_modules}/', ['x.ts']],
      ['src/*', 'src/gen/', ['src/a.test.ts', 'src/a.ts']],
      ['src/*', 'src/*.ts/', ['src/a.test.ts', 'src/a.ts', 'src/gen']],
      ['./src/*', 'src/g*', ['./src/a.test.ts', './src/a.ts']],
      ['lib/../src/*', 'src/g*', ['lib/../src/a.test.ts', 'lib/../src/a.ts']],
      ['*/../x.ts', 'x.ts', []],
      ['src/gen/x.ts', 'src', []],
      ['src/a.ts', 'src/a.ts/**', ['src/a.ts']],
      ['.git/*', '*', []],
      ['*', '!(src)', ['src']],
    ];
    it('is described in errors as a string, a function or an array', async () => {
      expect((await rejection(found('*', { exclude: 5 } as never))).message).to.equal(
        'The "options.exclude" property must be of type string or function or an array of strings. Received type number (5)',
      );
    });

    for (const [pattern, exclude, paths] of cases) {
      it(`${String(exclude)} leaves ${paths.join(' ') || 'nothing'} of ${String(pattern)}`, async () => {
        expect(await found(pattern, { exclude })).to.deep.equal(paths);
        const absolute = [pattern].flat().map((each) => `${scratch.path}/${each}`);
        expect(await found(absolute, { exclude })).to.deep.equal(
          paths.map((each) => `${scratch.path}/${each}`),
        );
        expect(await found(pattern, { exclude: [exclude].flat().map((each) => at(each)) })).to.satisfy(
          (all: string[]) =>
            [exclude].flat().some((each) => each.startsWith('**')) || String(all) === String(paths),
        );
      });
    }

    it('excludes nothing with an empty pattern', async () => {
      expect(await found('src/*', { exclude: ['', 'src/gen'] })).to.deep.equal(['src/a.test.ts', 'src/a.ts']);
      expect(await found('x.ts', { exclude: '' })).to.deep.equal(['x.ts']);
    });

    it('calls a function for each path, and rejects with what it throws', async () => {
      const asked: string[] = [];
      const exclude = (each: string): boolean => {
        asked.push(each);
        return each === 'src' || each.endsWith('node_modules');
      };
      expect(await found('**/*.ts', { exclude })).to.deep.equal(['x.ts']);
      expect(asked).to.include.members(['src', 'x.ts', 'lib/node_modules']).and.not.include('src/a.ts');
      const error = new Error('mine');
      const failing = os.glob('**', {
        cwd: scratch.path,
        exclude: () => {
          throw error;
        },
      });
      expect(await rejection(failing.next())).to.equal(error);
    });
  });

  it('returns the bytes of names that are not UTF-8', async function () {
    if (process.platform !== 'linux') skip(this, 'needs a POSIX file system whose names can be any bytes');
    const odd = Buffer.from([0x64, 0xff]);
    mkdirSync(Buffer.concat([Buffer.from(`${scratch.path}/`), odd]));
    writeFileSync(Buffer.concat([Buffer.from(`${scratch.path}/`), odd, Buffer.from('/é')]), '');
    const paths: Buffer[] = [];
    for await (const each of os.glob('d?/*', { cwd: scratch.path, encoding: 'buffer' })) paths.push(each);
    expect(paths).to.deep.equal([Buffer.concat([odd, Buffer.from('/é')])]);
    const below: string[] = [];
    for await (const each of os.glob('*', { cwd: Buffer.concat([Buffer.from(`${scratch.path}/`), odd]) }))
      below.push(each);
    expect(below).to.deep.equal(['é']);
    expect(await found('d?/../d?/*')).to.deep.equal(['d\ufffd/../d\ufffd/é']);
  });

  describe('untrusted patterns', () => {
    it('are matched without exponential time', async () => {
      make('a'.repeat(250));
      for (const pattern of [
        `${'*a'.repeat(100)}b`,
        `${'*(*a)'.repeat(80)}b`,
        `${'+('.repeat(100)}a${')'.repeat(100)}b`,
        `${'*(a|'.repeat(100)}a${')'.repeat(100)}b`,
        `${'!('.repeat(99)}a${')'.repeat(99)}b`,
        `${'!(a)'.repeat(100)}b`,
        `${'*!(!(a*)!(*a))'.repeat(33)}b`,
        `+(${'a|'.repeat(2000)}a)b`,
        `${'+(a|aa|?)'.repeat(50)}b`,
      ])
        expect(await found(pattern), pattern).to.deep.equal([]);
      for (const text of ['{', '[', '[[:', '\\', '{a,', '(', '*/', '[!', '{}', '../', ')', '|'])
        await found(text.repeat(1300) + '*');
    });

    it('are rejected if they expand to too many patterns', async () => {
      for (const pattern of [
        '{a,b}'.repeat(30),
        '{1..100000}',
        '{1..1000}{1..1000}',
        '{'.repeat(60_000),
        '{,'.repeat(30_000) + '}'.repeat(30_000),
        'a'.repeat(70_000),
        'a'.repeat(5000),
        '!('.repeat(101),
      ]) {
        const error = await rejection(os.glob(pattern).next());
        expect(error, pattern.slice(0, 20))
          .to.be.instanceOf(TypeError)
          .with.property('code', 'ERR_INVALID_ARG_VALUE');
        expect(error.message).to.have.length.below(400);
      }
      expect(await found('{1..10000}')).to.deep.equal([]);
    });
  });

  it('rejects invalid arguments', async () => {
    const code = async (pattern: unknown, o?: unknown): Promise<unknown> =>
      (await rejection(os.glob(pattern as string, o as os.GlobOptions).next())).code;
    for (const pattern of [undefined, null, 5, {}, ['a', 5]])
      expect(await code(pattern)).to.equal('ERR_INVALID_ARG_TYPE');
    expect(await code(['a', 'b\0'])).to.equal('ERR_INVALID_ARG_VALUE');
    expect(await code('*', { exclude: 5 })).to.equal('ERR_INVALID_ARG_TYPE');
    expect(await code('*', { exclude: 'a\0' })).to.equal('ERR_INVALID_ARG_VALUE');
    expect(await code('*', { cwd: 5 })).to.equal('ERR_INVALID_ARG_TYPE');
    expect(await code('*', { dot: 1 })).to.equal('ERR_INVALID_ARG_TYPE');
    expect(await code('*', { encoding: 'latin1' })).to.equal('ERR_INVALID_ARG_VALUE');
    for (const name of ['nocase', 'followlinks', 'ignore', 'root'])
      expect(await code('*', { [name]: true })).to.equal('ERR_INVALID_ARG_VALUE');
  });
});
