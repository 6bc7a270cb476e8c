// Uploads that are unfinished when the process exits. Asynchronous code does not run in it any more. So a separate thread makes the
// requests that abort them, and the process waits for this thread.
import { Worker } from 'node:worker_threads';

import type { PreparedRequest } from './object-store.js';

/** How long the process waits for all of them together, in milliseconds. */
const LONGEST_WAIT = 3000;

/**
 * The thread's program. A part that was in flight when the process ended can arrive after its upload has been aborted.
 * So each request is repeated until the server reports that the upload does not exist.
 */
const PROGRAM = `
const { workerData: { requests, done } } = require('node:worker_threads');
const send = ({ protocol, ...options }, tries) => new Promise((resolve) => {
  const request = require('node:' + protocol.slice(0, -1)).request({ ...options, agent: false }, (answer) => {
    answer.resume().once('close', () => resolve(answer.statusCode));
  });
  request.once('error', () => resolve(500));
  request.end();
}).then((status) => {
  if (status === 404 || status === 403 || tries === 1) return;
  return new Promise((resolve) => setTimeout(resolve, 50)).then(() => send({ protocol, ...options }, tries - 1));
});
Promise.all(requests.map((request) => send(request, 4))).then(() => {
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
});
`;

/** Sends requests without a body, and returns when all have been answered, or after three seconds. */
function sendBeforeExit(requests: readonly PreparedRequest[]): void {
  const done = new Int32Array(new SharedArrayBuffer(4));
  try {
    const workerData = { requests, done };
    const options = { eval: true, execArgv: [], env: {}, stdout: true, stderr: true, workerData };
    new Worker(PROGRAM, options).on('error', () => undefined);
    Atomics.wait(done, 0, 0, LONGEST_WAIT);
  } catch {
    // Threads are not available, for example under --permission. The bucket's lifecycle rule has to remove the uploads.
  }
}

/** What can be done about an unfinished upload. */
export interface Unfinished {
  /** Aborts it, as long as the process can still wait. */
  abort(): Promise<void>;
  /** Ends the requests in flight, and returns the one that aborts the upload; undefined if there is none. */
  abandon(): PreparedRequest | undefined;
}

const unfinished = new Set<Unfinished>();

// Runs when the process has no more work.
function abortAll(): void {
  for (const upload of unfinished) void upload.abort();
}

// Runs after process.exit and an uncaught exception.
function abandonAll(): void {
  const requests = [...unfinished].map((upload) => upload.abandon()).filter((each) => each !== undefined);
  unfinished.clear();
  if (requests.length > 0) sendBeforeExit(requests);
}

/** Makes sure that an upload is aborted when the process exits. A signal without a listener leaves no time for this. */
export function abortAtExit(upload: Unfinished): void {
  if (unfinished.size === 0) process.on('beforeExit', abortAll).on('exit', abandonAll);
  unfinished.add(upload);
}

/** Removes an upload that has ended from the list. */
export function hasEnded(upload: Unfinished): void {
  if (unfinished.delete(upload) && unfinished.size === 0)
    process.off('beforeExit', abortAll).off('exit', abandonAll);
}
