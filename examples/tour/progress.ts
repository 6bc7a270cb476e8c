// One line that shows what the tour is doing: rewritten in place on a terminal, printed once per step elsewhere.

/** A progress line on stderr. `say` shows a text, and `clear` removes it. */
export function progressLine(stream = process.stderr): { say(text: string): void; clear(): void } {
  let previous = '';
  return {
    say(text) {
      const [step = text] = text.split(':');
      if (stream.isTTY) stream.write(`\r\x1b[K${text}`);
      // Without a terminal, only the step is shown, not its progress.
      else if (step !== previous) stream.write(`${step}\n`);
      previous = step;
    },
    clear() {
      if (stream.isTTY) stream.write('\r\x1b[K');
    },
  };
}
