// Runs the fuzzers of test/ with one random seed after another, for as long as asked: npm run fuzz -- --seconds 600. A failure
// names its seed: UVFILES_FUZZ_SEED=N repeats it.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const FUZZERS = ['test/39.python-fuzz.test.ts', 'test/reliability/exerciser.test.ts'];
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
const end = Date.now() + Number(values.seconds) * 1000;
do {
  const seed = String(Math.floor(Math.random() * 1e9));
  console.log(`UVFILES_FUZZ_SEED=${seed}`);
  const { status } = spawnSync(process.execPath, ['node_modules/mocha/bin/mocha.js', ...FUZZERS], {
    stdio: 'inherit',
    env: { ...process.env, UVFILES_FUZZ_SEED: seed },
  });
  process.exitCode = status ?? 1;
} while (process.exitCode === 0 && Date.now() < end);
