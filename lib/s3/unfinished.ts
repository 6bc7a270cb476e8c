// Uploads that nobody has ended when the process runs out of work. `process.exit` and signals leave no time for a
// request; docs/s3.md says what to do about those.

const unfinished = new Set<() => Promise<void>>();

function endAll(): void {
  for (const end of unfinished) void end();
}

/** Has `abort` called before the process exits by itself. */
export function abortBeforeExit(abort: () => Promise<void>): void {
  if (unfinished.size === 0) process.on('beforeExit', endAll);
  unfinished.add(abort);
}

/** Takes `abort` back: its upload has ended. */
export function endedInTime(abort: () => Promise<void>): void {
  if (unfinished.delete(abort) && unfinished.size === 0) process.off('beforeExit', endAll);
}
