// Mounts slowfs.py for a benchmark or a test, and says why where it cannot be mounted.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('slowfs.py', import.meta.url));

/**
 * Mounts a slow file system over a fresh directory. Resolves to `{ mountpoint, backing, setFaults(rules), unmount() }`,
 * or to `{ skip }`, a sentence with the reason, where there is no FUSE, no Python or no binding. `rules` are those that
 * slowfs.py documents; `cached` lets the kernel keep pages.
 */
export async function mountSlowFs({ faults = {}, cached = false, parent = tmpdir() } = {}) {
  const python = findPython();
  if (python === undefined) return { skip: 'no Python with fusepy (python3-fusepy) is installed' };
  const directory = mkdtempSync(join(parent, 'slowfs-'));
  const backing = join(directory, 'backing');
  const mountpoint = join(directory, 'mount');
  const faultsFile = join(directory, 'faults.json');
  for (const path of [backing, mountpoint]) mkdirSync(path);

  // Renamed into place, so that the file system never sees half of it.
  const setFaults = (rules) => {
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

function findPython() {
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
async function untilMounted(child, mountpoint) {
  let errors = '';
  let ended = false;
  child.stderr.on('data', (data) => (errors += data));
  child.once('exit', () => (ended = true));
  child.once('error', () => (ended = true));
  const outside = statSync(join(mountpoint, '..')).dev;
  for (let attempt = 0; attempt < 200 && !ended; attempt++) {
    if (statSync(mountpoint).dev !== outside) return undefined;
    await wait(25);
  }
  return errors.trim().split('\n').at(-1) || 'it did not mount within five seconds';
}

function makeUnmount(child, mountpoint, directory) {
  const detach = () => {
    for (const tool of ['fusermount3', 'fusermount']) {
      try {
        return execFileSync(tool, ['-u', '-z', mountpoint], { stdio: 'ignore' });
      } catch {
        // the other name, or not mounted
      }
    }
    return undefined;
  };
  // Also when the program that mounted it is stopped: a mount left behind cannot be removed like a file.
  const atExit = () => {
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
