// One process that performs each operation again and again, while its 1st, 2nd, 3rd ... call into libc fails, until there is no
// further call: node --import tsx sweep.ts FOLDER LENGTH, with sweep.c preloaded. Prints a line of JSON for each fault found.
import {
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { constants } from 'node:os';

import { readBytes } from 'uvfiles';

import { OLD, prepare, type SweepOperation } from './sweep-checks.js';
import { OPERATIONS } from './sweep-operations.js';
import { WHOLE_JOBS } from './sweep-whole-jobs.js';

const [folder, length] = process.argv.slice(2) as [string, 'short' | 'long'];
const { errno } = constants;
const ERROR = 0;
const SHORT = 1;
const ZERO = 2;
// Without memory for smaller allocations, the process ends, as Node itself does.
const LEAST_MEMORY = 100_000;

interface Kind {
  name: string;
  action: number;
  error?: number;
  persistent?: boolean;
  /** Allocations of at least this many bytes fail, instead of calls. */
  memory?: number;
  /** The last call to begin with. */
  most?: number;
}

const once = (name: keyof typeof errno): Kind => ({ name, action: ERROR, error: errno[name] });
const always = (name: keyof typeof errno): Kind => ({
  ...once(name),
  name: `${name} always`,
  persistent: true,
});
const SHORT_KINDS: Kind[] = [
  once('EIO'),
  { name: 'short', action: SHORT },
  { ...always('ENOMEM'), name: 'out of memory', memory: LEAST_MEMORY, most: 1 },
];
const LONG_KINDS: Kind[] = [
  ...SHORT_KINDS,
  ...(['ENOSPC', 'EDQUOT', 'ENOMEM', 'EACCES', 'EINTR', 'EMFILE', 'EAGAIN', 'ENOSYS'] as const).map(once),
  ...(['EIO', 'ENOSPC', 'EDQUOT', 'ENOMEM'] as const).map(always),
  { name: 'short always', action: SHORT, persistent: true },
  { name: 'nothing written', action: ZERO, persistent: true },
];
const KINDS = length === 'short' ? SHORT_KINDS : LONG_KINDS;

const CONTROL_BYTES = 72;
const control = openSync(process.env.UVFILES_SWEEP!, 'r+');
const arm = (kind: Kind, nth: number): void => {
  const words = new Int32Array(8);
  words.set([1, nth, kind.action, kind.error ?? 0, kind.persistent === true ? 1 : 0, kind.memory ?? 0]);
  writeSync(control, Buffer.concat([Buffer.from(words.buffer), Buffer.alloc(40)]), 0, CONTROL_BYTES, 0);
};
const disarm = (): { injected: number; first: string } => {
  writeSync(control, Buffer.alloc(4), 0, 4, 0);
  const bytes = Buffer.alloc(CONTROL_BYTES);
  readSync(control, bytes, 0, CONTROL_BYTES, 0);
  return { injected: bytes.readInt32LE(28), first: bytes.toString('latin1', 32).replace(/\0.*/s, '') };
};

const openFiles = (): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(`${folder}/`) ? [target] : [];
    } catch {
      return [];
    }
  });

// Names that the operations and `prepare` make on purpose.
const EXPECTED = new Set([
  'old',
  'new',
  'lines',
  'tree',
  'copy',
  'moved',
  'x',
  'link',
  'hard',
  'renamed',
  'lock',
]);
const isRemoval = (name: string): boolean => ['unlink', 'unlinkat', 'rmdir'].includes(name);

let faults = 0;
let runs = 0;

async function runOnce(name: string, operation: SweepOperation, kind: Kind, nth: number): Promise<boolean> {
  const top = `${folder}/run`;
  const at = (file: string): string => `${top}/${file}`;
  mkdirSync(top);
  prepare(at);
  const watchdog = setTimeout(() => {
    console.log(JSON.stringify({ name, kind: kind.name, nth, ...disarm(), fault: 'it hangs' }));
    process.exit(1);
  }, 60_000);
  arm(kind, nth);
  let failure: { code?: string; message: string; stack?: string } | undefined;
  const found: (string | undefined)[] = [];
  try {
    found.push(await operation.run(at));
  } catch (error) {
    failure = error as Error;
  }
  const { injected, first } = disarm();
  clearTimeout(watchdog);
  runs++;
  faults += injected;
  found.push(operation.check?.(at, failure !== undefined));
  if (failure !== undefined) {
    const codes = kind.action === ERROR ? [codeOf(kind.error!)] : ['ENOSPC', 'EIO'];
    // A failed lseek can only mean that a file has no position.
    if (first === 'lseek64') codes.push('ERR_UNSUPPORTED_OPERATION');
    // Its failure can only mean that the file may not be read.
    if (first === 'access') codes.push('EACCES');
    // It is then unknown whether the file is a directory.
    if (first === 'stat64') codes.push('EEXIST');
    if (injected === 0) found.push(`it fails without a fault: ${failure.stack}`);
    else if (!codes.includes(failure.code ?? '')) found.push(`it rejects with ${failure.stack}`);
  }
  const left = openFiles();
  if (left.length > 0) found.push(`open descriptors are left: ${left.join()}`);
  const strays = readdirSync(top).filter((each) => !EXPECTED.has(each));
  const mayStay = isRemoval(first) || (operation.mayLeave === true && failure !== undefined);
  if (strays.length > 0 && !mayStay) found.push(`temporary files are left: ${strays.join()}`);
  // Later operations must still work.
  writeFileSync(at('after'), OLD);
  if (!(await readBytes(at('after'))).equals(OLD)) found.push('a later read gives other bytes');
  rmSync(top, { recursive: true });
  for (const fault of found.filter((each) => each !== undefined))
    console.log(JSON.stringify({ name, kind: kind.name, nth, first, fault }));
  return injected > 0;
}

function codeOf(error: number): string {
  return Object.entries(errno).find(([, value]) => value === error)![0];
}

const only = process.env.UVFILES_SWEEP_ONLY;
for (const [name, operation] of Object.entries({ ...OPERATIONS, ...WHOLE_JOBS })) {
  if (only !== undefined && !new RegExp(only).test(name)) continue;
  // First runs without faults, to load modules and open the descriptors that the process keeps.
  await runOnce(name, operation, { name: 'none', action: ERROR }, 0x7fffffff);
  for (const kind of KINDS) {
    const { most = Infinity } = kind;
    for (let nth = 1; nth <= most && (await runOnce(name, operation, kind, nth)); nth++);
  }
}
console.log(JSON.stringify({ faults, runs }));
