// When the process or a worker ends normally, buffered bytes that were acknowledged are written.
//
// At normal exit, process.exit() and an uncaught exception, Node emits 'exit', whose listeners can only work
// synchronously.
import { ProcessListener } from '../process-listener.js';

interface Flushable {
  flushNow(): void;
}

function flushNow(buffer: Flushable): void {
  try {
    buffer.flushNow();
  } catch (error) {
    // The program cannot catch this error any more, but bytes must not be lost silently.
    process.exitCode ||= 1;
    process._rawDebug?.(`uvfiles: bytes could not be flushed at exit: ${String(error)}`);
  }
}

function flushAllNow(): void {
  for (const buffer of waiting.values()) flushNow(buffer);
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace NodeJS {
    interface Process {
      /** Node's own synchronous print to stderr, safe while the process ends. */
      _rawDebug?(text: string): void;
      /** Whether 'exit' has been emitted, or is about to be. */
      _exiting?: boolean;
    }
  }
}

const waiting = new Map<object, Flushable>();
// The first listener: another one may end the process.
const exit = new ProcessListener('exit', flushAllNow, true);

/** The open files whose buffer holds bytes to write. A file is removed before its descriptor is closed, by any layer. */
export const dirty = {
  /** Called when the first bytes are in the buffer. */
  add(file: object, buffer: Flushable): void {
    exit.need();
    waiting.set(file, buffer);
    // Written by another listener of 'exit'. Nothing runs after the listeners.
    if (process._exiting === true) flushNow(buffer);
  },
  delete(file: object): void {
    if (waiting.delete(file) && waiting.size === 0) exit.release();
  },
};
