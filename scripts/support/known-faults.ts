// Faults of core/ that the simulation found once. Each is put back by a change of the source, and has to be found again.

export interface KnownFault {
  /** What went wrong. */
  readonly title: string;
  readonly source: string;
  /** What is replaced in the source. Each is there once. */
  readonly changes: readonly (readonly [from: RegExp, to: string])[];
  /** What the simulation reports. */
  readonly finding: RegExp;
}

export const KNOWN_FAULTS: readonly KnownFault[] = [
  {
    title: 'Close() discards what is done before it looks for a helper, which ends in between',
    source: 'dispatcher',
    changes: [
      [/(?= {2}bool ended = jobs_in_libuv_ == 0;\n)/, '  DiscardWaiting();\n'],
      [/ {2}DiscardWaiting\(\); {2}\/\/ after that check.*\n/, ''],
    ],
    finding: /has no end when all is closed/,
  },
  {
    title: 'a helper counts against the limit of the pool',
    source: 'dispatcher_jobs',
    changes: [[/ \+ helpers_\.load\(std::memory_order_relaxed\);\n\}/, ';\n}']],
    finding: /nothing happens to operation/,
  },
  {
    title: 'a loop is watched where no job can be added',
    source: 'dispatcher_jobs',
    changes: [[/ {2}held_back_ = false;\n/, '']],
    finding: /runs forever/,
  },
  {
    title: 'Cancel() does not wait for the push of an operation that the poller has called ready',
    source: 'dispatcher',
    changes: [[/ {4}if \(operation->poll\) parking_\.AwaitPush\(\);\n/, '']],
    finding: /aborted stays in the queue/,
  },
  {
    title: 'nobody watches a batch whose operations may be taken back',
    source: 'dispatcher_jobs',
    changes: [[/WakeIn\(&batch_watchdog_, kWatchBatchesNs\);/, 'return;']],
    finding: /nothing happens to operation \d+ any more, in state [256]/,
  },
  {
    title: 'what a job did before an operation that hangs is not delivered',
    source: 'drain',
    changes: [[/ {4}for \(int i = 0; i < batch->first; i\+\+\) Settle.*\n/, '    batch->first = 0;\n']],
    finding: /nothing happens to operation \d+ any more, in state 5/,
  },
  {
    title: 'the loop is not told of what a recall delivers',
    source: 'drain',
    changes: [[/ {4}if \(!completions_\.empty\(\)\) completions_\.Announce\(\);\n/, '']],
    finding: /the loop was not told|nothing happens to operation/,
  },
];

/**
 * The source with the fault in it.
 * @throws Error where a text that is to be replaced is not there, or there twice
 */
export function withFault(source: string, { title, changes }: KnownFault): string {
  let faulty = source;
  for (const [from, to] of changes) {
    const count = faulty.match(new RegExp(from, 'g'))?.length ?? 0;
    if (count !== 1) throw new Error(`cannot put back "${title}": ${from.source} is there ${count} times`);
    faulty = faulty.replace(from, to);
  }
  return faulty;
}
