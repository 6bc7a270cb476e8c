// Every operation while its first, second, third ... call into libc fails: it succeeds or rejects with that error, no
// descriptor and no file is left, and the bytes are correct. fault-sweep.long.ts tries more kinds of faults.
import { sweep } from './support/run-sweep.js';

describe('operations whose system calls fail', () => {
  it('succeed or reject, and leave nothing behind, wherever a call fails, transfers less, or finds no memory', async function () {
    this.timeout(300_000);
    await sweep(this, 'short');
  });
});
