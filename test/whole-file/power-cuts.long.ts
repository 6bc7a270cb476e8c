// writeAtomic and openAtomic through power cuts: what has been acknowledged as durable exists, and nothing is incomplete.
import { expect } from 'chai';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { Disk } from '../support/file-systems.js';
import { fault, needsFaults, runFaulty } from '../support/files.js';
import { endOf, needsRoot, scratchDirectory, startProgram } from '../support/temp.js';

const LENGTH = 160_000;
const ROUNDS = 6;

/** Replaces files until it fails. Their content shows its version, and whether it is complete. */
const PROGRAM = `
  import { openAtomic, writeAtomic } from 'uvfiles';
  import { writeSync } from 'node:fs';
  const [top] = process.argv.slice(1);
  const content = (i) => String(i).padStart(8, '0').repeat(${LENGTH / 8});
  const acknowledge = (name, i) => writeSync(1, name + ' ' + i + '\\n');
  try {
    for (let i = 1; ; i++) {
      await writeAtomic(top + '/replaced', content(i));
      acknowledge('replaced', i);
      await writeAtomic(top + '/new-' + i, content(i));
      acknowledge('new-' + i, i);
      const f = await openAtomic(top + '/streamed');
      await f.write(content(i));
      await f.commit();
      acknowledge('streamed', i);
    }
  } catch (error) {
    writeSync(1, 'failed ' + error.code + '\\n');
    process.exit();
  }`;

const ONE_REPLACEMENT = `
  import { writeAtomic } from 'uvfiles';
  const outcome = await writeAtomic(process.env.TARGET, 'new').then(
    () => 'acknowledged',
    (error) => [error.code, error.syscall, error.committed].join(' '),
  );
  console.log(outcome);`;

/** The version of a complete file. */
function versionOf(file: string): number {
  const content = readFileSync(file, 'latin1');
  expect(content).to.have.length(LENGTH);
  expect(content).to.equal(content.slice(0, 8).repeat(LENGTH / 8));
  return Number(content.slice(0, 8));
}

describe('after a power cut', function () {
  this.timeout(240_000);
  let disk: Disk | undefined;
  // Before the directory in which it is mounted is removed.
  afterEach(() => {
    disk?.remove();
    disk = undefined;
  });
  const scratch = scratchDirectory();

  for (const type of ['ext4', 'xfs'] as const) {
    it(`finds every acknowledged replacement whole on ${type}`, async function () {
      needsRoot(this);
      disk = new Disk(this, scratch.path, type);
      const at = (name: string): string => path.join(disk!.mountpoint, name);
      let lost = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const child = startProgram(PROGRAM, { argv: [disk.mountpoint] });
        const ending = endOf(child);
        await once(child.stdout!, 'data');
        await new Promise((resolve) => setTimeout(resolve, (round * 37) % 101));
        writeFileSync(at('unsynced'), 'x'.repeat(LENGTH));
        disk.cutPower();
        const { stdout, stderr } = await ending;
        expect(stderr).to.equal('');
        // It was stopped by the cut, and by nothing else.
        expect(stdout).to.match(/failed (EIO|EFSCORRUPTED|EROFS|ESHUTDOWN)\n$/);
        disk.restart();

        const acknowledged = new Map<string, number>();
        for (const line of stdout.trimEnd().split('\n').slice(0, -1)) {
          const [name, version] = line.split(' ') as [string, string];
          acknowledged.set(name, Number(version));
        }
        expect(acknowledged.size).to.be.at.least(1);
        for (const [name, version] of acknowledged) {
          // The one after it may have come to the disk unacknowledged.
          expect(versionOf(at(name)), name).to.be.within(version, version + 1);
        }
        for (const name of readdirSync(disk.mountpoint)) {
          if (/^(replaced|streamed|new-\d+)$/.test(name)) versionOf(at(name));
        }
        try {
          if (readFileSync(at('unsynced'), 'latin1') !== 'x'.repeat(LENGTH)) lost++;
        } catch {
          lost++;
        }
        for (const name of readdirSync(disk.mountpoint)) {
          if (name !== 'lost+found' && name !== 'replaced') rmSync(at(name), { recursive: true });
        }
      }
      // The power was really cut: data that was not synced did not survive.
      expect(lost).to.equal(ROUNDS);
    });

    // XFS reports that the directory is synced: after the cut, it does not know that there was anything to sync.
    it(`does not acknowledge a replacement that was cut off before its directory was synced, on ${type}`, async function () {
      needsRoot(this);
      needsFaults(this);
      disk = new Disk(this, scratch.path, type);
      const file = path.join(disk.mountpoint, 'new');
      const gate = path.join(scratch.path, 'gate');
      const rule = fault('fsync', disk.mountpoint, `g${gate}`, { after: 1, times: 1 });
      const ending = runFaulty([rule], ONE_REPLACEMENT, { TARGET: file });
      while (!existsSync(`${gate}.reached`)) await new Promise((resolve) => setTimeout(resolve, 2));
      disk.cutPower();
      writeFileSync(gate, '');
      const { stdout, stderr } = await ending;
      expect(stderr).to.equal('');
      expect(stdout.trim()).to.equal('EIO fsync true');
      disk.restart();
      expect(existsSync(file)).to.equal(false);
    });
  }
});
