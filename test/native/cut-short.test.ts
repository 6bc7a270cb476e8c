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
    it(`changes no memory after the bytes that it reports, from position ${position}`, async () => {
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
          // The kernel returns zeros to a read during which the file is truncated.
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

  for (const buffering of ['0', '512']) {
    const ending = (body: string): ReturnType<typeof runProgram> =>
      runProgram(
        `import { truncateSync, writeFileSync } from 'node:fs';
         import { open } from 'uvfiles';
         const file = process.argv[1];
         const f = await open(file, 'rb', { buffering: ${buffering} });
         for (let round = 0; round < 20; round++) {
           writeFileSync(file, Buffer.alloc(${SIZE}, 'x'));
           await f.pread(${SIZE}, 0);
           await f.seek(0);
           const view = new Uint8Array(${SIZE}).fill(0xaa);
           const reading = f.readinto(view);
           ${body}
         }
         await f.close();
         console.log('done');`,
        { argv: [path.join(scratch.path, 'f')], env: { UVFILES_INLINE_FAULT: 'short' } },
      );

    it(`changes no memory after the bytes that readinto reports, with a buffer of ${buffering}`, async () => {
      const read = await ending(
        `truncateSync(file, 100);
         const count = await reading;
         const isRead = (byte) => byte === 0x78 || byte === 0;
         if (!view.subarray(0, count).every(isRead)) console.log('wrong bytes before', count);
         if (!view.subarray(count).every((byte) => byte === 0xaa)) console.log('bytes behind', count);
         if ((await f.tell()) !== count) console.log('at', await f.tell(), 'after', count);`,
      );
      expect(read).to.include({ stdout: 'done\n', stderr: '', code: 0 });
    });

    it(`loses no bytes when the view of readinto is detached, with a buffer of ${buffering}`, async () => {
      const read = await ending(
        `structuredClone(view, { transfer: [view.buffer] });
         const code = await reading.then((count) => count, (error) => error.code);
         const at = await f.tell();
         const next = await f.read(${SIZE});
         if (code !== 'ERR_INVALID_STATE' || at !== 0 || next.length !== ${SIZE}) console.log(code, at, next.length);`,
      );
      expect(read).to.include({ stdout: 'done\n', stderr: '', code: 0 });
    });
  }
});
