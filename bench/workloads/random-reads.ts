// Cached 4 KiB reads at random positions of one open file, through the pool: the most important figure for servers.
import { drive, runOnce } from '../harness/drive.js';
import { checkPattern } from '../harness/fixtures.js';
import { randomPositions } from '../harness/subjects.js';
import { threadPools } from '../support/thread-pool-contender.js';
import type { Context, Floor, ReadParams, ReadSubject, Workload } from '../harness/types.js';

const size = 4096;

interface ReadsOf {
  readonly inFlight: number;
  /** Of one read. */
  readonly bytes?: number;
  readonly fileSize?: number;
  readonly quickFileSize?: number;
}

/** What contenders need to read a file at random: the file, and where to read. */
export function readParams(
  { fixtures, quick }: Context,
  { inFlight, bytes = size, fileSize = 64 << 20, quickFileSize = 4 << 20 }: ReadsOf,
): ReadParams {
  const length = quick ? quickFileSize : fileSize;
  return {
    path: fixtures.patterned(length),
    size: bytes,
    slots: inFlight,
    positions: randomPositions(length, bytes),
  };
}

/** A workload of cached random reads; the inline-path figures use it as well. */
export function randomReads({
  inFlight,
  bytes = size,
  ...rest
}: ReadsOf & Omit<Workload<'randomReader'>, 'measure'>): Workload<'randomReader'> {
  return {
    capability: 'randomReader',
    baseline: 'fs-promises',
    requires: ['open'],
    fixture: (context) => readParams(context, { inFlight, bytes }),
    measure: (subject, _params, total) => drive(subject, total, inFlight),
    verify: verifyReads,
    ...rest,
  };
}

/** Reads at sixteen of the positions and checks every byte. */
export async function verifyReads(
  subject: ReadSubject,
  { size: bytes, positions, slots }: ReadParams,
): Promise<void> {
  if (subject.style === 'whole') return;
  for (let count = 0; count < 16; count++) {
    const index = Math.floor(Math.random() * positions.length);
    const slot = count % slots;
    const result = await runOnce(subject, index, slot);
    checkPattern(subject.bytesOf(result, slot), positions[index]!, bytes);
  }
}

const throughPool = ({ inFlight, floors }: { inFlight: number; floors: readonly Floor[] }) =>
  randomReads({
    name: `read-4k-${inFlight}`,
    title: `Cached 4 KiB random reads through the pool, ${inFlight} in flight`,
    issue: 2,
    order: inFlight === 512 ? 10 : inFlight === 64 ? 11 : 12,
    inFlight,
    contenders: ['fs-promises', 'fs-callback', ...threadPools, 'bun', 'deno', 'bare-uv', 'bare-uv-callback'],
    floors: [
      ...floors,
      { aheadOfPeers: true, reason: 'Bun makes its promises without Node-API (docs/benchmarks.md)' },
    ],
  });

const perRead = 'each read has a promise and a call into JavaScript (docs/benchmarks.md)';

export default [
  throughPool({
    inFlight: 512,
    floors: [
      { over: 'fs-promises', atLeast: 4 },
      { over: 'bare-uv', timeAtMost: 1.1, reason: perRead },
      { over: 'bare-uv-callback', timeAtMost: 1.1, reason: perRead },
    ],
  }),
  throughPool({ inFlight: 64, floors: [{ over: 'fs-promises', atLeast: 2.5 }] }),
  throughPool({ inFlight: 1, floors: [{ over: 'fs-promises', atLeast: 1 }] }),
];
