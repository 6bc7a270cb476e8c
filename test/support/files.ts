// Shared by the tests of file objects: a folder for each suite, programs with injected faults, and errors as values.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { skip } from './skip.js';
import { type Ending, root, runProgram } from './temp.js';

export { type Ending, root, runProgram } from './temp.js';

/** A folder for the tests of one suite. */
export class Folder {
  #path = '';

  /** Makes the folder before the suite and removes it after. */
  constructor() {
    before(() => {
      this.#path = mkdtempSync(path.join(tmpdir(), 'uvfiles-files-'));
    });
    after(() => {
      rmSync(this.#path, { recursive: true, force: true });
    });
  }

  get path(): string {
    return this.#path;
  }

  at(name: string): string {
    return path.join(this.#path, name);
  }

  /** Writes a file and returns its path. */
  put(name: string, content: string | Uint8Array = ''): string {
    writeFileSync(this.at(name), content);
    return this.at(name);
  }

  get(name: string): string {
    return readFileSync(this.at(name), 'latin1');
  }

  async until(name: string): Promise<void> {
    while (!existsSync(this.at(name))) await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export interface AnyError extends Error {
  code?: string;
  errno?: number;
  syscall?: string;
  path?: string;
  bytesWritten?: number;
}

/** The error that a promise rejects with. Fails if it resolves. */
export async function rejection(promise: unknown): Promise<AnyError> {
  expect(promise, 'what was called').to.be.a('promise');
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error as AnyError;
  }
  throw new Error(`resolved to ${String(value)} where a rejection was expected`);
}

export async function codeOf(promise: unknown): Promise<string | undefined> {
  return (await rejection(promise)).code;
}

/** Converts `promise` to a value that describes its outcome, so that several can be compared together. */
export function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => value,
    (error: AnyError) => error.code ?? error.message,
  );
}

let shim: string | undefined;

/** The compiled fault injector, or undefined where it cannot be used. */
function faultShim(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64' || process.env.UVFILES_SANITIZER !== undefined)
    return undefined;
  if (shim !== undefined) return shim;
  const folder = mkdtempSync(path.join(tmpdir(), 'uvfiles-process-shim-'));
  const library = path.join(folder, 'faults.so');
  const source = path.join(root, 'test/support/faults.c');
  const { status, stderr } = spawnSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], {
    encoding: 'utf8',
  });
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  if (status === 0) return (shim = library);
  if (stderr) console.log(stderr);
  return undefined;
}

/** Skips the test, saying why, where faults cannot be injected. */
export function needsFaults(test: Mocha.Context): void {
  if (faultShim() !== undefined) return;
  skip(test, 'faults are injected with gcc and LD_PRELOAD on 64-bit Linux without a sanitizer');
}

/** `call on file: action`, as test/support/faults.c reads it. */
export function fault(
  call: string,
  match: string,
  action: string,
  o: { after?: number; times?: number } = {},
): string {
  return [call, match, o.after ?? 0, o.times ?? 1_000_000, action].join(',');
}

/**
 * Runs a program whose system calls fail as the rules say. Everything goes through the pool, which has four threads: a call that is
 * held takes one.
 */
export async function runFaulty(
  faults: string[],
  code: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Ending> {
  return runProgram(code, {
    env: {
      UVFILES_INLINE: '0',
      UV_THREADPOOL_SIZE: '4',
      LD_PRELOAD: faultShim(),
      UVFILES_FAULTS: faults.join(';'),
      ...env,
    },
  });
}

/** What a program printed as JSON in its last line. It must have ended well. */
export function answerOf(ending: Ending): unknown {
  expect(ending.stderr, 'stderr').to.equal('');
  expect(ending.code ?? ending.signal, 'exit').to.equal(0);
  return JSON.parse(ending.stdout.trimEnd().split('\n').at(-1) ?? '');
}
