// stdin, stdout and stderr as files: text in UTF-8, and the bytes below. Buffered as Python's.
import type { BinaryFile } from '../file/binary-file.js';
import type { TextFile } from '../file/text-file.js';
import { buildHandle } from '../open/build.js';
import { resolveHandle, type TextOpenOptions } from '../open/options.js';
import { isTerminal, standardFile } from './standard-file.js';

function standard(fd: number, name: string, mode: 'r' | 'w', o: TextOpenOptions): TextFile {
  const file = standardFile(fd);
  const text = buildHandle(file, name, resolveHandle(mode, o)) as TextFile;
  const io = text.buffer._io;
  file.onAdopted = (position) => (io.position = position);
  return text;
}

const LINES = 1;
const BLOCKS = -1;

/**
 * Standard input, decoded as UTF-8. Reading uses no thread. A read keeps the process alive only if it is awaited.
 * @example for await (const line of stdin.lines()) console.log(line.toUpperCase());
 */
export const stdin: TextFile = standard(0, '<stdin>', 'r', {});

/**
 * Standard output, encoded as UTF-8. A terminal is flushed at every line ending. Otherwise, the buffer is flushed when it is full,
 * by `flush`, and at exit. The buffer is separate from that of `console.log` and `process.stdout`.
 * @example await stdout.write('hello\n');
 */
export const stdout: TextFile = standard(1, '<stdout>', 'w', { buffering: isTerminal(1) ? LINES : BLOCKS });

/**
 * Standard error, encoded as UTF-8, and flushed at every line ending. Characters that cannot be encoded become escapes.
 * @example await stderr.write('usage: convert FILE\n');
 */
export const stderr: TextFile = standard(2, '<stderr>', 'w', {
  buffering: LINES,
  errors: 'backslashreplace',
});

/**
 * The bytes of standard input: `stdin.buffer`.
 * @example const input = await stdinBytes.readall();
 */
export const stdinBytes: BinaryFile = stdin.buffer;
/**
 * Standard output for bytes: `stdout.buffer`. Flushed when the buffer is full, by `flush` and at exit.
 * @example await stdoutBytes.write(image);
 */
export const stdoutBytes: BinaryFile = stdout.buffer;
/**
 * Standard error for bytes: `stderr.buffer`.
 * @example await stderrBytes.write(Buffer.from('done\n'));
 */
export const stderrBytes: BinaryFile = stderr.buffer;
