// What a figure was measured on: without this a table says nothing.
import { readFileSync, realpathSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, type } from 'node:os';

/** Runtime, kernel, file system, cores and pool size as an object; `directory` is where the fixtures are. */
export function describeMachine(directory) {
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
    load: Number(loadavg()[0].toFixed(1)),
  };
}

/** The threads in libuv's pool of this process. */
export function poolSize() {
  const size = Number.parseInt(process.env.UV_THREADPOOL_SIZE ?? '4', 10);
  return size > 0 ? Math.min(size, 1024) : 1;
}

/** The description in two lines for people. */
export function headerLines(machine) {
  // Wake-ups wait for whoever else runs: then even ratios of what needs a second thread say little.
  const busy =
    machine.load > machine.cores / 2 ? ['The machine is busy: these figures are not to be quoted.'] : [];
  return [
    `${machine.runtime} (V8 ${machine.v8}, uv ${machine.uv}), ${machine.kernel}, ${machine.fileSystem}`,
    `${machine.cores} cores (${machine.cpu}), UV_THREADPOOL_SIZE ${machine.poolSize}, load ${machine.load}, ` +
      `${machine.date} UTC`,
    ...busy,
  ];
}

function runtime() {
  if (process.versions.bun) return `Bun ${process.versions.bun}`;
  if (process.versions.deno) return `Deno ${process.versions.deno}`;
  return `Node ${process.version}`;
}

function fileSystemOf(directory) {
  try {
    const path = realpathSync(directory);
    const mounts = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '));
    const holds = ([, point]) => point === '/' || path === point || path.startsWith(`${point}/`);
    const best = mounts
      .filter((mount) => mount.length > 2 && holds(mount))
      .sort(byMountPoint)
      .at(-1);
    return best?.[2] ?? 'unknown file system';
  } catch {
    return 'unknown file system';
  }
}

// The later of two mounts of the same point is the visible one, and sort is stable.
function byMountPoint(a, b) {
  return a[1].length - b[1].length;
}
