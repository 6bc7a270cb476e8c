// A child process that handles several requests: a server, or a load generator.
import { fork, type ChildProcess } from 'node:child_process';

type Request = readonly [id: number, name: string, argument: unknown];
type Answer = readonly [id: number, error: string | undefined, value: unknown];

export interface Service {
  /** Calls one of the functions that the child serves; rejects with what it throws, or when the child ends. */
  ask<T>(name: string, argument?: unknown): Promise<T>;
  /** Ends the child. */
  stop(): Promise<void>;
}

/**
 * Forks a script of bench/support, under the same loader of TypeScript. The script calls `serve`.
 * @param wrapper a program that runs the command behind it, with its own arguments, such as `unshare -m`
 */
export function startService(
  script: string,
  {
    env = {},
    execArgv = [],
    wrapper = [],
  }: { env?: NodeJS.ProcessEnv; execArgv?: readonly string[]; wrapper?: readonly string[] } = {},
): Service {
  const [program, ...args] = [...wrapper, process.execPath];
  const child = fork(new URL(`../support/${script}`, import.meta.url), {
    execPath: program,
    execArgv: [...args, ...process.execArgv, ...execArgv],
    env: { ...process.env, ...env },
  });
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let last = 0;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      for (const { reject } of waiting.values())
        reject(new Error(`${script} ended with ${signal ?? code} and no answer`));
      resolve();
    });
  });
  child.on('message', ([id, error, value]: Answer) => {
    const request = waiting.get(id);
    waiting.delete(id);
    if (error === undefined || error === null) request?.resolve(value as never);
    else request?.reject(new Error(`in ${script}: ${error}`));
  });
  const atExit = () => void child.kill('SIGKILL');
  process.once('exit', atExit);
  return {
    ask: (name, argument) =>
      new Promise((resolve, reject) => {
        waiting.set(++last, { resolve, reject });
        send(child, [last, name, argument]);
      }),
    async stop() {
      process.removeListener('exit', atExit);
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** The child's side: handles requests by name until the parent ends it. */
export function serve(functions: Record<string, (argument: never) => unknown>): void {
  process.on('message', ([id, name, argument]: Request) => {
    void answerTo(() => functions[name]!(argument as never)).then(([error, value]) => {
      process.send?.([id, error, value] satisfies Answer);
    });
  });
  process.once('disconnect', () => process.exit());
}

async function answerTo(work: () => unknown): Promise<[error: string | undefined, value: unknown]> {
  try {
    return [undefined, await work()];
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error), undefined];
  }
}

function send(child: ChildProcess, request: Request): void {
  child.send(request);
}
