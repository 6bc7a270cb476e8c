// The differential fuzzers, short enough for every run. UVFILES_FUZZ_COUNT makes them longer, and `npm run fuzz` runs other seeds.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { skip } from '../support/skip.js';

const run = promisify(execFile);
const count = Number(process.env.UVFILES_FUZZ_COUNT ?? 2000);
const codePages =
  'cp932,cp949,cp866,cp437,cp850,cp852,cp855,cp874,koi8-u,mac-roman,mac-cyrillic,big5hkscs,gb2312,iso-2022-jp';
const seed = process.env.UVFILES_FUZZ_SEED ?? '1';

describe('uvfiles compared with Python', function () {
  this.timeout(600_000);

  before(function () {
    if (existsSync('/usr/bin/python3')) return;
    skip(this, 'there is no /usr/bin/python3 to compare with');
  });

  for (const [title, fuzzer, ...options] of [
    ['inputs of codecs', 'fuzz-codecs.ts'],
    ['texts in the code pages of DOS, Windows and Macintosh', 'fuzz-codecs.ts', '--encodings', codePages],
    ['sequences of operations on text files', 'fuzz-files.ts', '--kind', 'text'],
    ['sequences of operations on binary files', 'fuzz-files.ts', '--kind', 'binary'],
    ['sequences of operations on two handles of one descriptor', 'fuzz-files.ts', '--kind', 'shared'],
    ['sequences of operations on text files in memory', 'fuzz-files.ts', '--kind', 'text', '--memory'],
    ['sequences of operations on binary files in memory', 'fuzz-files.ts', '--kind', 'binary', '--memory'],
  ] as const) {
    it(`shows no difference in ${count} ${title}`, async () => {
      const script = fileURLToPath(new URL(`./${fuzzer}`, import.meta.url));
      const inMemory = options.includes('--memory' as never);
      const asked = options.filter((option) => option !== '--memory');
      const { stdout } = await run(
        process.execPath,
        ['--import', 'tsx', script, ...asked, '--seed', seed, '--count', String(count)],
        inMemory ? { env: { ...process.env, UVFILES_TEST_FS: 'memory' } } : {},
      ).catch((error: unknown) => error as { stdout: string });
      expect(stdout).to.match(/no differences\n$/);
    });
  }

  it('shows no difference in the sequences that once differed', async () => {
    const script = fileURLToPath(new URL('./fuzz-files.ts', import.meta.url));
    const { stdout } = await run(process.execPath, ['--import', 'tsx', script, '--past']);
    expect(stdout).to.match(/no differences\n$/);
  });
});
