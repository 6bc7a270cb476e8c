// When the process or a worker ends normally, acknowledged bytes that are still buffered are written.
//
// At normal exit, process.exit() and an uncaught exception Node emits 'exit', where only synchronous work is possible.
import { setTimeout } from 'node:timers';

interface Flushable {
  flushNow(): void;
}

/** How long the listener stays when no buffer holds bytes any more: buffers are filled and written again and again. */
const RELEASE_MS = 1_000;

let installed = false;
let releasing = false;

// The listener keeps its realm (a context of Jest) alive, and so goes when there is nothing to write.
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
      // Nobody can catch it any more, but losing bytes must not be silent.
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

/** The open files whose buffer holds bytes to write. A file leaves before its descriptor is closed, whoever closes it. */
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
