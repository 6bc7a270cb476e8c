// Modules of Node that cost more to load than the rest of the library, loaded when they are first needed.
//
// `import 'uvfiles'` loads none of them: command-line programs would pay for it at each start.
import type * as tty from 'node:tty';
import type * as workerThreads from 'node:worker_threads';

/* eslint-disable @typescript-eslint/no-require-imports -- a static import would load them */

let workers: typeof workerThreads | undefined;

/** node:worker_threads, which loads streams. */
export function builtinWorkerThreads(): typeof workerThreads {
  return (workers ??= require('node:worker_threads') as typeof workerThreads);
}

/** node:tty, which loads sockets. */
export function builtinTty(): typeof tty {
  return require('node:tty') as typeof tty;
}
