// Requests that a process makes while it exits. Nothing asynchronous runs in it any more, so a thread of its own makes them,
// and the process waits for that thread.
import { Worker } from 'node:worker_threads';

import type { PreparedRequest } from './object-store.js';

/** Milliseconds that the process waits for all of them together. */
const LONGEST_WAIT = 3000;

/**
 * The thread's program. A part that was on its way when the process ended may arrive after its upload is aborted, so each
 * request is sent until the server knows nothing of the upload.
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

/** Sends requests without a body, and returns when they are answered, or after three seconds. */
export function sendBeforeExit(requests: readonly PreparedRequest[]): void {
  const done = new Int32Array(new SharedArrayBuffer(4));
  try {
    const workerData = { requests, done };
    const options = { eval: true, execArgv: [], env: {}, stdout: true, stderr: true, workerData };
    new Worker(PROGRAM, options).on('error', () => undefined);
    Atomics.wait(done, 0, 0, LONGEST_WAIT);
  } catch {
    // No threads here, such as under --permission: the bucket's lifecycle rule is left.
  }
}
