// Runs a measurement in a separate process, so that its memory, its descriptors or a hung thread cannot affect the others.
import { fork } from 'node:child_process';

interface ChildOptions {
  readonly execArgv?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

type Outcome =
  { readonly value: Record<string, number>; readonly error?: undefined } | { readonly error: string };

/**
 * Forks a script of bench/support, sends it the task and resolves to the figures that it answers with. The script
 * calls `answer(work)`; what it throws rejects here. It runs under the same loader of TypeScript.
 */
export function runChild(
  script: string,
  task: object,
  { execArgv = [], env = {} }: ChildOptions = {},
): Promise<Record<string, number>> {
  const path = new URL(`../support/${script}`, import.meta.url);
  return new Promise((resolve, reject) => {
    const child = fork(path, {
      execArgv: [...process.execArgv, ...execArgv],
      env: { ...process.env, ...env },
    });
    let result: Outcome | undefined;
    child.once('message', (message) => (result = message as Outcome));
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (result === undefined) reject(new Error(`${script} ended with ${signal ?? code} and no answer`));
      else if (result.error === undefined) resolve(result.value);
      else reject(new Error(`in a child process: ${result.error}`));
    });
    child.send(task);
  });
}

interface Work {
  // A method, so that each script can declare the type of its task.
  call(task: object): Promise<Record<string, number>>;
}

/** The child's side: performs the task that it receives, sends the outcome and ends. */
export function answer(work: Work['call']): void {
  process.once('message', (task) => {
    void outcomeOf(() => work(task as object)).then((outcome) => {
      process.send?.(outcome, () => process.exit());
    });
  });
}

async function outcomeOf(work: () => Promise<Record<string, number>>): Promise<Outcome> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
