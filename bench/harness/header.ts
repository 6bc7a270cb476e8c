// The machine and the software that figures were measured with.
import { readFileSync, realpathSync } from 'node:fs';
import { availableParallelism, cpus, release, type } from 'node:os';

export interface Machine {
  readonly date: string;
  readonly runtime: string;
  readonly v8: string;
  readonly uv: string;
  readonly kernel: string;
  readonly fileSystem: string;
  readonly cores: number;
  readonly cpu: string;
  readonly poolSize: number;
}

/** Runtime, kernel, file system, cores and pool size as an object; `directory` is where the fixtures are. */
export function describeMachine(directory: string): Machine {
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    runtime: runtime(),
    v8: process.versions.v8 ?? 'none',
    uv: process.versions.uv ?? 'none',
    kernel: `${type()} ${release()}`,
    fileSystem: fileSystemOf(directory),
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    poolSize: poolSize(),
  };
}

/** The threads in libuv's pool of this process. */
export function poolSize(): number {
  const size = Number.parseInt(process.env.UV_THREADPOOL_SIZE ?? '4', 10);
  return size > 0 ? Math.min(size, 1024) : 1;
}

/** The description in two lines for people. */
export function headerLines(machine: Machine): string[] {
  return [
    `${machine.runtime} (V8 ${machine.v8}, uv ${machine.uv}), ${machine.kernel}, ${machine.fileSystem}`,
    `${machine.cores} cores (${machine.cpu}), UV_THREADPOOL_SIZE ${machine.poolSize}, ${machine.date} UTC`,
  ];
}

function runtime(): string {
  if (process.versions.bun) return `Bun ${process.versions.bun}`;
  if (process.versions.deno) return `Deno ${process.versions.deno}`;
  return `Node ${process.version}`;
}

function fileSystemOf(directory: string): string {
  try {
    const path = realpathSync(directory);
    const mounts = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .map(([, point = '', kind]) => ({ point, kind }));
    const best = mounts
      .filter(({ point }) => point === '/' || path === point || path.startsWith(`${point}/`))
      // The later of two mounts of the same point is the visible one, and sort is stable.
      .sort((a, b) => a.point.length - b.point.length)
      .at(-1);
    return best?.kind ?? 'unknown file system';
  } catch {
    return 'unknown file system';
  }
}
