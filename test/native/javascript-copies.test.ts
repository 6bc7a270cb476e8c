// Several copies of the package's JavaScript on one binary: Jest evaluates modules again for each test file, and
// `require` returns the same addon to all of them.
import { expect } from 'chai';
import { runProgram, scratchDirectory } from '../support/temp.js';

describe('copies of the JavaScript on one binary', () => {
  const scratch = scratchDirectory();

  const program = (rest: string): string => `
    import { createRequire } from 'node:module';
    import fs from 'node:fs';
    const require = createRequire(import.meta.url);
    const dir = ${JSON.stringify(scratch.path)};
    const anew = () => {
      for (const key of Object.keys(require.cache)) if (!key.endsWith('.node')) delete require.cache[key];
      return require('uvfiles');
    };
    const copies = [anew(), anew(), anew()];
    ${rest}`;

  it('do not affect each other', async () => {
    const { code, stdout, stderr } = await runProgram(
      program(`
        const content = Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7) % 251));
        fs.writeFileSync(dir + '/f', content);
        if (new Set(copies.map(({ open }) => open)).size !== 3) throw new Error('not copies');
        for (const inline of [false, {}]) {
          for (const { configure } of copies) configure({ inline });
          const files = await Promise.all(copies.map(({ open }) => open(dir + '/f', 'rb')));
          const parts = await Promise.all(Array.from({ length: 300 }, (_, i) => files[i % 3].pread(100 + i, 13 * i)));
          if (!parts.every((part, i) => part.equals(content.subarray(13 * i, 13 * i + 100 + i)))) throw new Error('mixed');
          await Promise.all(copies.map(({ writeFile }, i) => writeFile(dir + '/' + i, String(i))));
          console.log(copies.map((_, i) => fs.readFileSync(dir + '/' + i, 'utf8')).join(''));
          await Promise.all(files.map((file) => file.close()));
        }`),
    );
    expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: '012\n012\n', stderr: '' });
  });

  it('each flush their handles and remove their temporary files at exit', async () => {
    const { code, stderr } = await runProgram(
      program(`
        globalThis.kept = [];
        for (const [i, { open, tempfile }] of copies.entries()) {
          const file = await open(dir + '/flushed' + i, 'wb');
          await file.write(Buffer.from('x'));
          kept.push(file, await tempfile.namedTemporaryFile({ dir }), await tempfile.temporaryDirectory({ dir }));
        }
        process.exit(7);`),
      { args: ['--no-warnings'] },
    );
    expect({ code, stderr }).to.deep.equal({ code: 7, stderr: '' });
    expect(scratch.list().sort()).to.deep.equal(['flushed0', 'flushed1', 'flushed2']);
  });
});
