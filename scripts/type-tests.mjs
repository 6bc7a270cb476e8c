// Type tests: test/types/*.test-d.ts and .test-d.cts are compiled against the built declarations, as a user's program
// in each module system would be. What must not compile carries @ts-expect-error. Nothing is run.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { inRoot } from './support/root.mjs';
import { runNode } from './support/run.mjs';

const ASSERTION = /^\s*(expectType<|\/\/ @ts-expect-error)/gm;

const files = readdirSync(inRoot('test/types')).filter((name) => /\.test-d\.c?ts$/.test(name));
const assertions = files.reduce(
  (sum, name) => sum + (readFileSync(inRoot('test/types', name), 'utf8').match(ASSERTION)?.length ?? 0),
  0,
);
const { code, output } = await runNode(inRoot('node_modules/typescript/bin/tsc'), ['-p', 'test/types']);
if (code !== 0) console.log(output.trimEnd());
const failed = code === 0 ? 0 : Math.max(1, output.match(/error TS\d+/g)?.length ?? 0);
const passed = code === 0 ? assertions : Math.max(0, assertions - failed);
console.log(`Types: ${passed} passed, ${failed} failed, in ${files.length} files`);
if (process.env.UVFILES_TEST_COUNTS)
  writeFileSync(process.env.UVFILES_TEST_COUNTS, `${passed} ${failed} 0\n`);
if (failed > 0 || passed === 0) process.exitCode = 1;
