// Runs the fuzz targets of the C++ code, then the fuzzers of test/ with one seed after another: npm run fuzz -- --seconds 600 for random ones, for as long as asked,
// or -- --seed 1 --rounds 17 for the same ones each time, as CI does. A failure names its seed: UVFILES_FUZZ_SEED=N repeats it.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

import { fuzzNative } from './fuzz-native.js';

const FUZZERS = ['test/python/fuzz.test.ts', 'test/reliability/exerciser.test.ts'];
/** Far enough apart that no round repeats sequences of another. */
const STRIDE = 1_000_003;
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    rounds: { type: 'string' },
  },
});
const SHARE_OF_A_TARGET = 0.1;
const isFine = fuzzNative({
  seconds: Math.ceil(Number(values.seconds) * SHARE_OF_A_TARGET),
  ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
});
if (!isFine) process.exit(1);
const rounds = values.rounds === undefined ? Infinity : Number(values.rounds);
const end = values.rounds === undefined ? Date.now() + Number(values.seconds) * 1000 : Infinity;
for (let round = 0; round < rounds && Date.now() < end; round++) {
  const seed = String(
    values.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(values.seed) + round * STRIDE,
  );
  console.log(`UVFILES_FUZZ_SEED=${seed}`);
  const { status } = spawnSync(process.execPath, ['node_modules/mocha/bin/mocha.js', ...FUZZERS], {
    stdio: 'inherit',
    env: { ...process.env, UVFILES_FUZZ_SEED: seed },
  });
  process.exitCode = status ?? 1;
  if (process.exitCode !== 0) break;
}
