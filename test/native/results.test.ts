// The memory of results: which results share it, and what happens if there is none.
import { expect } from 'chai';
import { open } from 'uvfiles';

import { answerOf, Folder } from '../support/files.js';
import { skip } from '../support/skip.js';
import { runProgram } from '../support/temp.js';

describe('the memory of results', () => {
  const folder = new Folder();

  it('cannot be transferred if several results share it', async () => {
    const answer = answerOf(
      await runProgram(
        `import { open } from 'uvfiles';
         import { writeFileSync } from 'node:fs';
         const name = ${JSON.stringify(folder.at('shared'))};
         writeFileSync(name, Buffer.alloc(1 << 20, 7));
         const f = await open(name, 'rb', { buffering: 0 });
         let shared = 0, emptied = 0;
         for (let round = 0; round < 300; round++) {
           // Sizes of which one or two fit into a chunk of memory, so that a chunk's results come in different deliveries.
           const sizes = Array.from({ length: 64 }, (_, i) => [40960, 40000, 20480, 30000][i % 4]);
           const results = await Promise.all(sizes.map((size, i) => f.pread(size, i * 1000)));
           for (const [i, each] of results.entries()) {
             const other = results.findIndex((one, j) => j !== i && one.buffer === each.buffer);
             if (other < 0 || each.length === 0) continue;
             shared++;
             try { structuredClone(each.buffer, { transfer: [each.buffer] }); } catch { continue; }
             if (results[other].length !== sizes[other]) emptied++;
           }
         }
         await f.close();
         console.log(JSON.stringify({ shared: shared > 0, emptied }));`,
        { env: { UVFILES_INLINE: '0' } },
      ),
    );
    expect(answer).to.deep.equal({ shared: true, emptied: 0 });
  });

  it('of a large result can be transferred', async () => {
    const f = await open(folder.put('alone', Buffer.alloc(200_000, 7)), 'rb', { buffering: 0 });
    const bytes = await f.pread(100_000, 0);
    const moved = structuredClone(bytes.buffer as ArrayBuffer, { transfer: [bytes.buffer as ArrayBuffer] });
    expect(moved.byteLength).to.be.at.least(100_000);
    expect(bytes.length).to.equal(0);
    await f.close();
  });

  it('can be short on the JavaScript heap, and every result is still delivered', async () => {
    const answer = answerOf(
      await runProgram(
        `import { open, os, readBytes, readMany, tempfile } from 'uvfiles';
         import { writeFileSync } from 'node:fs';
         const name = ${JSON.stringify(folder.at('short'))};
         const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251));
         writeFileSync(name, content);
         const f = await open(name, 'rb', { buffering: 0 });
         Buffer.allocUnsafeSlow = () => { throw new RangeError('Array buffer allocation failed'); };
         let wrong = 0;
         for (const size of [1, 100, 4096, 65536, 200_000]) {
           const parts = await Promise.all(Array.from({ length: 40 }, (_, i) => f.pread(size, i * 10)));
           wrong += parts.filter((part, i) => !part.equals(content.subarray(i * 10, i * 10 + size))).length;
         }
         wrong += (await f.read(5000)).equals(content.subarray(0, 5000)) ? 0 : 1;
         wrong += (await readBytes(name)).equals(content) ? 0 : 1;
         wrong += (await os.listdir('/')).length > 0 ? 0 : 1;
         for await (const { data } of readMany([name, name])) wrong += data.equals(content) ? 0 : 1;
         const code = await tempfile.mkstemp().then(() => 'made', (error) => error.code);
         await f.close();
         console.log(JSON.stringify({ wrong, code }));`,
        { env: { UVFILES_INLINE: '0' } },
      ),
    );
    expect(answer).to.deep.equal({ wrong: 0, code: 'ENOMEM' });
  });
});

describe('the memory of arguments', () => {
  const folder = new Folder();

  it('can be short: the call rejects, and the next one succeeds', async function () {
    if (process.platform !== 'linux') skip(this, 'only Linux limits address space with ulimit -v');
    const answer = answerOf(
      await runProgram(
        `import { writeAtomic } from 'uvfiles';
         const name = ${JSON.stringify(folder.at('new'))};
         const code = (data) => writeAtomic(name, data).then(() => 'written', (error) => error.code);
         const large = Buffer.allocUnsafeSlow(1_500_000_000);
         console.log(JSON.stringify([await code(large), await code('x')]));`,
        { limits: '-v 3500000' },
      ),
    );
    expect(answer).to.deep.equal(['ENOMEM', 'written']);
  });
});
