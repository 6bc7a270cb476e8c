// Compares results with the floors that the project has set itself; prints, never fails: timing is no test.
import { medianRatio } from './statistics.mjs';

const ours = 'uvfiles';

/**
 * Evaluates a workload's floors. A floor is one of
 * `{ over, atLeast }` (throughput against a contender), `{ over, timeAtMost }`, `{ over, cpuAtMost }` (ratios of ours to
 * theirs), `{ value, atMost | atLeast, over? }` (a named value of the sample, or its ratio to another's),
 * `{ value, over, reference?, plus }` (a value at most another's, of the same name or the named one, plus so much), or
 * `{ aheadOfPeers: true }`, each `of` uvfiles unless it names another way to use it. Gives `{ text, figure, met }`, met undefined when there is nothing to compare with.
 */
export function evaluateFloors(floors, results) {
  return floors.flatMap((floor) => {
    const of = floor.of ?? ours;
    const mine = results.find((result) => result.contender === of && !result.failure);
    if (floor.aheadOfPeers) return aheadOfPeers(mine, results, floor);
    const theirs = results.find((result) => result.contender === floor.over && !result.failure);
    if (!mine || (floor.over !== undefined && !theirs))
      return { text: describe(floor), figure: 'not measured' };
    return { text: describe(floor), ...judge(floor, mine, theirs) };
  });
}

function aheadOfPeers(mine, results, { of }) {
  const text = `${of === undefined ? '' : `${of}: `}ahead of every peer`;
  const peers = results.filter((result) => result.kind === 'peer' && !result.failure);
  if (!mine || peers.length === 0) return { text, figure: 'not measured' };
  const ratios = peers.map((peer) => [peer.title, throughputRatio(mine, peer)]);
  const [title, least] = ratios.reduce((a, b) => (b[1] < a[1] ? b : a));
  return { text, figure: `${format(least)}x ${title}, the nearest`, met: least > 1 };
}

function judge(floor, mine, theirs) {
  if (floor.value !== undefined) return judgeValue(floor, mine, theirs);
  if (floor.atLeast !== undefined) {
    const ratio = throughputRatio(mine, theirs);
    return { figure: `${format(ratio)}x`, met: ratio >= floor.atLeast };
  }
  const key = floor.timeAtMost === undefined ? 'cpuUs' : 'nsPerOp';
  const ratio = medianRatio(series(mine, key), series(theirs, key));
  return { figure: `${format(ratio)}x`, met: ratio <= (floor.timeAtMost ?? floor.cpuAtMost) };
}

function judgeValue(floor, mine, theirs) {
  const name = floor.value;
  const own = mine.values[name];
  if (own === undefined || Number.isNaN(own)) return { figure: 'not measured' };
  const limit = floor.plus === undefined ? undefined : theirs.values[floor.reference ?? name] + floor.plus;
  if (limit !== undefined) return { figure: `${format(own)} against ${format(limit)}`, met: own <= limit };
  const figure = theirs === undefined ? own : own / theirs.values[name];
  const met = floor.atLeast === undefined ? figure <= floor.atMost : figure >= floor.atLeast;
  return { figure: theirs === undefined ? format(figure) : `${format(figure)}x`, met };
}

function describe(floor) {
  return floor.of === undefined ? textOf(floor) : `${floor.of}: ${textOf(floor)}`;
}

function textOf(floor) {
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

function throughputRatio(mine, theirs) {
  return medianRatio(series(theirs, 'nsPerOp'), series(mine, 'nsPerOp'));
}

function series(result, key) {
  return result.samples.map((sample) => sample[key]);
}

function format(number) {
  if (Math.abs(number) >= 100) return number.toFixed(0);
  return number.toFixed(2);
}
