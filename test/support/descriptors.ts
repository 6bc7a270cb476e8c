// Counts descriptors so that only leaks show: descriptors that earlier tests left to the garbage collector are
// collected first, and those that a thread is still closing are waited for.
import { expect } from 'chai';
import { readdirSync, readlinkSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { open } from 'uvfiles';

import { makeFifo } from './pipes.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function listed(): string[] {
  const targets: string[] = [];
  for (const each of readdirSync('/proc/self/fd')) {
    try {
      const target = readlinkSync(`/proc/self/fd/${each}`);
      // The thread that reads the table of mounts opens this at any time. tsx looks through its cache at the start, and
      // closes that directory when it is done.
      if (!/\/mountinfo$|\/tsx-\d+$/.test(target)) targets.push(target);
    } catch {
      // The descriptor of the listing itself.
    }
  }
  return targets.sort();
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

// The first FIFO that makes a call wait starts the thread that waits for FIFOs, which stays until the process ends.
let warm: Promise<unknown> | undefined;
function startPoller(): Promise<unknown> {
  return open(makeFifo(), 'w', { timeout: 5 }).catch(() => undefined);
}

/** The targets of all open descriptors of this process, once the garbage collector has nothing left to close; only on Linux. */
export async function openDescriptors(): Promise<string[]> {
  // Files in memory have no descriptors, and leak none.
  if (process.platform !== 'linux' || process.env.UVFILES_TEST_FS === 'memory') return [];
  await (warm ??= startPoller());
  let last = listed();
  for (let same = 0; same < 3;) {
    collectGarbage();
    await pause();
    const now = listed();
    same = now.join('\n') === last.join('\n') ? same + 1 : 0;
    last = now;
  }
  return last;
}

/** Expects what `openDescriptors()` returned before. Threads that are still closing get five seconds, and the turns that they need. */
export async function expectDescriptors(before: string[]): Promise<void> {
  let now = await openDescriptors();
  for (let i = 0; i < 500 && now.join('\n') !== before.join('\n'); i++) {
    await pause();
    now = await openDescriptors();
  }
  expect(now).to.deep.equal(before);
}
