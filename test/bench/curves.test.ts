// The names of the points of a curve.
import { expect } from 'chai';
import { axisOf, curveTitle, pointName } from '../../bench/harness/curves.ts';
import type { Measured } from '../../bench/harness/types.ts';

const group = 'any';

describe("the benchmark's curves", () => {
  it('name sizes in the largest unit that fits', () => {
    const nameOf = (of: string, value: number) => pointName({ group, of, value });
    expect([1, 256, 1024, 102_400].map((value) => nameOf('KiB', value))).to.deep.equal([
      '1K',
      '256K',
      '1M',
      '100M',
    ]);
    expect([16, 10_240].map((value) => nameOf('MiB', value))).to.deep.equal(['16M', '10G']);
  });

  it('show numbers exactly, and large ones with separators', () => {
    expect(
      [0, 1, 4096, 32_768, 100_000].map((value) => pointName({ group, of: 'workers', value })),
    ).to.deep.equal([...['0', '1', '4096', '32.8k', '100k']]);
  });

  it('name the quantity that grows', () => {
    expect(axisOf({ group, of: 'KiB', value: 1 })).to.equal('size in bytes');
    expect(axisOf({ group, of: 'in flight', value: 1 })).to.equal('calls in flight');
    const measured = { title: 'Reads: 1 workers', scaling: { group, of: 'workers', value: 1 } } as Measured;
    expect(curveTitle(measured)).to.equal('Reads, by workers');
  });
});
