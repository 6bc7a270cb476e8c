// After each file of tests: it has left no mount, no changed setting, no subscriber and no temporary file behind. The tests get a
// directory of temporary files of their own, so that those of other programs do not count.
import { spawnSync } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

import { metrics } from 'uvfiles';

import type * as InlineBudget from '../../lib/native/inline-budget.js';
import type * as Mounts from '../../lib/filesystem/mounts.js';

const require = createRequire(import.meta.url);
const bundle = path.resolve(require.resolve('uvfiles/package.json'), '../dist/lib/shared/uvfiles.js');
const modules = require(bundle) as Record<string, () => unknown>;
const { isAnyMounted } = modules['filesystem/mounts']!() as typeof Mounts;
const { inlineSettings } = modules['native/inline-budget']!() as typeof InlineBudget;

const { env } = process;
/** The caches of Node and tsx, which all processes share. */
const CACHES = /^(tsx-|node-compile-cache$)/;
/** Directories that last as long as the process that runs the tests. */
const OF_PROCESS = 'uvfiles-process-';
/** Processes that a test has ended may take so long to remove their files. */
const MOST_WAIT_MS = 5_000;

// The directory of this process is in one of the whole run, which is removed by the process that has made it.
function useOwnDirectory(): void {
  const shared = tmpdir();
  if (env.UVFILES_TEST_RUN === undefined) {
    const run = mkdtempSync(path.join(shared, 'uvfiles-run-'));
    // By another process: in this one, node:fs may show files in memory.
    const program = 'fs.rmSync(process.argv[1], { recursive: true, force: true })';
    process.once('exit', () => spawnSync(process.execPath, ['-e', program, run]));
    chmodSync(run, 0o777); // some programs of tests run as other users
    env.UVFILES_TEST_RUN = run;
  }
  const own = path.join(env.UVFILES_TEST_RUN, String(process.pid));
  mkdirSync(own);
  chmodSync(own, 0o777);
  for (const name of readdirSync(shared)) {
    if (CACHES.test(name)) symlinkSync(path.join(shared, name), path.join(own, name));
  }
  for (const name of process.platform === 'win32' ? ['TMPDIR', 'TEMP', 'TMP'] : ['TMPDIR']) env[name] = own;
}

/** What a file of tests must leave unchanged. */
const state = (): Record<string, unknown> => ({
  'whether anything is mounted': isAnyMounted(),
  'whether uvfiles:op has subscribers': channel('uvfiles:op').hasSubscribers,
  'the settings of the inline path': { ...inlineSettings },
  reserveThreads: metrics().pool.reserved,
});

// Each is reported once.
const reported = new Set<string>();

const filesLeft = (): string[] =>
  readdirSync(tmpdir()).filter(
    (name) => !CACHES.test(name) && !name.startsWith(OF_PROCESS) && !reported.has(name),
  );

async function leftBehind(before: Record<string, unknown>): Promise<string[]> {
  const after = state();
  const left = Object.keys(after).filter((each) => !isDeepStrictEqual(after[each], before[each]));
  const end = performance.now() + MOST_WAIT_MS;
  while (filesLeft().length > 0 && performance.now() < end) await sleep(20);
  for (const name of filesLeft()) {
    reported.add(name);
    left.push(name);
  }
  return left;
}

useOwnDirectory();

export const mochaHooks = {
  beforeAll(this: Mocha.Context) {
    const last = new Map(this.test!.parent!.suites.map((suite) => [suite.file, suite]));
    let before = state();
    for (const [file, suite] of last) {
      suite.afterAll('leaves nothing behind', async () => {
        const left = await leftBehind(before);
        before = state();
        if (left.length > 0) throw new Error(`${file} has left behind or changed: ${left.join(', ')}`);
      });
    }
  },
};
