// Random sequences of operations on an overlay and on real files: same answers, same trees, and the real files below the overlay stay.
import { expect } from 'chai';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { realFiles } from '../../../lib/filesystem/mounts.js';
import { Lower } from '../../../lib/filesystem/memory/lower.js';
import { MemoryFileSystem } from '../../../lib/filesystem/memory/memory-file-system.js';
import { Credentials } from '../../../lib/filesystem/memory/user.js';
import { isRoot } from '../../support/temp.js';
import { diskWorld, memoryWorld, type Operation, type World } from './operations.js';
import { BEGINNING, sequence } from './sequences.js';
import { skip } from '../../support/skip.js';

const LENGTH = 50;
const count = Number(process.env.UVFILES_POSIX_COUNT ?? 100);
const first = Number(process.env.UVFILES_POSIX_SEED ?? 1);

function overlay(root: string): World {
  const lower = new Lower(root, (at, flags, permissions, call) =>
    realFiles.open(at, flags, permissions, call),
  );
  return memoryWorld(
    new MemoryFileSystem({ credentials: new Credentials({ uid: 0, gid: 0 }), lower }),
    () => undefined,
  );
}

/**
 * The real files at the start. An overlay separates hard links, as overlayfs does, and an absolute link in the real files leads
 * to the real files.
 */
const startOf = (seed: number): Operation[] =>
  (sequence(seed, LENGTH, false) as Operation[]).filter(
    ([name, target]) => name !== 'link' && !(name === 'symlink' && String(target).startsWith('/')),
  );

// The root belongs to the overlay.
const below = async (world: World): Promise<string> => (await world.snapshot()).slice(1).join('\n');

/** The difference, with the steps that led to it; '' if there is none. */
async function difference(seed: number, top: string): Promise<string> {
  const roots = ['disk', 'real'].map((name) => mkdtempSync(path.join(top, `uvfiles-overlay-${name}-`)));
  const [disk, real] = roots.map((root) => diskWorld(root)) as [World, World];
  const steps: string[] = [];
  try {
    for (const root of roots) chmodSync(root, 0o755);
    for (const step of [...BEGINNING, ...startOf(seed)])
      for (const world of [disk, real]) await world.perform(step);
    const untouched = await below(real);
    const inMemory = overlay(roots[1]!);
    for (const step of sequence(seed + 1_000_000, LENGTH, false) as Operation[]) {
      const [onDisk, answer] = [await disk.perform(step), await inMemory.perform(step)];
      steps.push(`${JSON.stringify(step)}: ${onDisk}`);
      if (onDisk !== answer) return `seed ${seed}, in the overlay ${answer}:\n${steps.join('\n')}`;
    }
    const [onDisk, left] = [await below(disk), await below(inMemory)];
    if (onDisk !== left) return `seed ${seed}, trees differ:\n${onDisk}\n---\n${left}\n${steps.join('\n')}`;
    const now = await below(real);
    return now === untouched ? '' : `seed ${seed}, the real files have changed:\n${untouched}\n---\n${now}`;
  } finally {
    for (const root of roots) rmSync(root, { recursive: true, force: true });
  }
}

describe('an overlay compared with the kernel', function () {
  this.timeout(600_000);
  let umask = 0;

  before(function () {
    if (process.platform !== 'linux' || !isRoot)
      skip(this, 'needs Linux and root, who may change everything');
    umask = process.umask(0o022);
  });

  after(() => {
    if (process.platform === 'linux' && isRoot) process.umask(umask);
  });

  it(`gives the same results and leaves the same tree in ${count} sequences`, async () => {
    const top = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
    for (let seed = first; seed < first + count; seed++) expect(await difference(seed, top)).to.equal('');
  });
});
