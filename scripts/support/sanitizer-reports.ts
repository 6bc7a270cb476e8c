// Picks out of a sanitizer's log what is the addon's doing: every error, and those leaks and races that pass through
// our own code. Node keeps memory at exit by design, and LeakSanitizer does not scan V8's heap for pointers.

const OURS = /src-native|uvfiles/;
// What V8 does while it runs JavaScript or keeps its heap, also where we have called it.
const V8_ITSELF = /\bv8::internal::|\bBuiltins_/;

/** The records of one log file that must be mended, as text. */
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

// We have allocated it, or had Node do it for us; not V8, to run what we have called.
function isOurLeak(record: string): boolean {
  const frames = record.split('\n').slice(1);
  const first = frames.findIndex((frame) => OURS.test(frame));
  return first >= 0 && !frames.slice(0, first).some((frame) => V8_ITSELF.test(frame));
}
