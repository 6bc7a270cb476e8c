// A call changes the same times of a file and of its directory in memory as on disk.
import { expect } from 'chai';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { open, os, readBytes, writeFile } from 'uvfiles';
import { memoryFiles } from 'uvfiles/testing';
import { skip } from '../../support/skip.js';

type Call = (at: (name: string) => string) => Promise<unknown>;

const CALLS: Readonly<Record<string, Call>> = {
  'reading a file': (at) => readBytes(at('f')),
  'reading nothing of a file': async (at) => {
    await using f = await open(at('f'), 'rb');
    await f.read(0);
  },
  'opening a file to read': async (at) => (await open(at('f'))).close(),
  'opening a file to write': async (at) => (await open(at('f'), 'r+')).close(),
  'opening a file that is emptied': async (at) => (await open(at('f'), 'w')).close(),
  'opening an empty file that is emptied': async (at) => (await open(at('empty'), 'w')).close(),
  'writing to a file': (at) => writeFile(at('f'), 'new'),
  'writing nothing': async (at) => {
    await using f = await open(at('f'), 'r+b', { buffering: 0 });
    await f.write(Buffer.alloc(0));
  },
  'cutting a file': (at) => os.truncate(at('f'), 0),
  'growing a file': (at) => os.truncate(at('f'), 9),
  'truncating a file to its size': (at) => os.truncate(at('f'), 1),
  'truncating an open file to its size': async (at) => {
    await using f = await open(at('f'), 'r+b', { buffering: 0 });
    await f.truncate(1);
  },
  'asking for the status': (at) => os.stat(at('f')),
  'changing permissions': (at) => os.chmod(at('f'), 0o600),
  'changing permissions to the same': (at) => os.chmod(at('f'), 0o644),
  'changing the owner to the same': (at) => os.chown(at('f'), -1, -1),
  'setting times': (at) => os.utimes(at('f'), 3, 4),
  'setting times of a link': (at) => os.utimes(at('l'), 3, 4, { followSymlinks: false }),
  'reading a link': (at) => os.readlink(at('l')),
  'following a link': (at) => os.stat(at('l')),
  'creating a file': (at) => writeFile(at('new'), ''),
  'failing to create a file': (at) => open(at('f'), 'x').catch(() => undefined),
  'making a directory': (at) => os.mkdir(at('new')),
  'making a directory in a directory': (at) => os.mkdir(at('d/new')),
  'removing a directory': (at) => os.rmdir(at('e')),
  'removing a file': (at) => os.unlink(at('f')),
  'removing one of two names': (at) => os.unlink(at('second')),
  'giving a second name': (at) => os.link(at('f'), at('new')),
  'making a link': (at) => os.symlink('f', at('new')),
  'renaming a file': (at) => os.rename(at('f'), at('new')),
  'renaming a file to another directory': (at) => os.rename(at('f'), at('d/new')),
  'renaming over a file': (at) => os.rename(at('f'), at('empty')),
  'renaming a file to itself': (at) => os.rename(at('f'), at('f')),
  'renaming to a second name of the file': (at) => os.rename(at('first'), at('second')),
  'renaming a directory': (at) => os.rename(at('d'), at('new')),
  'listing a directory': (at) => os.listdir(at('d')),
};

const SHOWN = ['', 'f', 'l', 'd', 'e', 'empty', 'first', 'second', 'new', 'd/new'];
const TIMES = ['atimeNs', 'mtimeNs', 'ctimeNs'] as const;

async function build(at: (name: string) => string): Promise<void> {
  for (const name of ['d', 'e']) await os.mkdir(at(name));
  await writeFile(at('f'), 'x');
  for (const name of ['empty', 'first', 'd/x']) await writeFile(at(name), '');
  await os.link(at('first'), at('second'));
  await os.symlink('f', at('l'));
  for (const name of SHOWN)
    if (await os.lexists(at(name))) await os.utimes(at(name), 1, 1, { followSymlinks: false });
}

/** Makes a call at a later time than all before it. Returns which times it has changed. */
async function changed(
  at: (name: string) => string,
  later: () => Promise<void> | void,
  call: Call,
): Promise<string[]> {
  await build(at);
  const look = async (): Promise<Map<bigint, bigint[]>> => {
    const found = new Map<bigint, bigint[]>();
    for (const name of SHOWN) {
      const stats = await os.lstat(at(name), { bigint: true }).catch(() => undefined);
      if (stats !== undefined)
        found.set(
          stats.ino,
          TIMES.map((each) => stats[each]),
        );
    }
    return found;
  };
  const names = new Map<bigint, string>();
  for (const name of SHOWN)
    await os.lstat(at(name), { bigint: true }).then(
      ({ ino }) => names.has(ino) || names.set(ino, name || 'the directory'),
      () => undefined,
    );
  const before = await look();
  await later();
  await call(at);
  const said: string[] = [];
  for (const [ino, times] of await look()) {
    const old = before.get(ino);
    if (old === undefined) continue;
    TIMES.forEach((each, i) => times[i] !== old[i] && said.push(`${names.get(ino)}: ${each}`));
  }
  return said.sort();
}

describe('times of files in memory and on the disk', function () {
  this.timeout(240_000);
  let root = '';
  let keepsAccess = false;

  before(function () {
    if (process.platform !== 'linux') skip(this, 'the times that change are those of Linux');
    root = fs.mkdtempSync(path.join(fs.existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'uvfiles-times-'));
    const file = path.join(root, 'probe');
    fs.writeFileSync(file, 'x');
    fs.utimesSync(file, 1, 1);
    fs.readFileSync(file);
    keepsAccess = fs.statSync(file).atimeMs !== 1000;
  });
  after(() => {
    if (root !== '') fs.rmSync(root, { recursive: true, force: true });
  });

  // Waits until the clock of the file system has advanced.
  async function later(): Promise<void> {
    const probe = path.join(root, 'probe');
    fs.writeFileSync(probe, 'x');
    const { ctimeNs } = fs.statSync(probe, { bigint: true });
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      fs.chmodSync(probe, 0o600);
      if (fs.statSync(probe, { bigint: true }).ctimeNs > ctimeNs) return;
    }
  }

  let count = 0;
  for (const [name, call] of Object.entries(CALLS)) {
    it(`are changed alike by ${name}`, async () => {
      const top = path.join(root, String(count++));
      fs.mkdirSync(top);
      let now = 1e12;
      const shown = (all: string[]): string[] =>
        all.filter((each) => keepsAccess || !each.endsWith('atimeNs'));
      const onDisk = await changed((each) => path.join(top, each), later, call);
      using _ = memoryFiles({}, { clock: () => now });
      const inMemory = await changed(
        (each) => `/${each}`,
        () => void (now += 1000),
        call,
      );
      expect(shown(inMemory)).to.deep.equal(shown(onDisk));
    });
  }
});
