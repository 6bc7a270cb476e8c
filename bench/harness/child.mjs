// Runs a measurement in a process of its own, where memory, descriptors or a hung thread must not touch the others.
import { fork } from 'node:child_process';

/**
 * Forks a script of bench/support, sends it the task and resolves to the message that it answers with. The script
 * calls `answer(work)`; what it throws rejects here.
 */
export function runChild(script, task, { execArgv = [], env = {} } = {}) {
  const path = new URL(`../support/${script}`, import.meta.url);
  return new Promise((resolve, reject) => {
    const child = fork(path, { execArgv, env: { ...process.env, ...env } });
    let result;
    child.once('message', (message) => (result = message));
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (result?.error !== undefined) reject(new Error(`in a child process: ${result.error}`));
      else if (result === undefined)
        reject(new Error(`${script} ended with ${signal ?? code} and no answer`));
      else resolve(result.value);
    });
    child.send(task);
  });
}

/** The child's side: does the work for the task that comes, sends the outcome and ends. */
export function answer(work) {
  process.once('message', async (task) => {
    let outcome;
    try {
      outcome = { value: await work(task) };
    } catch (error) {
      outcome = { error: error.stack };
    }
    process.send(outcome, () => process.exit());
  });
}
