// Handles that are garbage collected without a close are flushed, closed and warned about, but not while they are in use.
import { expect } from 'chai';
import { answerOf, Folder, runProgram } from '../support/files.js';

describe('a handle left to the garbage collector', () => {
  const folder = new Folder();
  const run = async (code: string): Promise<unknown> =>
    answerOf(
      await runProgram(
        `import { open } from 'uvfiles';
         import { fstatSync, readFileSync, writeFileSync } from 'node:fs';
         const at = (name) => ${JSON.stringify(folder.path)} + '/' + name;
         const warnings = [];
         process.removeAllListeners('warning');
         process.on('warning', (warning) => warnings.push(warning.code));
         const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
         async function collect(until) { while (!until()) { gc(); await pause(); } }
         const isOpen = (descriptor) => { try { fstatSync(descriptor); return true; } catch { return false; } };
         const answer = [];
         ${code}
         console.log(JSON.stringify(answer));`,
        { args: ['--expose-gc'], env: { UVFILES_INLINE: '0', NODE_NO_WARNINGS: '1' } },
      ),
    );

  it('is flushed, closed and warned about', async () => {
    expect(
      await run(
        `const descriptors = [];
         const held = [];
         const leave = async (file) => { held.push(await file); descriptors.push((await file).fileno()); };
         await (async () => { const f = await open(at('kept'), 'wb'); await f.write(Buffer.from('kept')); await leave(f); })();
         await leave(open(at('kept-too'), 'w'));
         await leave(open(at('raw'), 'wb', { buffering: 0 }));
         answer.push(descriptors.filter(isOpen).length);
         held.length = 0;
         await collect(() => warnings.length >= 3 && !descriptors.some(isOpen));
         answer.push(warnings.length, [...new Set(warnings)], descriptors.filter(isOpen).length, readFileSync(at('kept'), 'latin1'));`,
      ),
    ).to.deep.equal([3, 3, ['UVFILES_UNCLOSED'], 0, 'kept']);
  });

  it('is not when it was closed, nor while an operation of it is pending', async () => {
    expect(
      await run(
        `writeFileSync(at('long'), 'x'.repeat(3_000_000) + '\\n' + 'y'.repeat(100_000));
         const closed = await open(at('long'), 'rb'); await closed.close();
         const line = (async () => (await open(at('long'), 'rb', { buffering: 512 })).readline())();
         let length; line.then((bytes) => { length = bytes.length; });
         await collect(() => length !== undefined);
         answer.push(length);`,
      ),
    ).to.deep.equal([3_000_001]);
  });

  it('is not while an iterator or the file below is in use', async () => {
    expect(
      await run(
        `writeFileSync(at('lines'), 'a\\n'.repeat(50));
         const iterator = (await open(at('lines'), 'rb', { buffering: 4 }))[Symbol.asyncIterator]();
         const raw = (await open(at('lines'), 'rb')).raw;
         let count = 0;
         for (;;) { gc(); const { done } = await iterator.next(); if (done) break; count++; }
         for (let i = 0; i < 20; i++) { gc(); await pause(); }
         answer.push(count, (await raw.read(2)).length);
         await raw.close();`,
      ),
    ).to.deep.equal([50, 2]);
  });
});
