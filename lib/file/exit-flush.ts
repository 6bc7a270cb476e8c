// When the process or a worker ends normally, buffered bytes that were acknowledged are written.
//
// At normal exit, process.exit() and an uncaught exception, Node emits 'exit', whose listeners can only work
// synchronously.
import { setTimeout } from 'node:timers';

interface Flushable {
  flushNow(): void;
}

/** How long the listener stays after the last buffer has been written, because buffers are filled again and again. */
const RELEASE_MS = 1_000;

let installed = false;
let releasing = false;

// The listener keeps its realm (such as a context of Jest) alive. So it is removed when there is nothing to write.
function release(): void {
  releasing = false;
  if (waiting.size > 0) return;
  installed = false;
  process.off('exit', flushAllNow);
}

function flushAllNow(): void {
  for (const buffer of waiting.values()) {
    try {
      buffer.flushNow();
    } catch (error) {
      // The program cannot catch this error any more, but bytes must not be lost silently.
      process.exitCode ||= 1;
      process._rawDebug?.(`uvfiles: bytes could not be flushed at exit: ${String(error)}`);
    }
  }
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace NodeJS {
    interface Process {
      /** Node's own synchronous print to stderr, safe while the process ends. */
      _rawDebug?(text: string): void;
    }
  }
}

const waiting = new Map<object, Flushable>();

/** The open files whose buffer holds bytes to write. A file is removed before its descriptor is closed, by any layer. */
export const dirty = {
  add(file: object, buffer: Flushable): void {
    if (!installed) {
      installed = true;
      process.on('exit', flushAllNow);
    }
    waiting.set(file, buffer);
  },
  delete(file: object): void {
    if (!waiting.delete(file) || waiting.size > 0 || releasing) return;
    releasing = true;
    setTimeout(release, RELEASE_MS).unref();
  },
};
