// What the doctor reports about the system, and the advice that follows from it.
import * as fs from 'node:fs';
import * as os from 'node:os';
import { libcOf } from '../libc.js';
import type { Probe } from './probe.js';

/** What `uvfiles doctor --json` prints. */
export interface Report {
  version: string;
  system: {
    platform: string;
    libc?: string;
    kernel: string;
    node: string;
    runtime: string;
    processors: number;
  };
  /** The addon's binary; `error` says why none loads. */
  binary: { file?: string; origin?: 'prebuilt' | 'built here'; error?: string };
  pool?: { threads: number; reserved: number; configured?: string };
  inline: { enabled: boolean; why?: string };
  limits: { descriptors?: string; seccomp?: string };
  path?: Probe;
  /** What to do, most important first. */
  advice: string[];
  /** Whether the library works here. */
  works: boolean;
}

/** Reads files of the system. If a file cannot be read, that is a result, too. */
function textOf(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function runtime(): string {
  const { versions } = process as { versions: Record<string, string | undefined> };
  if (versions.bun !== undefined) return `Bun ${versions.bun}`;
  if (versions.deno !== undefined) return `Deno ${versions.deno}`;
  return `Node.js ${process.versions.node}`;
}

/** The part of the report that needs no addon. */
export function describeSystem(version: string): Report {
  const libc = process.platform === 'linux' ? libcOf(process.execPath) : undefined;
  const descriptors = /^Max open files\s+(\S+)\s+(\S+)/m.exec(textOf('/proc/self/limits'));
  const seccomp = /^Seccomp:\s+(\d)/m.exec(textOf('/proc/self/status'))?.[1];
  return {
    version,
    system: {
      platform: `${process.platform}-${process.arch}`,
      ...(libc !== undefined && { libc }),
      kernel: `${os.type()} ${os.release()}`,
      node: process.versions.node,
      runtime: runtime(),
      processors: os.availableParallelism(),
    },
    binary: {},
    inline: { enabled: false },
    limits: {
      ...(descriptors !== null && {
        descriptors: `${descriptors[1]!} (hard limit ${descriptors[2]!})`,
      }),
      ...(seccomp !== undefined && { seccomp: seccomp === '0' ? 'no filter' : 'filtered' }),
    },
    advice: [],
    works: false,
  };
}

/** Why cached data is not read on the loop's thread; undefined if no reason is known. */
export function whyNotInline(report: Report): string | undefined {
  if (process.env.UVFILES_INLINE === '0') return 'UVFILES_INLINE=0 disables the inline path';
  if (process.platform !== 'linux') return 'the inline path exists only on Linux';
  const [major, minor] = os.release().split('.').map(Number) as [number, number];
  if (major < 5 || (major === 5 && minor < 12)) return 'the inline path requires Linux 5.12 or newer';
  const { path } = report;
  if (path === undefined) return undefined;
  const hits = (path.reads?.inline ?? 0) + (path.names?.inline ?? 0);
  if (hits > 0) return undefined;
  if (report.limits.seccomp === 'filtered') return 'a seccomp filter may block openat2 or preadv2';
  return `calls on ${path.type ?? 'this file system'} can wait for a server or another program`;
}

function onDescriptors(report: Report): string | undefined {
  const soft = Number(report.limits.descriptors?.split(' ', 1)[0]);
  if (!(soft <= 1024)) return undefined;
  return `This process can open ${soft} files. For a server, raise the limit with ulimit -n 65536, or LimitNOFILE= in systemd.`;
}

function onPool(report: Report): string | undefined {
  const { pool } = report;
  if (pool === undefined || pool.threads > 2) return undefined;
  return `libuv's pool has ${pool.threads} threads, so one slow call delays all others. Set UV_THREADPOOL_SIZE to 4 or more before Node starts.`;
}

function onFileSystem(report: Report): string | undefined {
  const { path } = report;
  if (path?.type === undefined) return undefined;
  if (/^(nfs|cifs|smb|fuse|9p|ceph|glusterfs|afs)/.test(path.type)) {
    return `Calls on ${path.type} can hang. Use a separate lane for them, so that other calls do not wait: createLane({ name: 'remote', concurrency: 2 }).`;
  }
  return undefined;
}

function onSync(report: Report): string | undefined {
  const ns = report.path?.syncNs;
  if (ns === undefined || ns < 20e6) return undefined;
  return `A sync takes ${Math.round(ns / 1e6)} ms here. writeAtomic needs two of them. If losing the last change in a power failure is acceptable, pass { durable: false }.`;
}

/** What to do, from what was found. */
export function advise(report: Report): string[] {
  const found = [onFileSystem, onPool, onDescriptors, onSync].map((each) => each(report));
  if (!report.inline.enabled && report.inline.why !== undefined && process.platform === 'linux') {
    found.push(
      `Cached data is read in the pool, because ${report.inline.why}. Each call takes 10 to 40 us longer.`,
    );
  }
  return found.filter((each) => each !== undefined);
}
