// Bytes that were acknowledged and not yet written when the process (or a worker) ends by itself are written then.
//
// At normal exit, process.exit() and an uncaught exception Node emits 'exit', where only synchronous work is possible.

interface Flushable {
  flushNow(): void;
}

let installed = false;

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
    waiting.delete(file);
  },
};
