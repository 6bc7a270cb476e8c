// Runs one program and keeps what it said: quiet when all is well, everything shown when it is not.
import { spawn } from 'node:child_process';
import { root } from './root.mjs';

/** A failure whose message already tells the reader what to do: printed without a stack. */
export class SetupError extends Error {}

/**
 * Resolves to { code, output }; code is 127 where the program does not exist. Never rejects. With a `timeout` (ms) the
 * program gets a process group of its own, which is killed as a whole: children that it forked would keep the pipes.
 * `heard` gets what the program prints on its standard output as it comes.
 */
export function run(
  command,
  args,
  { cwd = root, env = process.env, shell = false, input, timeout, heard = () => {} } = {},
) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      shell,
      stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      detached: timeout !== undefined,
    });
    const chunks = [];
    let ending = '';
    const killer =
      timeout &&
      setTimeout(() => {
        ending = `\nkilled: not done after ${timeout / 1000} s`;
        process.kill(-child.pid, 'SIGKILL');
      }, timeout);
    child.stdout.on('data', (chunk) => {
      chunks.push(chunk);
      heard(chunk.toString());
    });
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => {
      clearTimeout(killer);
      resolve({ code: 127, output: error.message });
    });
    child.on('close', (code, signal) => {
      clearTimeout(killer);
      if (signal && !ending) ending = `\nended by ${signal}`;
      resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() + ending });
    });
    if (input) child.stdin.end(input);
  });
}

/** Runs a script of node_modules with this very Node. */
export const runNode = (script, args, options) => run(process.execPath, [script, ...args], options);

/** True where `command --version` answers. */
export async function exists(command) {
  return (await run(command, ['--version'])).code === 0;
}

/**
 * Prints one line per step with its time: `  addon .......... built (4.1 s)`. `work` may call `say` with how far it is, which a
 * terminal shows.
 */
export async function step(name, work) {
  const started = performance.now();
  const label = `  ${name} `.padEnd(20, '.');
  const live = process.stdout.isTTY;
  if (live) process.stdout.write(`${label} working`);
  const rewind = live ? '\r\x1b[K' : '';
  try {
    const said = await work((text) => {
      if (live) process.stdout.write(`${rewind}${label} ${text}`);
    });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(`${rewind}${label} ${said} (${seconds} s)\n`);
  } catch (error) {
    process.stdout.write(`${rewind}${label} failed\n`);
    throw error;
  }
}
