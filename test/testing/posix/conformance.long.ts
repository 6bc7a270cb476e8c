// Every call of the library with paths that are wrong in one or more ways, on real files and in memory: same result, same
// error, and the same tree afterwards.
import fs from 'node:fs';
import { release } from 'node:os';
import { open, os, readBytes, writeFile } from 'uvfiles';
import { open as openHandle } from 'uvfiles/promises';

import { comparedTree, described, USER, USERS } from './compared-tree.js';

const { O_CREAT, O_DIRECTORY, O_NOFOLLOW, O_RDONLY, O_TRUNC, O_WRONLY } = fs.constants;
const LONG_NAME = 'n'.repeat(256);
const LONGEST_NAME = 'm'.repeat(255);
const LONG_PATH = `${'d/../'.repeat(1000)}f`;

/** One path for each way in which a path can be right or wrong. */
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

// The parts of pairs of paths: one of each kind.
const SINGLE = new Set(['/d/.', '/d//f', '/d/../f', '/missing/..', '/f/..', '/theirs/new', '/privileged']);
const PAIRED = PATHS.filter(
  (each) => !each.includes('nnn') && !each.includes(LONG_PATH) && !SINGLE.has(each),
);

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

// Older kernels made a file, and rejected with ENOTDIR.
const [major = 0, minor = 0] = release().split('.').map(Number);
const createsNoDirectories = major > 6 || (major === 6 && minor >= 4);

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
  ...(createsNoDirectories && { 'open to create a directory': flagged(O_CREAT | O_DIRECTORY) }),
  'open to create and read': flagged(O_RDONLY | O_CREAT),
  'open to empty and read': flagged(O_RDONLY | O_TRUNC),
  symlink: (path) => os.symlink('f', path),
  'symlink to nothing': (path) => os.symlink('', path),
  'symlink to the longest': (path) => os.symlink('x'.repeat(4095), path),
  'symlink to what is too long': (path) => os.symlink('x'.repeat(4096), path),
};

describe('the memory file system and the disk', function () {
  this.timeout(300_000);
  const tree = comparedTree({ namesCalls: true });

  for (const [who, user] of USERS) {
    for (const [name, call] of Object.entries(CALLS)) {
      it(`agree on ${name} by ${who} for ${PATHS.length} paths`, async () => {
        for (const each of PATHS)
          await tree.compare(`${name} ${each.slice(0, 60)}`, user, () => call(tree.root + each));
      });
    }

    it(`agree on the limits of paths, names and links for ${who}`, async () => {
      for (const links of [39, 40, 41]) {
        await tree.compare(`${links} links`, user, async () => {
          for (let i = 1; i <= links; i++)
            await os.symlink(i === 1 ? 'f' : `link${i - 1}`, `${tree.root}/link${i}`);
          return (await readBytes(`${tree.root}/link${links}`)).toString();
        });
      }
      // Bytes count, not characters.
      for (const name of ['ä'.repeat(127), 'ä'.repeat(128), `${'ä'.repeat(127)}x`, `${'ä'.repeat(127)}xx`])
        await tree.compare(`${name.length} characters`, user, () => writeFile(`${tree.root}/${name}`, ''));
      // In a mount, the length of a path counts from the mount point.
      for (const length of [4094, 4095, 4096 + tree.root.length]) {
        const path = `${tree.root}/${'./'.repeat(3000)}`.slice(0, length - 2).replace(/\.$/, '/');
        await tree.compare(`a path of ${length} bytes`, user, () =>
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
            await tree.compare(`${name} ${from} ${to.slice(0, 60)}`, user, () =>
              call(tree.root + from, tree.root + to),
            );
          }
        }
      });
    }
  }
});
