// Runs sweep.ts, with sweep.c preloaded, in a process of its own.
import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { skip } from '../../support/skip.js';
import { endOf, root } from '../../support/temp.js';
import { figure } from './figures.js';

interface Line {
  fault?: string;
  faults?: number;
}

/** Fails with all that has been found. Skips, saying why, where nothing can be preloaded. */
export async function sweep(test: Mocha.Context, length: 'short' | 'long'): Promise<void> {
  // In memory where there is such a directory: a sync of a busy disk takes long.
  const scratch = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'uvfiles-sweep-'));
  try {
    const library = path.join(scratch, 'sweep.so');
    const support = path.join(root, 'test/reliability/support');
    const command = ['-shared', '-fPIC', '-O1', '-o', library, path.join(support, 'sweep.c'), '-ldl'];
    const isRight = process.platform === 'linux' && process.env.UVFILES_SANITIZER === undefined;
    if (!isRight || spawnSync('gcc', command).status !== 0)
      skip(test, 'faults are injected with gcc and LD_PRELOAD on Linux with glibc, without a sanitizer');
    const control = path.join(scratch, 'control');
    const folder = path.join(scratch, 'files');
    writeFileSync(control, Buffer.alloc(4096));
    mkdirSync(folder);
    const env = { ...process.env, LD_PRELOAD: library, UVFILES_SWEEP: control, UVFILES_INLINE: '0' };
    const args = ['--no-warnings', '--import', 'tsx', path.join(support, 'sweep.ts'), folder, length];
    const ending = await endOf(
      spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    expect(ending.stderr).to.equal('');
    const lines = ending.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const found = lines.filter((line) => line.fault !== undefined);
    expect(found).to.deep.equal([]);
    expect(ending.code ?? ending.signal).to.equal(0);
    const { faults } = lines.at(-1)!;
    expect(faults).to.be.greaterThan(300);
    figure('faults injected', faults!);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
