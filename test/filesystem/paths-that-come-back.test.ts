// Paths whose `..` lead out of a mounted file system and back into it.
import { expect } from 'chai';
import { readText, writeFile } from 'uvfiles';
import { dir, link, memoryFiles } from 'uvfiles/testing';

describe('mounted file systems', () => {
  it('are entered again by paths that leave them, also with links and by paths of bytes', async () => {
    const cwd = process.cwd();
    const name = cwd.split('/').pop()!;
    const files = memoryFiles({ 'd/relative.txt': 'x', link: link('d/e'), 'd/e': dir() }, { at: cwd });
    try {
      for (const each of ['d/relative.txt', 'link/../relative.txt'])
        expect(await readText(each), each).to.equal('x');
      for (const each of [`../${name}/d/relative.txt`, `${cwd}/../${name}/d/relative.txt`])
        expect(await readText(each), each).to.equal('x');
      const odd = Buffer.from([0xff]);
      await writeFile(Buffer.concat([Buffer.from(`../${name}/d/`), odd]), 'odd');
      expect(await readText(Buffer.concat([Buffer.from(`${cwd}/d/../d/`), odd]))).to.equal('odd');
      expect(await readText(Buffer.concat([Buffer.from('link/../'), odd]))).to.equal('odd');
    } finally {
      files.unmount();
    }
  });
});
