// Only lanes from createLane are accepted, so that no other number reaches the addon.
import { expect } from 'chai';

import { answerOf } from '../support/files.js';
import { runProgram } from '../support/temp.js';

describe('a lane', () => {
  it('that is forged is rejected before it reaches the addon', async () => {
    // In a separate process, because a number out of range would end it.
    const answer = answerOf(
      await runProgram(`
        import { createLane, Lane, lanes, open, os, readBytes, writeFile } from 'uvfiles';
        const made = createLane({ name: 'made' });
        const forged = [
          ...[1e6, -1, 254, NaN, 2 ** 53, '0'].map((value) => Object.create(Lane.prototype, { number: { value } })),
          Object.create(made), Object.setPrototypeOf({ ...made }, Lane.prototype), new Proxy(made, {}),
        ];
        const codes = new Set();
        for (const lane of forged)
          for (const call of [() => readBytes('/etc/hostname', { lane }), () => os.stat('/', { lane }), () => os.listdir('/', { lane }),
                              () => open('/dev/null', 'r', { lane }), () => writeFile('/dev/null', 'x', { lane })])
            await call().then(() => codes.add('resolved'), (error) => codes.add(error.code));
        console.log(JSON.stringify([...codes]));`),
    );
    expect(answer).to.deep.equal(['ERR_INVALID_ARG_TYPE']);
  });

  it('that a getter returns after the check is not used', async () => {
    const answer = answerOf(
      await runProgram(`
        import { lanes, writeFile } from 'uvfiles';
        const codes = new Set();
        for (const number of [12345, -1, 255])
          for (let good = 0; good < 6; good++) {
            let asked = 0;
            const o = { get lane() { return asked++ < good ? lanes.default : { number }; } };
            await writeFile('/dev/null', 'x', o).then(() => codes.add('resolved'), (error) => codes.add(error.code));
          }
        console.log(JSON.stringify([...codes].every((code) => code === 'resolved' || code === 'ERR_INVALID_ARG_TYPE')));`),
    );
    expect(answer).to.equal(true);
  });

  it('can be created and dropped thousands of times', async () => {
    const answer = answerOf(
      await runProgram(`
        import { createLane, os } from 'uvfiles';
        for (let i = 0; i < 1000; i++) createLane({ name: 'unused ' + i });
        const stats = await Promise.all(Array.from({ length: 1000 }, (_, i) => os.stat('/', { lane: createLane({ name: 'lane ' + i }) })));
        console.log(JSON.stringify(stats.every((each) => each.isDirectory())));`),
    );
    expect(answer).to.equal(true);
  });

  it('without references is freed', async () => {
    const answer = answerOf(
      await runProgram(
        `import { createLane, lanes, metrics, os } from 'uvfiles';
         const kept = createLane({ name: 'kept' });
         for (let i = 0; i < 5000; i++) {
           await os.stat('/', { lane: createLane({ name: 'lane ' + i }) });
           if (i % 500 === 0) {
             gc();
             await new Promise((resolve) => setImmediate(resolve));
           }
         }
         await os.stat('/', { lane: kept });
         console.log(JSON.stringify(['default', 'bulk', 'kept'].every((name) => name in metrics().lanes)));`,
        { args: ['--expose-gc'] },
      ),
    );
    expect(answer).to.equal(true);
  });
});
