// Every operation while its first, second, third ... call into libc fails: it succeeds or rejects with that error, nothing is
// left open or lying about, and the bytes are those that were promised. fault-sweep.long.ts tries more kinds of faults.
import { sweep } from './support/run-sweep.js';

describe('operations whose system calls fail', () => {
  it('succeed or reject, and leave nothing behind, wherever a call fails, transfers less, or finds no memory', async function () {
    this.timeout(300_000);
    await sweep(this, 'short');
  });
});
