// Shared by the tests of pipes, terminals and processes: FIFOs, programs in child processes, and a check for "not yet"
// without a clock.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { createLane, readBytes } from 'uvfiles';

const require = createRequire(import.meta.url);
/** The file that a child's `require` loads the package from. */
export const packageFile = require.resolve('uvfiles');
const here = import.meta.filename;
const lane = createLane({ name: 'tests of pipes', inline: false });

let folder: string | undefined;
let count = 0;

/** The environment for programs that are not Node: without the sanitizer's runtime, which is loaded for Node's sake. */
export const plainEnvironment: NodeJS.ProcessEnv = { ...process.env, LD_PRELOAD: '' };

/** A new path in a folder that is removed when the process ends. */
export function newPath(): string {
  if (folder === undefined) {
    const made = mkdtempSync(path.join(os.tmpdir(), 'uvfiles-process-pipes-'));
    folder = made;
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  }
  return path.join(folder, String(count++));
}

let fifos: string | undefined;

/** A new FIFO, which is a real one even if the other files of tests are in memory. */
export function makeFifo(): string {
  if (fifos === undefined) {
    const { UVFILES_TEST_REAL_TMPDIR: parent = os.tmpdir() } = process.env;
    const made = mkdtempSync(path.join(parent, 'uvfiles-process-fifos-'));
    fifos = made;
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  }
  const fifo = path.join(fifos, String(count++));
  execFileSync('mkfifo', [fifo]);
  return fifo;
}

/**
 * Whether `promise` is still pending after all earlier requests have had their turn: after several trips through the
 * same queue, the pool and the event loop.
 */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  const settle = (): void => {
    pending = false;
  };
  promise.then(settle, settle);
  for (let i = 0; i < 20; i++) {
    await readBytes(here, { lane });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return pending;
}

/** How a rejected promise was rejected. */
export async function failure(
  promise: Promise<unknown>,
): Promise<NodeJS.ErrnoException & { bytesWritten?: number }> {
  return promise.then(
    () => {
      throw new Error('did not reject');
    },
    (error: unknown) => error as NodeJS.ErrnoException,
  );
}

/** How a child ended, and what it wrote. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Collects what a child writes, until it has ended. */
export function ended(child: ChildProcess): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  child.stdout?.on('data', (data: Buffer) => (said.stdout += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (said.stderr += data.toString()));
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, ...said })));
}

/** The arguments that make Node run `script`, which sees the package as `uvfiles` and may await at its top level. */
export function nodeArguments(script: string): string[] {
  const program = `
    import uvfiles from ${JSON.stringify(pathToFileURL(packageFile).href)};
    ${script}`;
  return ['--input-type=module', '-e', program];
}

/** Runs `script` in a Node of its own. Its stdin stays open until the test ends it. */
export function runNode(script: string): ChildProcess {
  return spawn(process.execPath, nodeArguments(script), { stdio: 'pipe' });
}

/** Runs `command` in a shell in which `$NODE` stands for Node with `script`: for pipes, files and closed ends. */
export function runShell(command: string, script: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
  const [, evaluate, program] = nodeArguments(script);
  return spawn('sh', ['-c', command.replaceAll('$NODE', '"$EXE" --input-type=module "$EVAL" "$PROGRAM"')], {
    stdio: 'pipe',
    env: { ...process.env, ...env, EXE: process.execPath, EVAL: evaluate, PROGRAM: program },
  });
}

/** Resolves once `child` has written `text` to its stdout. */
export function hasSaid(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (data: Buffer) => {
      said += data.toString();
      if (said.includes(text)) resolve();
    });
    child.on('close', () => reject(new Error(`ended without saying ${text}, but: ${said}`)));
  });
}
