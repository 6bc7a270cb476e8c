// Runs tests while their processes are stopped at random, for up to 400 ms at a time, as on a machine that is far too busy. It
// finds tests that depend on a clock or on which process is faster, and uses hardly any processor time: npm run test:stalled --
// 'test/os/**'. Linux only.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const MOST_PAUSE_MS = 60;
const MOST_STOP_MS = 400;
const NAMES = /^(node|python3?|MainThread)$/;

if (process.platform !== 'linux') throw new Error('Processes are found in /proc, which only Linux has');
const files = process.argv.slice(2);
const mocha = spawn(process.execPath, ['node_modules/mocha/bin/mocha.js', ...files], { stdio: 'inherit' });
const stopped = new Set<number>();
let stops = 0;

/** The parent and name of each process. */
function processes(): Map<number, { parent: number; name: string }> {
  const found = new Map<number, { parent: number; name: string }>();
  for (const each of readdirSync('/proc')) {
    if (!/^\d+$/.test(each)) continue;
    try {
      const [, name = '', parent] =
        /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${each}/stat`, 'latin1')) ?? [];
      found.set(Number(each), { parent: Number(parent), name });
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** The processes of the tests: mocha, and what it has started, except those that are already stopped. */
function candidates(): number[] {
  const all = processes();
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (pid === mocha.pid || isBelow(all.get(pid)?.parent));
  return [...all]
    .filter(([pid, { name }]) => NAMES.test(name) && !stopped.has(pid) && isBelow(pid))
    .map(([pid]) => pid);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

async function stopOne(): Promise<void> {
  const pids = candidates();
  const pid = pids[Math.floor(Math.random() * pids.length)];
  if (pid === undefined) return;
  stops++;
  stopped.add(pid);
  send(pid, 'SIGSTOP');
  await sleep(Math.random() ** 2 * MOST_STOP_MS);
  send(pid, 'SIGCONT');
  stopped.delete(pid);
}

mocha.once('exit', (code) => {
  for (const pid of stopped) send(pid, 'SIGCONT');
  console.log(`stopped processes ${stops} times`);
  process.exit(code ?? 1);
});
for (;;) {
  await sleep(Math.random() * MOST_PAUSE_MS);
  void stopOne();
}
