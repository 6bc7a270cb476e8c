// Inline attempts that the cache cuts short, on files that shrink before the pool goes on.
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { runProgram, scratchDirectory } from '../support/temp.js';

const SIZE = 20_000;

describe('a read that the cache cuts short', () => {
  const scratch = scratchDirectory();
  beforeEach(() => writeFileSync(path.join(scratch.path, 'f'), Buffer.alloc(SIZE, 'x')));

  for (const position of ['0', '0n'])
    it(`leaves what is behind its count alone, from position ${position}`, async () => {
      const program = `
        import { truncateSync, writeFileSync } from 'node:fs';
        import { open } from 'uvfiles';
        const file = process.argv[1];
        const f = await open(file, 'rb');
        for (let round = 0; round < 20; round++) {
          writeFileSync(file, Buffer.alloc(${SIZE}, 'x'));
          await f.pread(${SIZE}, 0);
          const view = new Uint8Array(${SIZE}).fill(0xaa);
          const reading = f.preadinto(view, ${position});
          truncateSync(file, 100);
          const count = await reading;
          // The kernel gives zeros to a read that meets a truncation.
          const isRead = (byte) => byte === 0x78 || byte === 0;
          if (!view.subarray(0, count).every(isRead)) console.log('wrong bytes before', count);
          if (!view.subarray(count).every((byte) => byte === 0xaa)) console.log('bytes behind', count);
        }
        await f.close();
        console.log('done');`;
      const ending = await runProgram(program, {
        argv: [path.join(scratch.path, 'f')],
        env: { UVFILES_INLINE_FAULT: 'short' },
      });
      expect(ending).to.include({ stdout: 'done\n', stderr: '', code: 0 });
    });
});
