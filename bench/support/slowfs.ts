// Mounts slowfs.py for a benchmark or a test, and says why where it cannot be mounted.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('slowfs.py', import.meta.url));

/** By operation, as slowfs.py documents them. */
export type Faults = Record<string, { delay?: number; error?: string; path?: string }>;

export interface SlowMount {
  readonly mountpoint: string;
  readonly backing: string;
  readonly skip?: undefined;
  setFaults(faults: Faults): void;
  unmount: () => Promise<void>;
}

interface MountOptions {
  readonly faults?: Faults;
  /** Lets the kernel keep pages. */
  readonly cached?: boolean;
  readonly parent?: string;
}

/**
 * Mounts a slow file system over a fresh directory; resolves to `{ skip }`, a sentence with the reason, where there is no
 * FUSE, no Python or no binding.
 */
export async function mountSlowFs({
  faults = {},
  cached = false,
  parent = tmpdir(),
}: MountOptions = {}): Promise<SlowMount | { skip: string }> {
  const python = findPython();
  if (python === undefined) return { skip: 'no Python with fusepy (python3-fusepy) is installed' };
  const directory = mkdtempSync(join(parent, 'slowfs-'));
  const backing = join(directory, 'backing');
  const mountpoint = join(directory, 'mount');
  const faultsFile = join(directory, 'faults.json');
  for (const path of [backing, mountpoint]) mkdirSync(path);

  // Renamed into place, so that the file system never sees half of it.
  const setFaults = (rules: Faults): void => {
    writeFileSync(`${faultsFile}.new`, JSON.stringify(rules));
    renameSync(`${faultsFile}.new`, faultsFile);
  };
  setFaults(faults);
  const options = ['--faults', faultsFile, ...(cached ? ['--cached'] : [])];
  const child = spawn(python, [script, backing, mountpoint, ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const unmount = makeUnmount(child, mountpoint, directory);
  const failure = await untilMounted(child, mountpoint);
  if (failure === undefined) return { mountpoint, backing, setFaults, unmount };
  await unmount();
  return { skip: `FUSE cannot be mounted here: ${failure}` };
}

function findPython(): string | undefined {
  return ['/usr/bin/python3', 'python3'].find((python) => {
    try {
      execFileSync(python, ['-c', 'try:\n import fusepy\nexcept ImportError:\n import fuse'], {
        stdio: 'ignore',
      });
      return true;
    } catch {
      return false;
    }
  });
}

// Resolves to undefined once another device shows at the mount point, else to the reason.
async function untilMounted(child: ChildProcess, mountpoint: string): Promise<string | undefined> {
  let errors = '';
  let ended = false;
  child.stderr?.on('data', (data: Buffer) => (errors += data.toString()));
  child.once('exit', () => (ended = true));
  child.once('error', () => (ended = true));
  const outside = statSync(join(mountpoint, '..')).dev;
  for (let attempt = 0; attempt < 200 && !ended; attempt++) {
    if (statSync(mountpoint).dev !== outside) return undefined;
    await wait(25);
  }
  return errors.trim().split('\n').at(-1) || 'it did not mount within five seconds';
}

function makeUnmount(child: ChildProcess, mountpoint: string, directory: string): () => Promise<void> {
  const detach = (): void => {
    for (const tool of ['fusermount3', 'fusermount']) {
      try {
        execFileSync(tool, ['-u', '-z', mountpoint], { stdio: 'ignore' });
        return;
      } catch {
        // the other name, or not mounted
      }
    }
  };
  // Also when the program that mounted it is stopped: a mount left behind cannot be removed like a file.
  const atExit = (): void => {
    detach();
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', atExit);
  return async () => {
    process.removeListener('exit', atExit);
    detach();
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 1000);
      await exited;
      clearTimeout(timer);
    }
    rmSync(directory, { recursive: true, force: true });
  };
}
