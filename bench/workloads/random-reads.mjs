// Cached 4 KiB reads at random positions of one open file, through the pool: the figure that servers feel most.
import { drive, runOnce } from '../harness/drive.mjs';
import { checkPattern } from '../harness/fixtures.mjs';
import { randomPositions } from '../harness/subjects.mjs';

const size = 4096;

/** A workload of cached random reads; the inline-path figures use it as well. */
export function randomReads({
  inFlight,
  bytes = size,
  fileSize = 64 << 20,
  quickFileSize = 4 << 20,
  ...rest
}) {
  return {
    capability: 'randomReader',
    baseline: 'fs-promises',
    requires: ['open'],
    fixture: ({ fixtures, quick }) => {
      const length = quick ? quickFileSize : fileSize;
      return {
        path: fixtures.patterned(length),
        size: bytes,
        slots: inFlight,
        positions: randomPositions(length, bytes),
      };
    },
    measure: (subject, params, total) => drive(subject, total, inFlight),
    verify: verifyReads,
    ...rest,
  };
}

/** Reads at sixteen of the positions and looks at every byte. */
export async function verifyReads(subject, { size: bytes, positions, slots }) {
  if (subject.style === 'whole') return;
  for (let count = 0; count < 16; count++) {
    const index = Math.floor(Math.random() * positions.length);
    const slot = count % slots;
    const result = await runOnce(subject, index, slot);
    checkPattern(subject.bytesOf(result, slot), positions[index], bytes);
  }
}

const throughPool = ({ inFlight, floors }) =>
  randomReads({
    name: `read-4k-${inFlight}`,
    title: `Cached 4 KiB random reads through the pool, ${inFlight} in flight`,
    issue: 2,
    order: inFlight === 512 ? 10 : inFlight === 64 ? 11 : 12,
    inFlight,
    contenders: ['fs-promises', 'fs-callback', 'piscina', 'workerpool', 'bare-uv', 'bare-uv-callback'],
    floors: [...floors, { aheadOfPeers: true }],
  });

export default [
  throughPool({
    inFlight: 512,
    floors: [
      { over: 'fs-promises', atLeast: 4 },
      { over: 'bare-uv', timeAtMost: 1.1 },
      { over: 'bare-uv-callback', timeAtMost: 1.1 },
    ],
  }),
  throughPool({ inFlight: 64, floors: [{ over: 'fs-promises', atLeast: 2.5 }] }),
  throughPool({ inFlight: 1, floors: [{ over: 'fs-promises', atLeast: 1 }] }),
];
