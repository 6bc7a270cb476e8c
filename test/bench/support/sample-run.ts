// A run of the benchmark as --json writes it, with one workload of each kind.
import type { Figures, Measured, Round, Run } from '../../../bench/harness/types.ts';

const curve = [1, 2, 4, 5, 9, 12, 30, 80, 90];

function figures(
  contender: string,
  kind: Figures['kind'],
  nsPerOp: number,
  extra: Partial<Figures> = {},
): Figures {
  const round: Round = { nsPerOp, operations: 10, cpuUs: 1, p50: 1, p99: 9, values: {}, curve };
  const ratio = 10_000 / nsPerOp;
  return {
    ...{ contender, title: contender, kind, nsPerOp, cpuUs: 1, p50: 1, p99: 9, values: {}, curve, ratio },
    ratioInterval: { low: ratio * 0.9, high: ratio * 1.1, confidence: 0.95 },
    samples: [round, round],
    ...extra,
  };
}

function workload(name: string, results: Figures[], extra: Partial<Measured> = {}): Measured {
  return {
    name,
    title: `Workload ${name}`,
    issue: 17,
    inline: true,
    results,
    floors: [],
    absent: [],
    ...extra,
  };
}

const scaled = (group: string, value: number): Measured =>
  workload(
    `scaling-${group}-${value}`,
    [figures('uvfiles', 'ours', 1000 + value), figures('fs-promises', 'peer', 10_000)],
    {
      title: `Reads: ${value} things`,
      scaling: { group, of: 'things', value },
    },
  );

const timeline = [1, 4, 2, 8];
const served = (contender: string, kind: Figures['kind'], nsPerOp: number): Figures => {
  const made = figures(contender, kind, nsPerOp);
  return { ...made, ratio: NaN, samples: made.samples.map((round) => ({ ...round, timeline })) };
};

export const sampleRun: Run = {
  machine: {
    ...{
      date: '2026-01-02 03:04',
      runtime: 'Node v20',
      v8: '11',
      uv: '1.46',
      kernel: 'Linux 6',
      fileSystem: 'ext4',
    },
    ...{ cores: 2, cpu: 'a </script> & "cpu"', poolSize: 4 },
  },
  versions: ['uvfiles 0.1.0', 'piscina 5.3.2'],
  measured: [
    workload(
      'inline-read-4k-1',
      [
        figures('uvfiles', 'ours', 500),
        figures('fs-promises', 'peer', 10_000),
        figures('fs-callback', 'peer', 8000),
        figures('piscina', 'peer', 40_000),
        figures('shared-ring', 'peer', 5000),
        figures('bun', 'peer', 4000),
        figures('fs-sync', 'limit', 400),
      ],
      {
        floors: [{ text: 'at least 8x', figure: '20x', met: true }],
        absent: [{ contender: 'deno', reason: 'not installed' }],
      },
    ),
    workload('remove-tree', [figures('uvfiles', 'ours', 20_000), figures('fs-promises', 'peer', 10_000)], {
      floors: [{ text: 'at least 2x', figure: '0.5x', met: false, reason: 'the disk discards' }],
      othersBusy: 0.4,
    }),
    workload('server', [served('uvfiles', 'ours', 1e6), served('fs-promises', 'peer', 1e6)]),
    workload('server-bulk', [served('uvfiles', 'ours', 1e6), served('fs-promises', 'peer', 1e6)]),
    workload('cold-1', [], { skipped: 'no page cache' }),
    ...[1, 64].map((value) => scaled('in-flight', value)),
    ...[0, 200].map((value) => scaled('mounts', value)),
  ],
};
