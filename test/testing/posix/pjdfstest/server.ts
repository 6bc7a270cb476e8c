// Answers the stand-in for pjdfstest's command: `server.ts memory|disk SOCKET FOLDER`. Runs one command at a time, as the user
// and with the umask that the command asks for.
import { mkdirSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { os, writeFile } from 'uvfiles';
import { type MemoryFiles, memoryFiles } from 'uvfiles/testing';

import { CALLS, type Context, NotApplicable } from './calls.js';

const [kind, socket, folder] = process.argv.slice(2) as ['memory' | 'disk', string, string];
const LONGEST_PATH = 4096;

interface User {
  readonly uid: number;
  readonly groups: readonly number[];
  readonly umask: number;
}

interface World {
  /** The path to give to the library for a path that a command names in `directory`. */
  readonly at: (directory: string, name: string) => string;
  become(user: User): void;
  /** Before each command, in its directory. */
  enter(directory: string): Promise<void>;
  longestPath(directory: string): number;
}

const ROOT: User = { uid: 0, groups: [0], umask: 0 };

/** Real files: paths are relative to the directory of the command, which this process changes to. */
const disk: World = {
  at: (_directory, name) => name,
  become({ uid, groups, umask }) {
    process.seteuid!(0);
    process.setgroups!(groups.slice(1));
    process.setegid!(groups[0]!);
    process.seteuid!(uid);
    process.umask(umask);
  },
  async enter(directory) {
    process.chdir(directory);
  },
  longestPath: () => LONGEST_PATH,
};

/** Files in memory at `/`, with one directory per case. It takes in what the shell itself has written, in FOLDER. */
function memoryWorld(): World {
  process.chdir('/');
  const files: MemoryFiles = memoryFiles({}, { user: { uid: 0, gid: 0 }, umask: 0 });
  const known = new Set<string>();
  return {
    at: (directory, name) => (name.startsWith('/') ? name : `${directory}/${name}`),
    become({ uid, groups, umask }) {
      files.user = { uid, gid: groups[0]!, groups: groups.slice(1) };
      files.umask = umask;
    },
    async enter(directory) {
      const top = directory.split('/')[1]!;
      if (!known.has(top)) {
        known.add(top);
        await os.mkdir(`/${top}`, { mode: 0o755 });
      }
      for (const name of readdirSync(path.join(folder, top))) {
        const real = path.join(folder, top, name);
        await writeFile(`${directory}/${name}`, readFileSync(real));
        unlinkSync(real);
      }
    },
    longestPath: (directory) => LONGEST_PATH - 1 - directory.length,
  };
}

const world = kind === 'memory' ? memoryWorld() : disk;

/** Parses the request of a command: options, and then calls separated by colons. */
function parse(args: readonly string[]): { user: User; calls: string[][] } {
  const user = { uid: 0, groups: [0], umask: 0 };
  let i = 0;
  for (; args[i]?.startsWith('-') === true; i += 2) {
    const value = args[i + 1] ?? '';
    if (args[i] === '--') {
      i++;
      break;
    }
    if (args[i] === '-u') user.uid = Number(value);
    else if (args[i] === '-g') user.groups = value.split(',').map(Number);
    else user.umask = Number.parseInt(value, 8);
  }
  const calls: string[][] = [];
  while (i < args.length) {
    const described = CALLS[args[i]!];
    const one = [args[i++]!];
    while (i < args.length && args[i] !== ':' && one.length <= (described?.most ?? Infinity))
      one.push(args[i++]!);
    i++;
    calls.push(one);
  }
  return { user, calls };
}

/** By directory of a case: the files that replace what the library cannot make. */
const standInsOf = new Map<string, Set<bigint>>();
const MAKES_LIKE = /^(mkfifo|mknod|bind)$/;
const TWO_PATHS = /^(rename|link|symlink)$/;
const MAY_CREATE = /^(create|open|mkdir|symlink)$/;

const inode = (path: string, follow: boolean): Promise<bigint | undefined> =>
  (follow ? os.stat(path, { bigint: true }) : os.lstat(path, { bigint: true })).then(
    ({ ino }) => ino,
    () => undefined,
  );

/** Makes a call as `user`, and records which files replace others. */
async function make(
  context: Context,
  standIns: Set<bigint>,
  user: User,
  [name, ...args]: string[],
): Promise<unknown> {
  const described = CALLS[name!];
  if (described === undefined) return undefined;
  if (args.length < described.least) throw new NotApplicable('pjdfstest takes no such arguments');
  if (args.some((each) => each === 'NULL' || each === 'DEADCODE'))
    throw new NotApplicable('JavaScript has no bad addresses');
  const given =
    name === 'utimensat'
      ? [args[1]!]
      : name === 'symlink'
        ? [args[1]!]
        : args.slice(0, TWO_PATHS.test(name!) ? 2 : 1);
  const paths = name!.startsWith('f') || name === 'pathconf' ? [] : given.map((each) => context.at(each));
  // Following a link changes its access time, so links are followed only where it matters.
  const ways = standIns.size > 0 ? [false, true] : [false];
  const there = await Promise.all(paths.flatMap((each) => ways.map((follow) => inode(each, follow))));
  if (there.some((each) => each !== undefined && standIns.has(each)))
    context.note('there is a FIFO, a socket or a device, which the library does not make');
  world.become(user);
  let result: unknown;
  try {
    result = await described.call(context, ...args);
  } finally {
    world.become(ROOT);
  }
  if (there[0] === undefined) {
    const made = await inode(paths[0] ?? '', false);
    if (made !== undefined && MAKES_LIKE.test(name!)) standIns.add(made);
    else if (made !== undefined && MAY_CREATE.test(name!)) standIns.delete(made); // the number of one that has gone
  }
  return result;
}

async function answer(directory: string, args: readonly string[]): Promise<string> {
  const { user, calls } = parse(args);
  const handles: Context['handles'] = [];
  let note = '';
  const context: Context = {
    handles,
    note: (reason) => void (note = reason),
    at: (name) => world.at(directory, name),
    longestPath: world.longestPath(directory),
  };
  const printed: unknown[] = [];
  try {
    world.become(ROOT);
    await world.enter(directory);
    const top = /^.*?\/c\d+(?=\/|$)/.exec(directory)?.[0] ?? '/';
    const standIns = standInsOf.get(top) ?? new Set();
    standInsOf.set(top, standIns);
    for (const each of calls) printed.push(await make(context, standIns, user, each));
    return `0${note}\0${printed.join('\n')}\n`;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (error instanceof NotApplicable) return `1${error.message}\0NOT_APPLICABLE\n`;
    if (code.startsWith('ERR_'))
      return `1the library refuses the argument before any system call (${code})\0${code}\n`;
    if (code === '') process.stderr.write(`${(error as Error).stack}\n`);
    return `1${note}\0${[...printed, code].join('\n')}\n`;
  } finally {
    world.become(ROOT);
    for (const handle of handles) await handle.close().catch(() => undefined);
  }
}

let last: Promise<unknown> = Promise.resolve();
const server = createServer({ allowHalfOpen: true }, (connection) => {
  const parts: Buffer[] = [];
  connection.on('error', () => undefined); // a case that was ended
  connection.on('data', (part: Buffer) => parts.push(part));
  connection.on('end', () => {
    const [directory, ...args] = Buffer.concat(parts).toString().split('\0').slice(0, -1);
    last = last.then(async () => connection.end(await answer(directory ?? '/', args)));
  });
});
mkdirSync(path.dirname(socket), { recursive: true });
server.listen(socket, () => process.send?.('ready'));
process.on('disconnect', () => process.exit());
