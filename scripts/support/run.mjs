// @ts-check (plain JavaScript, because it runs before the packages are installed)
// Runs one program and keeps its output, which is shown only when something is wrong.
import { spawn } from 'node:child_process';
import { root } from './root.mjs';

/** A failure whose message already tells the reader what to do: printed without a stack. */
export class SetupError extends Error {}

/**
 * @typedef {object} RunOptions
 * @property {string | undefined} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {boolean} [shell]
 * @property {string} [input] what the program reads from its standard input
 * @property {number} [timeout] milliseconds. The program gets a process group of its own, which is killed as a whole: children that
 * it forked would keep the pipes.
 * @property {((text: string) => void) | undefined} [heard] gets what the program prints on its standard output as it comes
 *
 * @typedef {object} Outcome
 * @property {number} code 127 where the program does not exist
 * @property {string} output both streams
 */

/**
 * Runs a program to its end. Never rejects.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Outcome>}
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
    /** @type {Buffer[]} */
    const chunks = [];
    let ending = '';
    const kill = () => {
      ending = `\nkilled: not done after ${Number(timeout) / 1000} s`;
      process.kill(-Number(child.pid), 'SIGKILL');
    };
    const killer = timeout === undefined ? undefined : setTimeout(kill, timeout);
    child.stdout?.on('data', (chunk) => {
      chunks.push(chunk);
      heard(chunk.toString());
    });
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => {
      clearTimeout(killer);
      resolve({ code: 127, output: error.message });
    });
    child.on('close', (code, signal) => {
      clearTimeout(killer);
      if (signal && !ending) ending = `\nended by ${signal}`;
      resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() + ending });
    });
    if (input) child.stdin?.end(input);
  });
}

/**
 * Runs a script of node_modules with this very Node.
 * @param {string} script
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export const runNode = (script, args, options) => run(process.execPath, [script, ...args], options);

/**
 * Whether `command --version` succeeds.
 * @param {string} command
 */
export async function exists(command) {
  return (await run(command, ['--version'])).code === 0;
}

/**
 * Prints one line per step with its time: `  addon .......... built (4.1 s)`. `work` resolves to the text of that line. It may call
 * `say` with how far it is, which a terminal shows.
 * @param {string} name
 * @param {(say: (text: string) => void) => string | Promise<string>} work
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
