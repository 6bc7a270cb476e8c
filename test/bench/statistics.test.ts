// The statistics that the benchmark's tables are made of.
import { expect } from 'chai';
import { inTurn, medianInterval, medianRatio, percentile } from '../../bench/harness/statistics.ts';

describe("the benchmark's statistics", () => {
  it('takes ratios round by round, so that what changed between rounds cancels out', () => {
    expect(medianRatio([10, 100, 1000], [5, 50, 500])).to.equal(2);
  });

  it('returns the narrowest interval of order statistics with a confidence of at least 90%', () => {
    const of = (count: number) => medianInterval(Array.from({ length: count }, (_, index) => index + 1));
    expect(of(5)).to.deep.equal({ low: 1, high: 5, confidence: 0.9375 });
    expect(of(7)).to.deep.equal({ low: 1, high: 7, confidence: 0.984375 });
    expect(of(9)).to.deep.equal({ low: 2, high: 8, confidence: 0.9609375 });
    expect(of(20)).to.include({ low: 6, high: 15 });
  });

  it('returns the whole range with its true confidence if there are too few rounds', () => {
    expect(medianInterval([3, 1, 2])).to.deep.equal({ low: 1, high: 3, confidence: 0.75 });
    expect(medianInterval([1])).to.equal(undefined);
    expect(medianInterval([])).to.equal(undefined);
    expect(medianInterval([1, Number.NaN, 2])).to.equal(undefined);
  });

  it('covers the true median about as often as it says', () => {
    let state = 1;
    const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
    let covered = 0;
    for (let run = 0; run < 2000; run++) {
      const { low, high } = medianInterval(Array.from({ length: 9 }, () => random() ** 3))!;
      if (low <= 0.125 && high >= 0.125) covered++;
    }
    expect(covered / 2000).to.be.within(0.945, 0.975);
  });

  it('has each contender follow each other one equally often', () => {
    for (const count of [2, 3, 4, 5, 8]) {
      const contenders = Array.from({ length: count }, (_, index) => index);
      const follows = new Map<string, number>();
      for (let round = 0; round < 2 * count; round++) {
        const order = inTurn(contenders, round);
        expect([...order].sort((a, b) => a - b)).to.deep.equal(contenders);
        for (let place = 1; place < count; place++) {
          const pair = `${order[place - 1]} ${order[place]}`;
          follows.set(pair, (follows.get(pair) ?? 0) + 1);
        }
      }
      expect(follows.size).to.equal(count * (count - 1));
      expect(new Set(follows.values())).to.deep.equal(new Set([2]));
    }
  });

  it('interpolates percentiles, and returns NaN for no values', () => {
    expect(percentile([1, 2, 3, 4], 0.5)).to.equal(2.5);
    expect(percentile([4, 1], 1)).to.equal(4);
    expect(percentile([], 0.5)).to.be.NaN;
  });
});
