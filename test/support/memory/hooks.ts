// With UVFILES_TEST_FS=memory the tests run on files in memory: the library's functions through a mount at `/`, in which real
// files are visible, and the tests' own calls of node:fs below the directory of temporary files, which is entirely in memory.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { type FileSystem, mount, realFileSystem } from 'uvfiles/filesystem';

import { Lower } from '../../../lib/filesystem/memory/lower.js';
import { MemoryFileSystem } from '../../../lib/filesystem/memory/memory-file-system.js';
import * as changes from '../../../lib/filesystem/memory/names-changes.js';
import { currentCredentials } from '../../../lib/filesystem/memory/user.js';
import { DISK_ONLY } from './disk-only.js';
import { answerFromMemory } from './node-fs.js';

const { UVFILES_TEST_FS: wanted = 'native' } = process.env;
if (wanted !== 'native' && wanted !== 'memory')
  throw new Error(`UVFILES_TEST_FS must be native or memory. Received ${wanted}`);

const root = path.resolve(import.meta.dirname, '../../..');

/** Puts everything below a new directory of temporary files into memory, and makes the tests use it. */
function useMemory(): void {
  // The directory also exists on disk, for programs that tests run. It is removed with the one of the whole run (leftovers.ts).
  const top = mkdtempSync(path.join(tmpdir(), 'uvfiles-memory-'));
  process.env.UVFILES_TEST_REAL_TMPDIR = tmpdir(); // for FIFOs
  process.env.TMPDIR = top;
  // The types of the sources and of the built package are two.
  const { open } = realFileSystem as unknown as { open: Lower['open'] };
  const lower = new Lower('/', open);
  const files = new MemoryFileSystem({ credentials: currentCredentials(true), lower });
  Object.defineProperty(files.state, 'umask', { get: umask });
  // It is replaced by one in which no real file is visible.
  changes.rmdir(files.state, top);
  changes.mkdir(files.state, top, 0o777);
  answerFromMemory(files.state, top);
  mount('/', files as unknown as FileSystem);
}

/** The umask of this process: to read it without setting it is deprecated. */
function umask(): number {
  const mask = process.umask(0o022);
  process.umask(mask);
  return mask;
}

/** The entries for a file of tests. */
function entryOf(file: string): (typeof DISK_ONLY)[string] | undefined {
  const name = path.relative(root, file).replaceAll('\\', '/');
  const fits = Object.keys(DISK_ONLY).filter((prefix) => name.startsWith(prefix));
  return DISK_ONLY[fits.sort((a, b) => a.length - b.length).at(-1) ?? ''];
}

/** Removes tests that must not run. Returns the number of removed tests for each reason. */
function takeOut(suite: Mocha.Suite): Map<string, number> {
  const left = new Map<string, number>();
  const skip = (test: Mocha.Test, reason: string): void => {
    test.pending = true;
    left.set(reason, (left.get(reason) ?? 0) + 1);
  };
  for (const each of suite.suites) {
    const entry = entryOf(each.file ?? '') ?? {};
    each.eachTest((test) => {
      if (typeof entry === 'string') return void skip(test, entry);
      const titled = Object.entries(entry).find(([title]) => test.fullTitle().includes(title));
      if (titled !== undefined) skip(test, titled[1]);
    });
    dropIdleHooks(each);
  }
  return left;
}

// mocha runs the hooks of a suite of which no test is left.
function dropIdleHooks(suite: Mocha.Suite): void {
  let runs = false;
  suite.eachTest((test) => {
    runs ||= !test.isPending();
  });
  if (!runs) Object.assign(suite, { _beforeAll: [], _afterAll: [], _beforeEach: [], _afterEach: [] });
  suite.suites.forEach(dropIdleHooks);
}

if (wanted === 'memory') useMemory();

export const mochaHooks = {
  beforeAll(this: Mocha.Context) {
    if (wanted !== 'memory') return;
    const left = takeOut(this.test!.parent!);
    const total = [...left.values()].reduce((sum, count) => sum + count, 0);
    console.log(`  Files are in memory. ${total} tests are about the real disk and are skipped:`);
    for (const [reason, count] of [...left].sort(([, a], [, b]) => b - a))
      console.log(`    ${count}: ${reason}`);
  },
};
