// Random sequences of operations on the memory file system and on real files: same answers, same trees. The real ones belong to
// the running kernel, so this needs Linux, and root to act as other users.
import { expect } from 'chai';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { MemoryFileSystem } from '../../../lib/filesystem/memory/memory-file-system.js';
import { Credentials } from '../../../lib/filesystem/memory/user.js';
import { isRoot } from '../../support/temp.js';
import { diskWorld, memoryWorld, type World } from './operations.js';
import { BEGINNING, sequence, USERS } from './sequences.js';
import { skip } from '../../support/skip.js';

const LENGTH = 60;
const count = Number(process.env.UVFILES_POSIX_COUNT ?? 200);
const first = Number(process.env.UVFILES_POSIX_SEED ?? 1);

function memory(): World {
  const files = new MemoryFileSystem({ credentials: new Credentials({ uid: 0, gid: 0 }) });
  return memoryWorld(files, (uid, gid) => {
    files.state.credentials = new Credentials({ uid, gid });
  });
}

/** The difference, with the steps that led to it; '' if there is none. */
async function difference(seed: number, top: string, users: boolean): Promise<string> {
  const root = mkdtempSync(path.join(top, 'uvfiles-posix-'));
  chmodSync(root, 0o755);
  const worlds = [diskWorld(root), memory()] as const;
  const steps: string[] = [];
  try {
    for (const step of [...BEGINNING, ...sequence(seed, LENGTH, users)]) {
      if ('become' in step) {
        for (const world of worlds) world.become(...USERS[step.become]!);
        continue;
      }
      const [disk, inMemory] = [await worlds[0].perform(step), await worlds[1].perform(step)];
      steps.push(`${JSON.stringify(step)}: ${disk}`);
      if (disk !== inMemory) return `seed ${seed}, in memory ${inMemory}:\n${steps.join('\n')}`;
    }
    for (const world of worlds) world.become(0, 0);
    const [disk, inMemory] = await Promise.all(worlds.map((world) => world.snapshot()));
    if (disk!.join() === inMemory!.join()) return '';
    return `seed ${seed}, trees differ:\n${disk!.join('\n')}\n---\n${inMemory!.join('\n')}\n${steps.join('\n')}`;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

describe('the memory file system compared with the kernel', function () {
  this.timeout(600_000);
  let umask = 0;
  let groups: number[] = [];

  before(function () {
    if (process.platform !== 'linux' || !isRoot)
      skip(this, 'needs Linux and root to act as several users on real files');
    umask = process.umask(0o022);
    groups = process.getgroups!();
    process.setgroups!([]);
  });

  after(() => {
    if (process.platform !== 'linux' || !isRoot) return;
    process.umask(umask);
    process.setgroups!(groups);
  });

  for (const [title, users] of [
    ['root', false],
    ['several users', true],
  ] as const) {
    it(`gives the same results and leaves the same tree in ${count} sequences of ${title}`, async () => {
      const top = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
      for (let seed = first; seed < first + count; seed++)
        expect(await difference(seed, top, users)).to.equal('');
    });
  }
});
