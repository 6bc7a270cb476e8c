// The runs that the benchmark keeps: resumed, merged, and what they say about other programs on the machine.
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { discover } from '../../bench/harness/discover.ts';
import { busyNotes, processorTime } from '../../bench/harness/processors.ts';
import { mergeRuns, readRuns, saveRun, unfinishedRun } from '../../bench/harness/runs.ts';
import { setOf } from '../../bench/harness/sets.ts';
import { readmeRows } from '../../bench/report/readme-rows.ts';
import type { AnyWorkload, Contender, Measured, Run } from '../../bench/harness/types.ts';
import { sampleRun } from './support/sample-run.ts';
import { skip } from '../support/skip.js';

const named = (name: string): Measured => ({ ...sampleRun.measured[0]!, name });
const runOf = (measured: Measured[], rest: Partial<Run> = {}): Run => ({ ...sampleRun, measured, ...rest });

describe("the benchmark's runs", () => {
  it('are merged by workload: the last result counts, and all versions are listed', () => {
    const second = { ...named('b'), seconds: 2 };
    const merged = mergeRuns([
      runOf([named('a'), named('b')], { versions: ['x 1'] }),
      runOf([second, named('c')], { versions: ['y 2', 'x 1'] }),
    ]);
    expect(merged.measured.map(({ name }) => name)).to.deep.equal(['a', 'b', 'c']);
    expect(merged.measured[1]).to.equal(second);
    expect(merged.versions).to.deep.equal(['x 1', 'y 2']);
  });

  it('are not merged if the machine or the version of Node differs', () => {
    const other = runOf([named('b')], { machine: { ...sampleRun.machine, runtime: 'Node v26' } });
    expect(() => mergeRuns([runOf([named('a')]), other])).to.throw(TypeError, 'Node v26');
  });

  it('are resumed from their file, and repeat what failed', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'uvfiles-runs-'));
    try {
      const file = path.join(directory, 'run.json');
      expect(unfinishedRun(file)).to.equal(undefined);
      const head = { contender: 'uvfiles', title: 'uvfiles', kind: 'ours' } as const;
      const failed = { ...named('b'), results: [{ ...head, failure: 'wrong bytes', stack: '' }] };
      saveRun(file, runOf([named('a'), failed]));
      expect(readRuns([file]).measured).to.have.length(2);
      expect(unfinishedRun(file)?.measured.map(({ name }) => name)).to.deep.equal(['a']);
      writeFileSync(`${file}.partial`, 'what a write left that was stopped');
      saveRun(file, runOf([named('c')]));
      expect(JSON.parse(readFileSync(file, 'utf8')).measured[0].name).to.equal('c');
      expect(existsSync(`${file}.partial`)).to.equal(false);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('do not count the time of their own child processes as that of other programs', async function () {
    if (processorTime() === undefined) skip(this, 'this system has no /proc/stat');
    const loop = 'const end = Date.now() + 1500; while (Date.now() < end);';
    const child = spawn(process.execPath, ['-e', loop], { stdio: 'ignore' });
    // Read while the child runs and after it has ended, when its time is part of that of its parent.
    const before = processorTime()!;
    const samples = [before];
    const timer = setInterval(() => samples.push(processorTime()!), 300);
    await once(child, 'exit');
    clearInterval(timer);
    const after = processorTime()!;
    samples.push(after);
    const used = samples.map(({ all, others }) => all - others);
    // The time used by our own child is never subtracted from that of other programs.
    for (let index = 1; index < samples.length; index++)
      expect(used[index]! - used[index - 1]!).to.be.at.least(-20);
    expect(after.all).to.be.at.least(before.all);
  }).timeout(240_000);

  it('report that other programs used the machine, or that its hypervisor took time', () => {
    expect(busyNotes({ othersBusy: 0.1, stolen: 0.01 })).to.deep.equal([]);
    expect(busyNotes({ othersBusy: 0.4 }).join()).to.contain('other programs used 40 %');
    expect(busyNotes({ stolen: 0.2 }).join()).to.contain('20 %');
  });
});

describe("the benchmark's published set", () => {
  it('has only existing workloads and contenders, and every row of the README', async () => {
    const workloads = (await discover<AnyWorkload>('workloads')).map(({ name }) => name);
    const contenders = (await discover<Contender>('contenders')).map(({ name }) => name);
    const { choices } = setOf('published');
    expect(workloads).to.include.members([...choices.keys()]);
    expect(contenders).to.include.members([...choices.values()].flatMap((choice) => choice.contenders ?? []));
    expect([...choices.keys()]).to.include.members([...readmeRows.keys()]);
  });

  it('is selected by its name only', () => {
    expect(() => setOf('toString')).to.throw(TypeError, '--set');
  });
});
