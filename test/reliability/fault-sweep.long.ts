// The fault sweep with every kind of fault, once and from the Nth call on.
import { sweep } from './support/run-sweep.js';

describe('operations whose system calls fail, in every way', () => {
  it('succeed or reject, and leave nothing behind', async function () {
    this.timeout(1_200_000);
    await sweep(this, 'long');
  });
});
