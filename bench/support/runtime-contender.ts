// A contender that is another JavaScript runtime: one process per workload, which performs its rounds on request.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { compiledWorker } from './compiled-worker.js';
import { installOnDemand, onDemandFolder, onDemandVersion } from './installed.js';
import type { RuntimeTask } from './runtime-child.js';
import type { Contender, Driven, WholeSubject } from '../harness/types.js';

interface Runtime {
  readonly name: string;
  readonly title: string;
  readonly order: number;
  /** The npm package that carries the program for this system, if there is one; its major version; where it lies in it. */
  readonly npm: string | undefined;
  readonly major: number;
  readonly program: string;
  readonly args: readonly string[];
}

export function runtimeContender(runtime: Runtime): Contender {
  const { name, title, order, npm, major } = runtime;
  const start = (task: Partial<RuntimeTask>) => startRuntime(runtime, task);
  return {
    name,
    title,
    kind: 'peer',
    order,
    version: () => npm && onDemandVersion(npm),
    whyNot: (context) =>
      npm === undefined
        ? `npm has no ${title} for ${process.platform}-${process.arch}`
        : installOnDemand(npm, major, context),
    randomReader: (params) =>
      start({ ...params, job: 'reads', positions: [...params.positions.slice(0, 1 << 12)] }),
    wholeReader: ({ paths }) => start({ job: 'files', paths, size: 4096 }),
    stater: ({ paths }) => start({ job: 'stats', paths }),
  };
}

async function startRuntime(
  { npm, program, args }: Runtime,
  task: Partial<RuntimeTask>,
): Promise<WholeSubject> {
  const script = compiledWorker('runtime-child.ts');
  const child = spawn(path.join(onDemandFolder(npm!), program), [...args, script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${String(code)}`)));
  });
  ended.catch(() => undefined);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async <T>(request: object): Promise<T> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value } = (await Promise.race([answers.next(), ended])) as { value: string };
    const answer = JSON.parse(value) as T & { error?: string };
    if (answer.error !== undefined) throw new Error(`in ${program}: ${answer.error}`);
    return answer;
  };
  await ask(task);
  return {
    style: 'whole',
    runAll: (total, inFlight) => ask<Driven>({ total, inFlight }),
    async close() {
      child.stdin.end();
      await ended.catch(() => undefined);
    },
  };
}
