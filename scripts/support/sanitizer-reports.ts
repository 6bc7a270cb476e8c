// Selects the reports in a sanitizer's log that the addon causes: all errors, and the leaks and races that pass through
// our own code. Node keeps memory at exit by design, and LeakSanitizer does not scan V8's heap for pointers.

const OURS = /src-native|uvfiles/;
// Code of V8 that runs JavaScript or manages its heap, even if we have called it.
const V8_ITSELF = /\bv8::internal::|\bBuiltins_/;

/** The reports of one log file that must be fixed, as text. */
export function ownReports(log: string): string[] {
  const text = log.trim();
  if (text === '') return [];
  if (!text.includes('LeakSanitizer: detected memory leaks')) {
    // TSan writes one block between rules for each race; those within Node alone are not ours. ASan ends the process at
    // its first error, which is never Node's.
    const blocks = text.split(/^={18}$/m);
    return blocks.filter(
      (block) => block.includes('ERROR:') || (block.includes('WARNING:') && OURS.test(block)),
    );
  }
  return text
    .split(/\n\n/)
    .filter((record) => /^(Direct|Indirect) leak of/.test(record) && isOurLeak(record));
}

// Allocated by us, or by Node on our behalf, but not by V8 to run code that we have called.
function isOurLeak(record: string): boolean {
  const frames = record.split('\n').slice(1);
  const first = frames.findIndex((frame) => OURS.test(frame));
  return first >= 0 && !frames.slice(0, first).some((frame) => V8_ITSELF.test(frame));
}
