// cp of links within the mount of a URL, where absolute links begin with the URL.
import { expect } from 'chai';
import fs from 'uvfiles/promises';
import { memoryFiles, type MemoryFiles } from 'uvfiles/testing';

describe('promises.cp of links on the mount of a URL', () => {
  const top = 'cp-links://x';
  let files: MemoryFiles;

  beforeEach(() => {
    files = memoryFiles({ 'd/f.txt': 'text', 'd/e/g.txt': '' }, { at: top });
  });
  afterEach(() => files.unmount());

  it('makes a link to the same file from an absolute one', async () => {
    await fs.symlink('/d/f.txt', `${top}/one`);
    await fs.cp(`${top}/one`, `${top}/two`);
    expect(await fs.readlink(`${top}/two`)).to.equal(`${top}/d/f.txt`);
    expect(await fs.readFile(`${top}/two`, 'utf8')).to.equal('text');
  });

  it('makes a link to the same file from a relative one', async () => {
    await fs.symlink('f.txt', `${top}/d/one`);
    await fs.cp(`${top}/d/one`, `${top}/two`);
    expect(await fs.readlink(`${top}/two`)).to.equal(`${top}/d/f.txt`);
  });

  it('keeps a link to a directory below the one that the source leads to', async () => {
    await fs.symlink('/d', `${top}/one`);
    await fs.symlink('/d/e', `${top}/two`);
    const refusal = await fs
      .cp(`${top}/one`, `${top}/two`, { verbatimSymlinks: true })
      .catch((error: unknown) => error);
    expect(refusal).to.have.property('code', 'ERR_FS_CP_EINVAL');
    expect(await fs.readlink(`${top}/two`)).to.equal(`${top}/d/e`);
  });
});
