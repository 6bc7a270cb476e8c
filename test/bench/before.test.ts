// The comparison of two builds.
import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { besideBefore, contenderBefore } from '../../bench/harness/before.ts';
import type { AnyWorkload } from '../../bench/harness/types.ts';

describe("the benchmark's comparison of two builds", () => {
  const workload: AnyWorkload = {
    ...{ name: 'import', title: 'Imports', issue: 17, baseline: 'fs-promises', contenders: ['fs-promises'] },
    floors: [{ over: 'fs-promises', atLeast: 2 }],
    floorsBefore: [{ over: 'uvfiles-before', cpuAtMost: 0.4 }],
    measure: () => ({ operations: 1, nanoseconds: 1 }),
  };

  it('uses only the older build as the reference of ratios and floors', () => {
    const { baseline, contenders, floors } = besideBefore(workload);
    expect(baseline).to.equal('uvfiles-before');
    expect(contenders).to.deep.equal(['uvfiles-before']);
    expect(floors).to.deep.equal([
      { over: 'uvfiles-before', atLeast: 0.97, text: 'at least 0.97 of the throughput before' },
      { over: 'uvfiles-before', cpuAtMost: 0.4 },
    ]);
  });

  it('finds the build of a checkout by its package.json', async () => {
    const contender = await contenderBefore(fileURLToPath(new URL('../..', import.meta.url)));
    expect(contender.name).to.equal('uvfiles-before');
    expect(contender.importable?.({}))
      .to.have.property('specifier')
      .that.matches(/^file:.*index\.js$/);
    expect(contender.randomReader).to.be.a('function');
  });
});
