// Processes that are killed while they replace files: each file is complete, and contains everything that was acknowledged.
import { expect } from 'chai';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import { endOf, scratchDirectory, startProgram } from '../support/temp.js';
import { figure } from './support/figures.js';
import { Random } from '../support/random.js';

const KILLS = Number(process.env.UVFILES_KILLS ?? 500);
const LENGTH = 80_000;
const STRAY = /^\.new\.[a-z2-7]{16}\.uvfiles$/;

const PROGRAM = `
  import { openAtomic, updateAtomic, writeAtomic } from 'uvfiles';
  import { writeSync } from 'node:fs';
  const [top, first] = process.argv.slice(1);
  const content = (i) => String(i).padStart(8, '0').repeat(${LENGTH / 8});
  for (let i = Number(first) + 1; ; i++) {
    const durable = i % 4 === 0;
    await writeAtomic(top + '/written', content(i), { durable });
    await updateAtomic(top + '/updated', (old) => String(Number(old ?? 0) + 1), { encoding: 'utf-8', durable });
    const f = await openAtomic(top + '/streamed', 'w', { durable });
    await f.write(content(i).slice(0, 50_000));
    await f.write(content(i).slice(50_000));
    await f.commit();
    writeSync(1, i + '\\n');
  }`;

describe('files that a killed process was replacing', function () {
  this.timeout(1_200_000);
  const scratch = scratchDirectory();
  const read = (name: string): string => readFileSync(path.join(scratch.path, name), 'latin1');

  const versionOf = (name: string): number => {
    const content = read(name);
    expect(content).to.have.length(LENGTH);
    expect(content).to.equal(content.slice(0, 8).repeat(LENGTH / 8));
    return Number(content.slice(0, 8));
  };

  it(`are complete after each of ${KILLS} kills`, async () => {
    const random = new Random(1);
    let [version, updates, strays] = [0, 0, 0];
    for (let kill = 0; kill < KILLS; kill++) {
      const child = startProgram(PROGRAM, { argv: [scratch.path, String(version)] });
      const ended = endOf(child);
      await new Promise((resolve) => child.stdout!.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, random.below(12)));
      child.kill('SIGKILL');
      const { stdout, stderr } = await ended;
      expect(stderr).to.equal('');
      const acknowledged = stdout.trimEnd().split('\n').length;
      for (const name of ['written', 'streamed']) {
        expect(versionOf(name)).to.be.within(version + acknowledged, version + acknowledged + 1);
      }
      const counted = Number(read('updated'));
      expect(counted).to.be.within(updates + acknowledged, updates + acknowledged + 1);
      updates = counted;
      version = Math.max(versionOf('written'), versionOf('streamed'));
      for (const name of readdirSync(scratch.path)) {
        if (['written', 'streamed', 'updated'].includes(name)) continue;
        expect(name).to.match(STRAY);
        rmSync(path.join(scratch.path, name));
        strays++;
      }
    }
    // Only a kill between the link and the rename leaves one.
    expect(strays).to.be.below(KILLS / 2);
    figure('processes killed while they replaced files', KILLS);
  });
});
