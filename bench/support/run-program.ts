// Runs a system's own program and waits for it: what people compare a library's whole jobs with.
import { spawn } from 'node:child_process';

/** Resolves when the program has succeeded. Rejects with its exit code otherwise. */
export function runProgram(program: string, ...args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ended with ${String(code)}`)),
    );
  });
}
