// A Python process that answers questions, one JSON line each, in order; any number may be under way.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const interpreter = '/usr/bin/python3';

/** Whether there is a Python to compare with. */
export function havePython(): boolean {
  return existsSync(interpreter);
}

export class Python {
  readonly #process = spawn(
    interpreter,
    ['-B', '-W', 'ignore', fileURLToPath(new URL('driver.py', import.meta.url))],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
    },
  );
  readonly #waiting: { resolve: (answer: any) => void; reject: (error: Error) => void }[] = [];

  constructor() {
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      this.#waiting.shift()!.resolve(JSON.parse(line));
    });
    this.#process.on('exit', (code) => {
      for (const { reject } of this.#waiting) reject(new Error(`python ended with code ${code}`));
    });
  }

  /** The answer to one question. Its form is that of the question's `op`: see driver.py. */
  ask<Answer>(request: { readonly op: string }): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    });
  }

  end(): void {
    this.#process.stdin.end();
  }
}
