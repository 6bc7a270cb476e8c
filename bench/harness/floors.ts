// Compares results with the project's own floors. It only prints, and never fails, because timing is not a test.
import { medianRatio } from './statistics.js';
import type { Figures, Floor, Result, Verdict } from './types.js';

const ours = 'uvfiles';

/** The results of a workload's floors. */
export function evaluateFloors(floors: readonly Floor[], all: readonly Result[]): Verdict[] {
  const results = all.filter((result) => result.failure === undefined);
  return floors.map((floor) => {
    const verdict = evaluate(floor, results);
    return floor.reason === undefined ? verdict : { ...verdict, reason: floor.reason };
  });
}

function evaluate(floor: Floor, results: readonly Figures[]): Verdict {
  const of = floor.of ?? ours;
  const mine = results.find((result) => result.contender === of);
  if (floor.aheadOfPeers) return aheadOfPeers(mine, results, floor);
  const theirs = results.find((result) => result.contender === floor.over);
  if (mine === undefined || (floor.over !== undefined && theirs === undefined))
    return { text: describe(floor), figure: 'not measured' };
  return { text: describe(floor), ...judge(floor, mine, theirs) };
}

function aheadOfPeers(mine: Figures | undefined, results: readonly Figures[], { of }: Floor): Verdict {
  const text = `${of === undefined ? '' : `${of}: `}ahead of every peer`;
  const peers = results.filter((result) => result.kind === 'peer');
  if (!mine || peers.length === 0) return { text, figure: 'not measured' };
  const ratios = peers.map((peer) => [peer.title, throughputRatio(mine, peer)] as const);
  const [title, least] = ratios.reduce((a, b) => (b[1] < a[1] ? b : a));
  if (Number.isNaN(least)) return { text, figure: 'not measured' };
  return { text, figure: `${format(least)}x ${title}, the nearest`, met: least > 1 };
}

type Judgement = Omit<Verdict, 'text'>;

function judge(floor: Floor, mine: Figures, theirs: Figures | undefined): Judgement {
  if (floor.value !== undefined) return judgeValue(floor.value, floor, mine, theirs);
  if (theirs === undefined) return { figure: 'not measured' };
  if (floor.atLeast !== undefined) {
    const ratio = throughputRatio(mine, theirs);
    if (Number.isNaN(ratio)) return { figure: withoutTimes(mine, theirs) };
    return { figure: `${format(ratio)}x`, met: ratio >= floor.atLeast };
  }
  const key = floor.timeAtMost === undefined ? 'cpuUs' : 'nsPerOp';
  const ratio = medianRatio(series(mine, key), series(theirs, key));
  if (Number.isNaN(ratio)) return { figure: withoutTimes(mine, theirs) };
  return { figure: `${format(ratio)}x`, met: ratio <= (floor.timeAtMost ?? floor.cpuAtMost ?? NaN) };
}

// The figures of workloads that measure no time, such as memory. Readers know whether more is better.
function withoutTimes(mine: Figures, theirs: Figures): string {
  const both = Object.entries(mine.values).filter(([name]) => theirs.values[name] !== undefined);
  const figures = both.map(
    ([name, value]) => `${name} ${format(value)} against ${format(theirs.values[name]!)}`,
  );
  return figures.join(', ') || 'not measured';
}

function judgeValue(name: string, floor: Floor, mine: Figures, theirs: Figures | undefined): Judgement {
  const own = mine.values[name];
  if (own === undefined || Number.isNaN(own)) return { figure: 'not measured' };
  const other = theirs?.values[floor.reference ?? name] ?? NaN;
  if (floor.plus !== undefined) {
    const limit = other + floor.plus;
    return { figure: `${format(own)} against ${format(limit)}`, met: own <= limit };
  }
  const figure = theirs === undefined ? own : own / other;
  const met = floor.atLeast === undefined ? figure <= (floor.atMost ?? NaN) : figure >= floor.atLeast;
  return { figure: theirs === undefined ? format(figure) : `${format(figure)}x`, met };
}

function describe(floor: Floor): string {
  return floor.of === undefined ? textOf(floor) : `${floor.of}: ${textOf(floor)}`;
}

function textOf(floor: Floor): string {
  if (floor.text !== undefined) return floor.text;
  if (floor.value !== undefined) {
    const bound = floor.atLeast === undefined ? `at most ${floor.atMost}` : `at least ${floor.atLeast}`;
    if (floor.plus !== undefined) return `${floor.value} at most that of ${floor.over} plus ${floor.plus}`;
    return floor.over === undefined
      ? `${floor.value} ${bound}`
      : `${floor.value} ${bound} of ${floor.over}'s`;
  }
  if (floor.atLeast !== undefined) return `at least ${floor.atLeast}x the throughput of ${floor.over}`;
  if (floor.timeAtMost !== undefined) return `at most ${floor.timeAtMost}x the time of ${floor.over}`;
  return `at most ${floor.cpuAtMost}x the CPU time of ${floor.over}`;
}

function throughputRatio(mine: Figures, theirs: Figures): number {
  return medianRatio(series(theirs, 'nsPerOp'), series(mine, 'nsPerOp'));
}

function series(result: Figures, key: 'nsPerOp' | 'cpuUs'): number[] {
  return result.samples.map((sample) => sample[key]);
}

function format(number: number): string {
  if (Math.abs(number) >= 100) return number.toFixed(0);
  return number.toFixed(2);
}
