// Every call of the library on paths that are wrong in one way or in several, on real files and in memory: the same result,
// the same error, and the same tree afterwards. The kernel decides what is right, so this is run where that is Linux.
import { expect } from 'chai';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { open, os, readBytes, writeFile } from 'uvfiles';
import { open as openHandle } from 'uvfiles/promises';
import { type MemoryFiles, memoryFiles } from 'uvfiles/testing';

import { isRoot } from '../../support/temp.js';

const { O_CREAT, O_DIRECTORY, O_NOFOLLOW, O_RDONLY, O_TRUNC, O_WRONLY } = fs.constants;
const USER = { uid: 1001, gid: 1001 };
const ROOT = { uid: 0, gid: 0 };
const LONG_NAME = 'n'.repeat(256);
const LONGEST_NAME = 'm'.repeat(255);
const LONG_PATH = `${'d/../'.repeat(1000)}f`;

/** One path for each thing that can be right or wrong with a path. */
const PATHS = [
  '/f',
  '/f/',
  '/f/x',
  '/d',
  '/d/',
  '/d/.',
  '/d/..',
  '/d/f',
  '/e',
  '/missing',
  '/missing/',
  '/missing/x',
  '/to-f',
  '/to-f/',
  '/to-d',
  '/to-d/',
  '/to-d/f',
  '/to-missing',
  '/to-missing/',
  '/loop',
  '/loop/x',
  '/locked/f',
  '/locked/missing/x',
  '/read-only/f',
  '/read-only/d',
  '/read-only/new',
  '/read-only/f/',
  '/sticky/f',
  '/sticky/d',
  '/sticky/mine',
  '/f/.',
  '/f/..',
  '/missing/..',
  '/d/../f',
  '/d//f',
  '/set-group/f',
  '/set-group/new',
  '/theirs/f',
  '/theirs/new',
  '/privileged',
  `/${LONG_NAME}`,
  `/missing/${LONG_NAME}`,
  `/locked/${LONG_NAME}`,
  `/${LONGEST_NAME}`,
  `/${LONG_PATH}`,
];

// What two paths are combined of: one of each kind.
const SINGLE = new Set(['/d/.', '/d//f', '/d/../f', '/missing/..', '/f/..', '/theirs/new', '/privileged']);
const PAIRED = PATHS.filter(
  (each) => !each.includes('nnn') && !each.includes(LONG_PATH) && !SINGLE.has(each),
);

async function build(root: string): Promise<void> {
  const at = (name: string): string => root + name;
  const directories = ['/d', '/e', '/locked', '/read-only', '/read-only/d', '/sticky', '/sticky/d'];
  for (const name of [...directories, '/set-group', '/theirs']) await os.mkdir(at(name));
  const files = ['/f', '/d/f', '/locked/f', '/read-only/f', '/sticky/f', '/sticky/mine'];
  for (const name of [...files, '/set-group/f', '/theirs/f', '/privileged']) await writeFile(at(name), name);
  for (const [target, name] of [
    ['f', '/to-f'],
    ['d', '/to-d'],
    ['nowhere', '/to-missing'],
    ['loop', '/loop'],
  ] as const) {
    await os.symlink(target, at(name));
  }
  await os.chown(at('/sticky/mine'), USER.uid, USER.gid);
  await os.chown(at('/e'), USER.uid, USER.gid);
  for (const name of ['/theirs', '/theirs/f', '/privileged']) await os.chown(at(name), USER.uid, 0);
  await os.chown(at('/set-group'), 0, 50);
  for (const [name, mode] of [
    ['/set-group', 0o2777],
    ['/privileged', 0o6777],
    ['/locked', 0o700],
    ['/read-only', 0o555],
    ['/sticky', 0o1777],
    ['', 0o777],
  ] as const) {
    await os.chmod(at(name), mode);
  }
}

type Call = (path: string) => Promise<unknown>;
const opened =
  (mode: string): Call =>
  async (path) => {
    const f = await open(path, mode);
    await f.close();
  };

const flagged =
  (flags: number): Call =>
  async (path) => {
    const handle = await openHandle(path, flags, 0o640);
    await handle.close();
  };

const CALLS: Readonly<Record<string, Call>> = {
  'open r': opened('rb'),
  'open r+': opened('r+b'),
  'open w': opened('wb'),
  'open a': opened('ab'),
  'open x': opened('xb'),
  readBytes: async (path) => (await readBytes(path)).toString(),
  writeFile: (path) => writeFile(path, 'new'),
  stat: async (path) => described(await os.stat(path)),
  lstat: async (path) => described(await os.lstat(path)),
  listdir: async (path) => (await os.listdir(path)).sort().join(),
  unlink: (path) => os.unlink(path),
  mkdir: (path) => os.mkdir(path),
  rmdir: (path) => os.rmdir(path),
  readlink: (path) => os.readlink(path),
  realpath: (path) => os.realpath(path),
  truncate: (path) => os.truncate(path, 3),
  'truncate to more': (path) => os.truncate(path, 100_000),
  chmod: (path) => os.chmod(path, 0o640),
  'chmod with all bits': (path) => os.chmod(path, 0o7777),
  chown: (path) => os.chown(path, USER.uid, USER.gid),
  'chown to root': (path) => os.chown(path, 0, 0),
  lchown: (path) => os.chown(path, USER.uid, -1, { followSymlinks: false }),
  utimes: (path) => os.utimes(path, 1000, 2000),
  lutimes: async (path) => {
    await os.utimes(path, 1000, 2000, { followSymlinks: false });
    return (await os.lstat(path)).mtimeMs;
  },
  exists: (path) => os.exists(path),
  lexists: (path) => os.lexists(path),
  statvfs: async (path) => (await os.statvfs(path)).namemax,
  scandir: async (path) => {
    const found: string[] = [];
    for await (const entry of os.scandir(path)) found.push(`${entry.name} ${entry.isDirectory()}`);
    return found.sort().join();
  },
  'open without following': flagged(O_RDONLY | O_NOFOLLOW),
  'open to write without following': flagged(O_WRONLY | O_NOFOLLOW),
  'open as a directory': flagged(O_RDONLY | O_DIRECTORY),
  'open to create without following': flagged(O_WRONLY | O_CREAT | O_NOFOLLOW),
  'open to create and read': flagged(O_RDONLY | O_CREAT),
  'open to empty and read': flagged(O_RDONLY | O_TRUNC),
  symlink: (path) => os.symlink('f', path),
  'symlink to nothing': (path) => os.symlink('', path),
  'symlink to the longest': (path) => os.symlink('x'.repeat(4095), path),
  'symlink to what is too long': (path) => os.symlink('x'.repeat(4096), path),
};

const described = (stats: fs.Stats): string => `${stats.mode.toString(8)} ${stats.uid} ${stats.nlink}`;

/** What a call answers: its result, or what is said of its error. */
async function answer(call: () => Promise<unknown>): Promise<string> {
  try {
    return String(await call());
  } catch (error) {
    const { code, errno, syscall } = error as NodeJS.ErrnoException;
    return `${code} ${errno} ${syscall}`;
  }
}

function become({ uid, gid }: typeof USER): void {
  if (uid === process.geteuid!()) return;
  if (uid === 0) process.seteuid!(0);
  process.setegid!(gid);
  if (uid !== 0) process.seteuid!(uid);
}

describe('the memory file system and the disk', function () {
  this.timeout(300_000);
  let root = '';
  let files: MemoryFiles | undefined;
  let umask = 0;
  let groups: number[] = [];

  before(function () {
    if (process.platform !== 'linux' || !isRoot) {
      console.log('      skipped: it takes Linux and root to act as two users on real files');
      this.skip();
    }
    umask = process.umask(0o022);
    groups = process.getgroups!();
    process.setgroups!([]);
    root = fs.mkdtempSync(path.join(fs.existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'uvfiles-posix-'));
    fs.chmodSync(root, 0o777);
  });

  afterEach(() => files?.unmount());

  after(() => {
    if (root === '') return;
    fs.rmSync(root, { recursive: true, force: true });
    process.umask(umask);
    process.setgroups!(groups);
  });

  /** Builds the tree and makes the call, as `user`, on the disk or in memory; what is left follows. */
  async function done(inMemory: boolean, user: typeof USER, call: () => Promise<unknown>): Promise<string> {
    if (inMemory) {
      files = memoryFiles({}, { at: root, user: ROOT });
    } else {
      fs.rmSync(root, { recursive: true });
      fs.mkdirSync(root);
    }
    await build(root);
    if (inMemory) files!.user = user;
    else become(user);
    let said: string;
    try {
      said = await answer(call);
    } finally {
      if (inMemory) files!.user = ROOT;
      else become(ROOT);
    }
    const left: string[] = [];
    for await (const [directory, directories, others] of os.walk(root)) {
      for (const name of [...directories, ...others].sort()) {
        const full = path.join(directory, name);
        const stats = await os.lstat(full);
        left.push(`${full.slice(root.length)} ${described(stats)} ${stats.isFile() ? stats.size : ''}`);
      }
    }
    files?.unmount();
    files = undefined;
    return [said.replaceAll(root, ''), ...left.sort()].join('\n');
  }

  async function compare(title: string, user: typeof USER, call: () => Promise<unknown>): Promise<void> {
    expect(await done(true, user, call), title).to.equal(await done(false, user, call));
  }

  for (const [who, user] of [
    ['root', ROOT],
    ['another user', USER],
  ] as const) {
    for (const [name, call] of Object.entries(CALLS)) {
      it(`agree on ${name} by ${who} for ${PATHS.length} paths`, async () => {
        for (const each of PATHS)
          await compare(`${name} ${each.slice(0, 60)}`, user, () => call(root + each));
      });
    }

    it(`agree on the limits of paths, names and links for ${who}`, async () => {
      for (const links of [39, 40, 41]) {
        await compare(`${links} links`, user, async () => {
          for (let i = 1; i <= links; i++)
            await os.symlink(i === 1 ? 'f' : `link${i - 1}`, `${root}/link${i}`);
          return (await readBytes(`${root}/link${links}`)).toString();
        });
      }
      // Bytes count, not characters.
      for (const name of ['ä'.repeat(127), 'ä'.repeat(128), `${'ä'.repeat(127)}x`, `${'ä'.repeat(127)}xx`])
        await compare(`${name.length} characters`, user, () => writeFile(`${root}/${name}`, ''));
      // Of a mount the paths are counted within it.
      for (const length of [4094, 4095, 4096 + root.length]) {
        const path = `${root}/${'./'.repeat(3000)}`.slice(0, length - 2).replace(/\.$/, '/');
        await compare(`a path of ${length} bytes`, user, () =>
          writeFile(path.padEnd(length - 1, '/') + 'f', 'new'),
        );
      }
    });

    for (const [name, call] of [
      ['rename', os.rename],
      ['link', os.link],
    ] as const) {
      it(`agree on ${name} by ${who} for ${PAIRED.length ** 2} pairs of paths`, async () => {
        for (const from of PAIRED) {
          for (const to of PAIRED) {
            await compare(`${name} ${from} ${to.slice(0, 60)}`, user, () => call(root + from, root + to));
          }
        }
      });
    }
  }
});
