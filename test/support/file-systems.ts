// File systems for tests: created, mounted, shut down without a sync, and removed afterwards. Each returns its mount point,
// or skips the test with the reason.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { skip } from './skip.js';
import { mountSlowFs, type Faults, type SlowMount } from '../../bench/support/slowfs.js';

export interface Mounted {
  mountpoint: string;
  unmount: () => Promise<void> | void;
}

/** Runs a command. Returns its output if it failed. */
function run(command: string, ...args: string[]): string | undefined {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : stderr.trim() || `${command} failed`;
}

function mounted(context: Mocha.Context, mountpoint: string, ...args: string[]): Mounted {
  mkdirSync(mountpoint, { recursive: true });
  const failure = run('mount', ...args, mountpoint);
  if (failure !== undefined) skip(context, `cannot mount (${failure})`);
  return { mountpoint, unmount: () => void run('umount', mountpoint) };
}

export function mountTmpfs(context: Mocha.Context, top: string): Mounted {
  return mounted(context, path.join(top, 'tmpfs'), '-t', 'tmpfs', 'tmpfs');
}

/** An overlay; what is put into `lower` beforehand is below it. */
export function mountOverlay(context: Mocha.Context, top: string): Mounted & { lower: string } {
  const [lower, upper, work] = ['lower', 'upper', 'work'].map((name) => path.join(top, name));
  for (const each of [lower, upper, work]) mkdirSync(each!, { recursive: true });
  const layers = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  return {
    lower: lower!,
    ...mounted(context, path.join(top, 'overlay'), '-t', 'overlay', '-o', layers, 'o'),
  };
}

/** A file system in user space (FUSE) that passes everything on to a directory, with faults as slowfs.py knows them. */
export async function mountFuse(
  context: Mocha.Context,
  top: string,
  faults: Faults = {},
): Promise<SlowMount> {
  const mount = await mountSlowFs({ parent: top, faults });
  if (mount.skip !== undefined) skip(context, mount.skip);
  return mount;
}

/**
 * The ioctl of ext4 and XFS for "shut down now, without flushing the log": data that has not reached the disk is lost,
 * as in a power failure.
 */
const SHUTDOWN = `
import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack('I', 2))`;

/** A small disk of its own, in a file. */
export class Disk {
  readonly mountpoint: string;
  readonly #image: string;

  constructor(context: Mocha.Context, top: string, type: 'ext4' | 'xfs') {
    this.#image = path.join(top, 'disk');
    this.mountpoint = path.join(top, 'mounted');
    mkdirSync(this.mountpoint);
    const failure =
      run('truncate', '-s', type === 'xfs' ? '320M' : '64M', this.#image) ??
      run(`mkfs.${type}`, '-q', this.#image) ??
      this.#mount();
    if (failure !== undefined) skip(context, `cannot make and mount an ${type} image (${failure})`);
  }

  #mount(): string | undefined {
    return run('mount', '-o', 'loop', this.#image, this.mountpoint);
  }

  /** From now on, all writes fail. */
  cutPower(): void {
    const failure = run('python3', '-c', SHUTDOWN, this.mountpoint);
    if (failure !== undefined) throw new Error(failure);
  }

  /** Mounts again what has reached the disk; the journal is replayed. */
  restart(): void {
    const failure = run('umount', this.mountpoint) ?? this.#mount();
    if (failure !== undefined) throw new Error(failure);
  }

  remove(): void {
    run('umount', this.mountpoint);
  }
}
