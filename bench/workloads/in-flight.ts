// Cached calls with different numbers in flight: the default should be at least as fast as both the pool alone and the
// inline path alone.
import { drive, runOnce } from '../harness/drive.js';
import { setInline, uvfiles } from '../harness/library.js';
import { randomPositions } from '../harness/subjects.js';
import ours from '../contenders/uvfiles.js';
import { poolOnly } from '../contenders/uvfiles-pooled.js';
import type { Subject as AnySubject, Contender, Context, Floor, Workload } from '../harness/types.js';

const counts = [1, 8, 64, 512] as const;
const settings: Readonly<Record<string, () => void>> = {
  'uvfiles-pooled': poolOnly,
  'uvfiles-unrationed': () => uvfiles().configure({ inline: { budgetMicros: 1e9, share: false } }),
};

type Subject = AnySubject & { configure?: () => void };

const namesBeside = (inFlight: number) => [
  ...['fs-promises', ...Object.keys(settings)],
  ...(inFlight < 64 ? [] : ['bun']),
];
type Make = (of: Contender, context: Context, slots: number) => unknown;

const loopThread = 'the loop thread is what limits cached calls (docs/benchmarks.md)';

// 1.1 is the goal of issue 16 for more than one call in flight. A single caller has nothing to share.
const floors = (inFlight: number, times: number): Floor[] => [
  { over: 'uvfiles-pooled', atLeast: inFlight === 1 ? 1 : 1.1, reason: loopThread },
  { over: 'uvfiles-unrationed', atLeast: inFlight === 1 ? 0.9 : 1.1, reason: loopThread },
  { over: 'fs-promises', atLeast: times, reason: loopThread },
  ...(inFlight < 64
    ? []
    : [
        { over: 'bun', atLeast: 1.5, reason: 'Bun makes its promises without Node-API (docs/benchmarks.md)' },
      ]),
];

// With eight in flight, the threads of fs.promises copy at the same time, and the loop thread copies alone.
const largeFloors = (inFlight: number, times: number): Floor[] => [
  { over: 'uvfiles-pooled', cpuAtMost: 0.7 },
  inFlight === 1 ? { over: 'fs-promises', atLeast: times } : { over: 'fs-promises', cpuAtMost: 1 },
];

/** The same call with each count in flight. */
const inFlight = (
  name: string,
  title: string,
  times: number,
  make: Make,
  of: readonly number[] = counts,
  floorsAt = floors,
): Workload<never, object, Subject>[] =>
  of.map((count, index) => ({
    name: `in-flight-${name}-${count}`,
    title: `${title}, cached, ${count} in flight`,
    issue: 16,
    order: 400 + index,
    inline: true,
    baseline: 'fs-promises',
    requires: ['open', 'configure'],
    contenders: namesBeside(count),
    fixture: (context) => context,
    async start(contender, context) {
      const configure = settings[contender.name];
      const of = configure === undefined ? contender : ours;
      const subject = (await make(of, context as Context, count)) as Subject;
      return configure === undefined ? subject : { ...subject, configure };
    },
    async measure(subject, _params, total) {
      setInline(true);
      subject.configure?.();
      const sample = await drive(subject, total, count);
      setInline(true);
      return sample;
    },
    async verify(subject) {
      if (subject.style !== 'whole') await runOnce(subject, 0, 0);
    },
    floors: floorsAt(count, times),
  }));

const reads =
  (size: number): Make =>
  (of, { fixtures, quick }, slots) => {
    const length = quick ? 4 << 20 : 64 << 20;
    const path = fixtures.patterned(length);
    return of.randomReader?.({ path, size, slots, positions: randomPositions(length, size) });
  };

const smallFiles = ({ fixtures, quick }: Context): { paths: string[] } =>
  fixtures.smallFiles(quick ? 20 : 256, 4096);

export default [
  ...inFlight('read-4k', '4 KiB reads', 2, reads(4096)),
  ...inFlight('read-64k', '64 KiB reads', 1.5, reads(65_536)),
  ...inFlight('read-1m', '1 MiB reads', 1.2, reads(1 << 20), [1, 8], largeFloors),
  ...inFlight('whole-4k', 'Whole 4 KiB files', 2, (of, context) => of.wholeReader?.(smallFiles(context))),
  ...inFlight('stat', 'stat', 2, (of, context) => of.stater?.(smallFiles(context))),
];
