// Counting in one file from many processes by updateAtomic, some of which are killed at random moments.
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { updateAtomic } from 'uvfiles';

import { runProgram, type scratchDirectory, startProgram } from '../../support/temp.js';

// Prints a line after every update that it was told of.
const counting = `
import { updateAtomic } from 'uvfiles';
const [path, times, durable] = process.argv.slice(1);
for (let i = 0; i < Number(times); i++) {
  await updateAtomic(path, (old) => JSON.stringify({ count: (old === null ? 0 : JSON.parse(old).count) + 1 }), { encoding: 'utf-8', durable: durable === 'true' });
  console.log('.');
}`;

/** How many processes count, and how often. */
export interface Counting {
  readonly processes: number;
  readonly times: number;
  /** How many of the processes are killed before they are done. */
  readonly killed: number;
  readonly durable: readonly boolean[];
}

/** Declares the tests. */
export function losesNothing(
  scratch: ReturnType<typeof scratchDirectory>,
  { processes, times, killed, durable }: Counting,
): void {
  const name = (): string => `${scratch.path}/n.json`;
  const counted = (): number => (JSON.parse(readFileSync(name(), 'utf8')) as { count: number }).count;

  for (const syncs of durable) {
    it(`loses no change of ${processes} processes${syncs ? ' that sync' : ''}`, async function () {
      this.timeout(600_000);
      const argv = [name(), String(times), String(syncs)];
      const ended = await Promise.all(
        Array.from({ length: processes }, () => runProgram(counting, { argv })),
      );
      for (const { code, stderr } of ended) expect([code, stderr]).to.deep.equal([0, '']);
      expect(counted()).to.equal(processes * times);
      expect(scratch.list()).to.deep.equal(['n.json']);
    });
  }

  it(`loses at most the update under way of each of ${killed} processes that are killed`, async function () {
    this.timeout(600_000);
    let acknowledged = 0;
    await Promise.all(
      Array.from({ length: processes }, async (_, index) => {
        const isVictim = index < killed;
        const child = startProgram(counting, {
          argv: [name(), isVictim ? '1000000' : String(times), 'false'],
          onLine: () => undefined,
        });
        let told = 0;
        child.stdout!.on('data', (text: Buffer) => {
          told += text.toString().split('\n').length - 1;
        });
        const ended = new Promise((resolve) => child.once('close', resolve));
        if (isVictim) {
          // At any moment, once it has begun.
          await new Promise((resolve) => child.stdout!.once('data', resolve));
          await sleep(Math.random() * 300);
          child.kill('SIGKILL');
        }
        await ended;
        acknowledged += told;
        expect(child.signalCode).to.equal(isVictim ? 'SIGKILL' : null);
        if (!isVictim) expect(told).to.equal(times);
      }),
    );
    expect(counted()).to.be.within(acknowledged, acknowledged + killed);
    // And the next one goes on at once.
    await updateAtomic(name(), (old) => old!, { timeout: 60_000 });
  });
}
