// Files in a mounted file system whose prefix is the start of a URL: the two slashes of their paths stay.
import { expect } from 'chai';
import { existsSync } from 'node:fs';

import { os, path, readText, tempfile, updateAtomic, writeAtomic, writeFile } from 'uvfiles';
import { type FileSystem, mount, wrap } from 'uvfiles/filesystem';
import fs, { readdir } from 'uvfiles/promises';
import { dir, link, memoryFiles } from 'uvfiles/testing';

import { rejection } from '../support/files.js';
import { skip } from '../support/skip.js';

const TREE = { a: 'a', d: dir({ b: 'b', e: dir({ c: 'c' }) }) };

function unmounted(): FileSystem {
  const files = memoryFiles();
  files.unmount();
  return files.fileSystem;
}

describe('a file system at a URL', () => {
  let files: { [Symbol.dispose](): void };

  beforeEach(() => {
    files = memoryFiles(TREE, { at: 'urls://box' });
  });

  afterEach(() => files[Symbol.dispose]());

  async function found(pattern: string, exclude: string, cwd?: string): Promise<string[]> {
    const paths: string[] = [];
    for await (const each of os.glob(pattern, { exclude: [exclude], cwd })) paths.push(each);
    return paths.sort();
  }

  it('has absolute paths', async () => {
    expect(await path.abspath('urls://box/d/b')).to.equal('urls://box/d/b');
    expect(await path.abspath(Buffer.from('urls://box/d/b'))).to.eql(Buffer.from('urls://box/d/b'));
    expect(await readText(await path.abspath(new URL('urls://box/a')))).to.equal('a');
    expect(await path.abspath('urls://boxes/a')).to.equal(`${process.cwd()}/urls:/boxes/a`);
  });

  it('is found by bytes, which need not be UTF-8', async () => {
    const name = Buffer.from([0xff, 0xfe]);
    const whole = Buffer.concat([Buffer.from('urls://box/d/'), name]);
    await writeFile(whole, 'odd');
    expect(await readText(whole)).to.equal('odd');
    expect(await os.listdir('urls://box/d', { encoding: 'buffer' })).to.deep.include(name);
    await using file = await tempfile.namedTemporaryFile({ dir: Buffer.from('urls://box/d') });
    expect(String(file.name)).to.match(/^urls:\/\/box\/d\/tmp/);
  });

  it('can be mounted for all URLs of a scheme', async () => {
    using all = memoryFiles({ box: dir({ a: 'of all' }), other: dir({}) }, { at: 'every://' });
    expect(await readText('every://box/a')).to.equal('of all');
    expect(await readText(new URL('every://box/a'))).to.equal('of all');
    await writeFile('every://other/b', 'b');
    expect((await os.listdir('every://')).sort()).to.eql(['box', 'other']);
    expect(await readdir('every://', { recursive: true })).to.have.members([
      'box',
      'box/a',
      'other',
      'other/b',
    ]);
    expect(all.tree()).to.eql({ 'box/a': 'of all', 'other/b': 'b' });
    const error = await rejection(readText('every://none/a'));
    expect([error.code, error.path]).to.eql(['ENOENT', 'every://none/a']);
  });

  it('keeps what is at the root of a scheme in that root', async () => {
    using all = memoryFiles({ a: 'a', d: dir({ b: 'b' }) }, { at: 'every://' });
    await writeAtomic('every://a', 'replaced');
    await writeAtomic('every://new', 'new');
    await updateAtomic('every://a', (old) => `${String(old)} again`);
    await os.symlink('a', 'every://link');
    await writeAtomic('every://link', 'through the link');
    expect(await os.realpath('every://link')).to.equal('every://a');
    expect(await os.realpath('every://')).to.equal('every://');
    await os.makedirs('every://made/deep');
    await os.renames('every://new', 'every://made/new');
    await writeFile('every://more/file', '', { parents: true });
    await using file = await tempfile.namedTemporaryFile({ dir: 'every://' });
    expect(String(file.name)).to.match(/^every:\/\/tmp/);
    await file.close();
    expect(all.tree()).to.eql({
      a: 'through the link',
      'd/b': 'b',
      link: link('a'),
      'made/deep': dir(),
      'made/new': 'new',
      'more/file': '',
    });
  });

  it('is copied by promises.cp to and from the root of a scheme', async () => {
    using all = memoryFiles({ a: 'a', d: dir({ b: 'b', link: link('b') }) }, { at: 'every://' });
    await fs.cp('every://a', 'every://b');
    await fs.cp('every://d', 'every://e', { recursive: true });
    await fs.cp('urls://box/a', 'every://box/a');
    await os.symlink('a', 'every://one');
    await fs.cp('every://one', 'every://two');
    expect(await fs.mkdir('every://x/y', { recursive: true })).to.equal('every://x');
    expect(all.tree()).to.eql({
      a: 'a',
      b: 'a',
      'd/b': 'b',
      'd/link': link('b'),
      'e/b': 'b',
      'e/link': link('/d/b'),
      'box/a': 'a',
      one: link('a'),
      two: link('/a'),
      'x/y': dir(),
    });
    await fs.cp('every://', 'urls://box/all', { recursive: true, verbatimSymlinks: true });
    expect(await fs.readdir('urls://box/all')).to.eql(await fs.readdir('every://'));
    expect(await readText('urls://box/all/e/b')).to.equal('b');
    const inside = await rejection(fs.cp('every://', 'every://d/all', { recursive: true }));
    expect(inside.code).to.equal('ERR_FS_CP_EINVAL');
  });

  it('is listed with everything in it', async () => {
    const names = ['a', 'd', 'd/b', 'd/e', 'd/e/c'];
    expect((await readdir('urls://box', { recursive: true })).sort()).to.eql(names);
    expect((await readdir('urls://box/', { recursive: true })).sort()).to.eql(names);
    expect((await readdir(new URL('urls://box/d'), { recursive: true })).sort()).to.eql(['b', 'e', 'e/c']);
    const entries = await readdir('urls://box', { recursive: true, withFileTypes: true });
    const places = entries.map((entry) => `${entry.parentPath} ${entry.name}`);
    expect(places.sort()).to.eql([
      'urls://box a',
      'urls://box d',
      'urls://box/d b',
      'urls://box/d e',
      'urls://box/d/e c',
    ]);
  });

  it('excludes from a glob what a URL or a relative pattern names', async () => {
    expect(await found('**', 'urls://box/d/**', 'urls://box')).to.eql(['a']);
    expect(await found('**', 'd/e', 'urls://box')).to.eql(['a', 'd', 'd/b']);
    expect(await found('urls://box/d/*', 'urls://box/d/e')).to.eql(['urls://box/d/b']);
    expect(await found('urls://box/d/*', '**/e')).to.eql(['urls://box/d/b']);
  });

  it('keeps its paths, whatever is mounted at the current directory', async () => {
    using _here = mount(process.cwd(), wrap(unmounted(), { confined: true }));
    expect(await readText('urls://box/d/b')).to.equal('b');
  });
});

describe('a path that looks like a URL or has a drive, but is not mounted', () => {
  it('is relative to the current directory, and does not leave files in memory', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has drives');
    for (const at of ['/', process.cwd()]) {
      using files = memoryFiles({}, { at });
      const root = at === '/' ? process.cwd().slice(1) + '/' : '';
      for (const name of ['unmounted:', 'C:']) {
        await os.mkdir(name);
        await writeFile(`${name}/a`, 'text');
        expect(await readText(`${name}/a`)).to.equal('text');
      }
      await writeFile('unmounted://b', 'text');
      expect(await os.listdir('unmounted://')).to.have.members(['a', 'b']);
      expect(files.tree()).to.deep.equal({
        [`${root}C:/a`]: 'text',
        [`${root}unmounted:/a`]: 'text',
        [`${root}unmounted:/b`]: 'text',
      });
      expect(existsSync('C:') || existsSync('unmounted:')).to.equal(false);
    }
    expect(() => mount('C:/files', unmounted()))
      .to.throw(TypeError)
      .with.property('code', 'ERR_INVALID_ARG_VALUE');
  });
});
