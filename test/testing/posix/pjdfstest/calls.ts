// The calls that pjdfstest's cases make, through the library.
import { constants } from 'node:fs';
import { os } from 'uvfiles';
import { type FileHandle, open } from 'uvfiles/promises';

/** The library cannot make a call, so the assertions about it do not apply. */
export class NotApplicable extends Error {}

/** The open files of one command, and where its paths start. */
export interface Context {
  readonly handles: FileHandle[];
  /** Notes that the library has done something similar, so what follows from the call says nothing about the library. */
  readonly note: (reason: string) => void;
  /** The path to give to the library. */
  readonly at: (path: string) => string;
  /** The length limit of a path from here, in bytes. */
  readonly longestPath: number;
}

/** Makes one call. Resolves to what is printed. */
type Call = (context: Context, ...args: string[]) => Promise<unknown>;
/** A call, and the least and most arguments it takes. */
interface Described {
  readonly call: Call;
  readonly least: number;
  readonly most: number;
}

const TYPES: Readonly<Record<number, string>> = {
  [constants.S_IFREG]: 'regular',
  [constants.S_IFDIR]: 'dir',
  [constants.S_IFLNK]: 'symlink',
  [constants.S_IFIFO]: 'fifo',
  [constants.S_IFCHR]: 'char',
  [constants.S_IFBLK]: 'block',
  [constants.S_IFSOCK]: 'socket',
};
const ALL_PERMISSIONS = 0o7777;
const SECOND = 1_000_000_000n;

type BigStats = Awaited<ReturnType<typeof bigStat>>;
const bigStat = (path: string, follow: boolean) =>
  follow ? os.stat(path, { bigint: true }) : os.lstat(path, { bigint: true });

const SHOWN: Readonly<Record<string, (stats: BigStats) => unknown>> = {
  type: ({ mode }) => TYPES[Number(mode) & constants.S_IFMT],
  mode: ({ mode }) => `0${(Number(mode) & ALL_PERMISSIONS).toString(8)}`,
  inode: ({ ino }) => ino,
  nlink: ({ nlink }) => nlink,
  uid: ({ uid }) => uid,
  gid: ({ gid }) => gid,
  size: ({ size }) => size,
  blocks: ({ blocks }) => blocks,
  atime: ({ atimeNs }) => atimeNs / SECOND,
  mtime: ({ mtimeNs }) => mtimeNs / SECOND,
  ctime: ({ ctimeNs }) => ctimeNs / SECOND,
  atime_ns: ({ atimeNs }) => atimeNs % SECOND,
  mtime_ns: ({ mtimeNs }) => mtimeNs % SECOND,
  ctime_ns: ({ ctimeNs }) => ctimeNs % SECOND,
};

const shown = (stats: BigStats, what: string): string =>
  what
    .split(',')
    .map((each) => SHOWN[each]?.(stats) ?? 'unknown')
    .join(',');

/** Numbers as strtoll reads them: also octal and hexadecimal ones. */
function numberOf(text: string): number {
  const octal = /^(-?)0([0-7]+)$/.exec(text);
  return octal === null ? Number(text) : Number.parseInt(octal[1]! + octal[2]!, 8);
}

function flagsOf(text: string): number {
  let flags = 0;
  for (const name of text === '0' || text === 'none' ? [] : text.split(/[,|]+/).filter(Boolean)) {
    const bit = (constants as unknown as Record<string, number>)[name];
    if (bit === undefined) throw new NotApplicable(`this system has no ${name}`);
    flags |= bit;
  }
  return flags;
}

function handleOf({ handles }: Context, index: string): FileHandle {
  const handle = handles[Number(index)];
  if (handle === undefined) throw new NotApplicable('the file could not be opened');
  return handle;
}

const missing = (what: string): Described => ({
  call: () => Promise.reject(new NotApplicable(what)),
  least: 0,
  most: 9,
});
const done = async (promise: Promise<unknown>): Promise<number> => {
  await promise;
  return 0;
};
const call = (least: number, most: number, each: Call): Described => ({ call: each, least, most });

const FLAGS = 'Linux has no such call';

async function setTimes(context: Context, [at, path, a, aNs, m, mNs, how]: string[]): Promise<number> {
  handleOf(context, at!); // the cases open the current directory, which paths are relative to anyway
  const whole = context.at(path!);
  const followSymlinks = how !== 'AT_SYMLINK_NOFOLLOW';
  if ((aNs! + mNs!).includes('UTIME')) context.note('os.utimes sets both times to given ones');
  else if (numberOf(aNs!) + numberOf(mNs!) > 0)
    context.note('a number of seconds has no room for nanoseconds');
  const before = await bigStat(whole, followSymlinks);
  const seconds = (s: string, ns: string, now: bigint): number =>
    ns === 'UTIME_OMIT'
      ? Number(now) / 1e9
      : ns === 'UTIME_NOW'
        ? Date.now() / 1000
        : numberOf(s) + numberOf(ns) / 1e9;
  const times = [seconds(a!, aNs!, before.atimeNs), seconds(m!, mNs!, before.mtimeNs)] as const;
  return done(os.utimes(whole, ...times, { followSymlinks }));
}

/** A regular file in place of what the library cannot make, so that the case can continue. */
async function makeLike({ at, note }: Context, path: string, mode = '0644'): Promise<number> {
  note('the library makes no FIFOs, sockets or devices');
  const handle = await open(at(path), constants.O_CREAT | constants.O_EXCL, numberOf(mode));
  return done(handle.close());
}

const LIMITS: Readonly<Record<string, number>> = { _PC_LINK_MAX: 65_000, _PC_NAME_MAX: 255 };

export const CALLS: Readonly<Record<string, Described>> = {
  open: call(2, 3, async (context, path, flags, mode = '0') => {
    context.handles.push(await open(context.at(path), flagsOf(flags), numberOf(mode)));
    return 0;
  }),
  create: call(2, 2, async (context, path, mode) => {
    const handle = await open(context.at(path), constants.O_CREAT | constants.O_EXCL, numberOf(mode));
    return done(handle.close());
  }),
  unlink: call(1, 1, ({ at }, path) => done(os.unlink(at(path)))),
  mkdir: call(2, 2, ({ at }, path, mode) => done(os.mkdir(at(path), { mode: numberOf(mode) }))),
  rmdir: call(1, 1, ({ at }, path) => done(os.rmdir(at(path)))),
  link: call(2, 2, ({ at }, from, to) => done(os.link(at(from), at(to)))),
  symlink: call(2, 2, ({ at }, target, path) => done(os.symlink(target, at(path)))),
  rename: call(2, 2, ({ at }, from, to) => done(os.rename(at(from), at(to)))),
  chmod: call(2, 2, ({ at }, path, mode) => done(os.chmod(at(path), numberOf(mode)))),
  chown: call(3, 3, ({ at }, path, uid, gid) => done(os.chown(at(path), numberOf(uid), numberOf(gid)))),
  lchown: call(3, 3, ({ at }, path, uid, gid) =>
    done(os.chown(at(path), numberOf(uid), numberOf(gid), { followSymlinks: false })),
  ),
  truncate: call(2, 2, ({ at }, path, size) => done(os.truncate(at(path), numberOf(size)))),
  ftruncate: call(2, 2, (context, fd, size) => done(handleOf(context, fd).truncate(numberOf(size)))),
  stat: call(2, 2, async ({ at }, path, what) => shown(await bigStat(at(path), true), what)),
  lstat: call(2, 2, async ({ at }, path, what) => shown(await bigStat(at(path), false), what)),
  fstat: call(2, 2, async (context, fd, what) =>
    shown(await handleOf(context, fd).stat({ bigint: true }), what),
  ),
  fchmod: missing('a FileHandle on files in memory has no descriptor to change modes by'),
  fchown: missing('a FileHandle on files in memory has no descriptor to change owners by'),
  pathconf: call(2, 2, async ({ longestPath }, _path, name) =>
    name === '_PC_PATH_MAX' ? longestPath : (LIMITS[name] ?? 'unlimited'),
  ),
  pread: call(3, 3, async (context, fd, size, position) => {
    const { buffer, bytesRead } = await handleOf(context, fd).read({
      buffer: Buffer.alloc(numberOf(size)),
      position: numberOf(position),
    });
    return buffer.toString('latin1', 0, bytesRead);
  }),
  pwrite: call(3, 3, (context, fd, data, position) =>
    done(handleOf(context, fd).write(data, numberOf(position))),
  ),
  write: call(2, 2, (context, fd, data) => done(handleOf(context, fd).write(data))),
  utimensat: call(7, 7, (context, ...args) => setTimes(context, args)),
  mkfifo: call(2, 2, (context, path, mode) => makeLike(context, path, mode)),
  mknod: call(5, 5, (context, path, _type, mode) => makeLike(context, path, mode)),
  bind: call(1, 1, (context, path) => makeLike(context, path)),
  connect: missing('the library connects no sockets'),
  lchmod: missing(FLAGS),
  chflags: missing(FLAGS),
  lchflags: missing(FLAGS),
  posix_fallocate: missing('the library has no such call'),
  // What the cases do with shell commands.
  'sh-makedirs': call(1, 1, ({ at }, path) => done(os.makedirs(at(path), { existOk: true }))),
  'sh-rmtree': call(1, 1, ({ at }, path) => done(os.rmtree(at(path)))),
  'sh-write': call(2, 2, async ({ at }, path, size) => {
    const handle = await open(at(path), 'w');
    await handle.write(Buffer.alloc(numberOf(size), 'x'));
    return done(handle.close());
  }),
};
