// Builds the benchmark's own addon on first use, with the headers of the running Node.
import { execFileSync } from 'node:child_process';
import { existsSync, realpathSync, statSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const directory = dirname(fileURLToPath(import.meta.url));
const binary = join(directory, 'build', 'Release', 'bare_uv.node');
const require = createRequire(import.meta.url);

/** What module.h describes. */
interface Native {
  runReads: (
    fd: number,
    size: number,
    positions: Float64Array,
    total: number,
    inFlight: number,
    ended: (failed: boolean) => void,
    each?: () => void,
  ) => void;
  /** Bytes that malloc has handed out and not got back; -1 where the C library does not say. */
  heapBytes: () => number;
  removeTree(path: string, threads: number): Promise<void>;
  /** Nanoseconds that the figures of one pooled operation take, over `count`. */
  figuresCost(count: number): number;
  /** Processor time of the calling thread in milliseconds; -1 where the system does not tell. */
  threadCpu: () => number;
}

/** The addon's exports; throws, with node-gyp's output, when it cannot be built. */
export function loadNative(): Native {
  if (isStale()) build();
  return require(binary) as Native;
}

function isStale(): boolean {
  if (!existsSync(binary)) return true;
  const built = statSync(binary).mtimeMs;
  const sources = readdirSync(directory).filter((name) => /\.(cc|h|gyp)$/.test(name));
  return sources.some((name) => statSync(join(directory, name)).mtimeMs > built);
}

function build(): void {
  const gyp = require.resolve('node-gyp/bin/node-gyp.js');
  execFileSync(process.execPath, [gyp, 'rebuild', ...nodedir()], {
    cwd: directory,
    stdio: 'pipe',
    encoding: 'utf8',
  });
}

// Where the headers lie beside the executable they need no download.
function nodedir(): string[] {
  const prefix = dirname(dirname(realpathSync(process.execPath)));
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : [];
}
