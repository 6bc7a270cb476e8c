// 50 processes that increment a number 100 times each, ten of them killed meanwhile.
import { scratchDirectory } from '../support/temp.js';
import { losesNothing } from './support/counting.js';

describe('updateAtomic, at length', () => {
  losesNothing(scratchDirectory(), { processes: 50, times: 100, killed: 10, durable: [false] });
});
