// A tree with every valid and invalid kind of path, on disk and in memory, to compare the result of a call and the tree that it
// leaves. The kernel decides what is right, so this needs Linux, and root to act as other users.
import { expect } from 'chai';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { os, writeFile } from 'uvfiles';
import { type MemoryFiles, memoryFiles } from 'uvfiles/testing';

import { skip } from '../../support/skip.js';
import { isRoot } from '../../support/temp.js';

export interface User {
  readonly uid: number;
  readonly gid: number;
}
export const USER: User = { uid: 1001, gid: 1001 };
const ROOT: User = { uid: 0, gid: 0 };
/** The user that makes the calls. */
export const USERS = [
  ['root', ROOT],
  ['another user', USER],
] as const;

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

export const described = (stats: fs.Stats): string => `${stats.mode.toString(8)} ${stats.uid} ${stats.nlink}`;

/** The outcome of a call: its result, or the properties of its error. */
async function answer(call: () => Promise<unknown>, namesCalls: boolean): Promise<string> {
  try {
    return String(await call());
  } catch (error) {
    const { code, errno, syscall } = error as NodeJS.ErrnoException;
    return `${code} ${errno}${namesCalls ? ` ${syscall}` : ''}`;
  }
}

function become({ uid, gid }: User): void {
  if (uid === process.geteuid!()) return;
  if (uid === 0) process.seteuid!(0);
  process.setegid!(gid);
  if (uid !== 0) process.seteuid!(uid);
}

export interface ComparedTree {
  /** Where the tree is: the same path in memory and on the disk. */
  readonly root: string;
  /** Expects `call` by `user` to give the same answer on both, and to leave the same tree. */
  compare(title: string, user: User, call: () => Promise<unknown>): Promise<void>;
}

/**
 * The tree for the tests of the calling suite. Skips them where they cannot run.
 * @param namesCalls whether errors must name the same system call, as those of single calls do
 */
export function comparedTree({ namesCalls }: { namesCalls: boolean }): ComparedTree {
  let root = '';
  let files: MemoryFiles | undefined;
  let umask = 0;
  let groups: number[] = [];

  before(function () {
    if (process.platform !== 'linux' || !isRoot)
      skip(this, 'needs Linux and root to act as two users on real files');
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

  /** Builds the tree and makes the call, as `user`, on the disk or in memory. Returns the answer, then what is left. */
  async function done(inMemory: boolean, user: User, call: () => Promise<unknown>): Promise<string> {
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
      said = await answer(call, namesCalls);
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

  return {
    get root() {
      return root;
    },
    async compare(title, user, call) {
      expect(await done(true, user, call), title).to.equal(await done(false, user, call));
    },
  };
}
