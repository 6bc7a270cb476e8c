// One line that says what the tour is doing: rewritten in place on a terminal, printed once a step elsewhere.

/** A progress line on stderr; `say` shows a text, `clear` takes it away. */
export function progressLine(stream = process.stderr) {
  let previous = '';
  return {
    say(text) {
      if (stream.isTTY) stream.write(`\r\x1b[K${text}`);
      // Without a terminal only the step is shown, not how far it is.
      else if (text.split(':')[0] !== previous) stream.write(`${(previous = text.split(':')[0])}\n`);
    },
    clear() {
      if (stream.isTTY) stream.write('\r\x1b[K');
    },
  };
}
