// Real system calls that fail, are short or are slow, by strace's injection, in a separate program.
import { spawn, spawnSync } from 'node:child_process';

import { skip } from './skip.js';
import { type Ending, endOf, root } from './temp.js';

let works: boolean | undefined;

/** Skips a test, with the reason, if strace is missing or not permitted to trace. */
export function needsStrace(context: Mocha.Context): void {
  works ??= spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', 'true']).status === 0;
  if (!works) skip(context, 'no strace that may trace');
}

/** Runs an ES module and writes the system calls of the kinds `calls` to `log`, all threads' in one order. */
export function runTraced(code: string, calls: string, log: string): Promise<Ending> {
  const args = ['-f', '-qq', '-o', log, '-e', `trace=${calls}`, '-e', 'signal=none'];
  args.push(process.execPath, '--input-type=module', '-e', code);
  return endOf(spawn('strace', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] }));
}

/**
 * Runs an ES module under injected faults.
 * @param injections strace's `inject=` values, such as `fsync:error=EIO:when=1`; counted in each thread, so there is one
 * @param paths only calls on these paths count
 */
export function runInjected(
  code: string,
  injections: string[],
  paths: string[],
  env: NodeJS.ProcessEnv,
): Promise<Ending> {
  const calls = injections.map((each) => each.split(':')[0]);
  const args = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${calls.join(',')}`];
  for (const each of paths) args.push('-P', each);
  for (const each of injections) args.push('-e', `inject=${each}`);
  args.push(process.execPath, '--input-type=module', '-e', code);
  const child = spawn('strace', args, {
    cwd: root,
    env: { ...process.env, UV_THREADPOOL_SIZE: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return endOf(child);
}
