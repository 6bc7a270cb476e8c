// Shared by the tests of temporary files: scratch directories, programs in separate processes, other users.
import { expect } from 'chai';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { skip } from './skip.js';

export const root = path.dirname(createRequire(import.meta.url).resolve('uvfiles/package.json'));
export const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;

/** A directory that exists for the tests of one suite, and is empty before each. */
export function scratchDirectory(): { readonly path: string; list: () => string[] } {
  let scratch = '';
  beforeEach(() => {
    scratch = mkdtempSync(path.join(tmpdir(), 'uvfiles-test-'));
    chmodSync(scratch, 0o777);
  });
  afterEach(() => {
    // Directories that a test has locked are unlocked by coreutils, not by the code under test.
    spawnSync('chmod', ['-R', 'u+rwx', scratch]);
    rmSync(scratch, { recursive: true, force: true });
  });
  return {
    get path() {
      return scratch;
    },
    list: () => readdirSync(scratch),
  };
}

/** How a program ended. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

interface ProgramOptions {
  env?: NodeJS.ProcessEnv;
  /** The arguments of Node, and those of the program. */
  args?: string[];
  argv?: string[];
  /** Arguments of the shell's ulimit, such as `-n 64`. */
  limits?: string;
  /** A shell command that runs first, such as `trap '' HUP`. */
  prelude?: string;
  /** Runs it as a user to whom permission checks apply. */
  unprivileged?: boolean;
  /** Called with each line the program prints. */
  onLine?: (line: string, child: ChildProcess) => void;
}

/** Runs an ES module, which can import `uvfiles`, in a separate process. */
export function runProgram(code: string, o: ProgramOptions = {}): Promise<Ending> {
  const child = startProgram(code, o);
  return endOf(child, o.onLine);
}

export function startProgram(code: string, o: ProgramOptions = {}): ChildProcess {
  const command = [process.execPath, ...(o.args ?? []), '--input-type=module', '-e', code, ...(o.argv ?? [])];
  const prelude = o.prelude ?? (o.limits === undefined ? undefined : `ulimit ${o.limits}`);
  if (prelude !== undefined) command.unshift('sh', '-c', `${prelude} && exec "$@"`, 'sh');
  return spawn(command[0] as string, command.slice(1), {
    cwd: root,
    env: { ...process.env, ...o.env },
    stdio: [o.onLine === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(o.unprivileged === true && isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
  });
}

export function endOf(child: ChildProcess, onLine?: ProgramOptions['onLine']): Promise<Ending> {
  let stdout = '';
  let stderr = '';
  let seen = 0;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (let end = stdout.indexOf('\n', seen); end >= 0; end = stdout.indexOf('\n', seen)) {
      onLine?.(stdout.slice(seen, end), child);
      seen = end + 1;
    }
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Skips a test that needs root, with the reason. */
export function needsRoot(context: Mocha.Context): void {
  if (!isRoot) skip(context, 'needs root, to act as two users or to mount');
}

/** Makes `directory` a disk of 128 KiB, which the test unmounts; skips where that is not allowed, with the reason. */
export function mountSmallDisk(context: Mocha.Context, directory: string): void {
  needsRoot(context);
  mkdirSync(directory);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', directory]).status === 0) return;
  skip(context, 'may not mount a tmpfs');
}

/** Skips a test on Windows, which lacks what it is about, with the reason. */
function lacksOnWindows(context: Mocha.Context, reason: string): void {
  if (process.platform === 'win32') skip(context, reason);
}

/** Skips a test of signals, with the reason, if a signal ends a program without running anything. */
export function needsSignals(context: Mocha.Context): void {
  lacksOnWindows(context, 'Windows has no signals: kill() ends a program, which runs nothing more');
}

/** Skips a test of permission bits, with the reason, if there is only one. */
export function needsModes(context: Mocha.Context): void {
  lacksOnWindows(context, "Windows' modes know the owner's right to write only");
}

/** Whether a spooled file is still in memory, according to all of its properties. */
export function unrolled(file: { readonly name: unknown; fileno(): number }): boolean {
  if (file.name !== null) return false;
  expect(() => file.fileno())
    .to.throw()
    .with.property('code', 'ERR_UNSUPPORTED_OPERATION');
  return true;
}

/** The error that `promise` rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<NodeJS.ErrnoException> {
  try {
    await promise;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
  throw new Error('expected a rejection');
}
