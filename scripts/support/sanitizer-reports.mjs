// Picks out of a sanitizer's log what is the addon's doing: every error, and those leaks and races that pass through
// our own code. Node keeps memory at exit by design, and LeakSanitizer does not scan V8's heap for pointers.

const OURS = /src-native|uvfiles/;

/** The records of one log file that must be mended, as text. */
export function ownReports(log) {
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
    .filter((record) => /^(Direct|Indirect) leak of/.test(record) && OURS.test(record));
}
