// Starting and stopping of the servers' processes.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { openSync, readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** A server of the tests. */
export interface TestServer {
  readonly name: string;
  /** Why it cannot be started here; undefined where it can. */
  whyNot(): string | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Runs a program to its end; rejects with what it wrote to stderr where it fails. */
export async function run(program: string, args: readonly string[], cwd?: string): Promise<string> {
  return (await exec(program, args, { cwd, maxBuffer: 16 << 20 })).stdout;
}

/** Starts a program that stays, with its output in a file. Resolves to its process id. */
export function stay(program: string, args: readonly string[], log: string): number {
  const file = openSync(log, 'a');
  const child = spawn(program, args, { detached: true, stdio: ['ignore', file, file] });
  child.unref();
  return child.pid!;
}

/** The names among `programs` that are not installed. */
export function missing(programs: readonly string[]): string[] {
  return programs.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
}

/** Resolves when something listens there. */
export async function listening(port: number, seconds = 60): Promise<void> {
  for (let i = 0; i < seconds * 4; i++) {
    if (await connects(port)) return;
    await delay(250);
  }
  throw new Error(`nothing listens on port ${port} after ${seconds} s`);
}

export async function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Ends the processes whose ids stand in the files `*.pid` of a folder, with their workers, and waits until they are gone. */
export async function endAll(folder: string): Promise<void> {
  const pids = readdirSync(folder)
    .filter((name) => name.endsWith('.pid'))
    .map((name) => Number(readFileSync(path.join(folder, name), 'utf8')))
    .filter((pid) => pid > 1);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (const pid of pids) send(pid, signal);
    for (let i = 0; i < 40 && pids.some((pid) => send(pid, 0)); i++) await delay(250);
  }
}

// To the whole group, where the process leads one: servers have workers.
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  for (const target of [-pid, pid])
    try {
      return process.kill(target, signal);
    } catch {
      // Gone, or no leader of a group.
    }
  return false;
}
