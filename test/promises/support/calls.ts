// Valid and invalid calls of every function, for any replacement of node:fs/promises.
import { constants } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** A call of a function of `fs`. `at` returns a path in the tree. */
export type Call = (fs: any, at: (name: string) => string) => unknown;

/** By function. */
export const calls: Record<string, Call[]> = {
  access: [
    (f, at) => f.access(at('file')),
    (f, at) => f.access(at('file'), constants.R_OK | constants.W_OK),
    (f, at) => f.access(at('missing')),
    (f, at) => f.access(at('file'), 99),
    (f) => f.access(5),
  ],
  appendFile: [
    (f, at) => f.appendFile(at('file'), 'more'),
    (f, at) => f.appendFile(at('new'), Buffer.from('more'), { mode: 0o600 }),
    (f, at) => f.appendFile(at('file'), 5),
    (f, at) => f.appendFile(at('file'), new String('ünï')),
    (f, at) => f.appendFile(at('file'), 'x', { flag: 'ax' }),
    (f, at) => f.appendFile(at('dir'), 'x'),
  ],
  chmod: [
    (f, at) => f.chmod(at('file'), 0o600),
    (f, at) => f.chmod(at('file'), '640'),
    (f, at) => f.chmod(at('file'), 'rwx'),
    (f, at) => f.chmod(at('file'), -1),
    (f, at) => f.chmod(at('missing'), 0o600),
  ],
  chown: [
    (f, at) => f.chown(at('missing'), 0, 0),
    (f, at) => f.chown(at('file'), 'a', 0),
    (f, at) => f.chown(at('file'), -2, 0),
    (f, at) => f.lchown(at('missing'), 0, 0),
  ],
  copyFile: [
    (f, at) => f.copyFile(at('file'), at('new')),
    (f, at) => f.copyFile(at('file'), at('empty'), constants.COPYFILE_EXCL),
    (f, at) => f.copyFile(at('missing'), at('new')),
    (f, at) => f.copyFile(at('file'), at('dir')),
  ],
  cp: [
    (f, at) => f.cp(at('dir'), at('copy'), { recursive: true }),
    (f, at) => f.cp(at('dir'), at('deep/er/copy'), { recursive: true }),
    (f, at) => f.cp(at('dir'), at('copy'), { recursive: true, verbatimSymlinks: true }),
    (f, at) => f.cp(at('dir'), at('copy')),
    (f, at) => f.cp(at('dir'), at('dir/sub/copy'), { recursive: true }),
    (f, at) => f.cp(at('dir'), at('file'), { recursive: true }),
    (f, at) => f.cp(at('file'), at('dir'), { recursive: true }),
    (f, at) => f.cp(at('file'), at('empty'), { errorOnExist: true, force: false }),
    (f, at) => f.cp(at('file'), at('file')),
    (f, at) =>
      f.cp(at('dir'), at('copy'), { recursive: true, filter: (name: string) => !name.endsWith('b') }),
    (f, at) => f.cp(at('missing'), at('copy'), { recursive: true }),
    (f, at) => f.cp(at('file'), at('copy'), { recursive: 1 }),
  ],
  link: [
    (f, at) => f.link(at('file'), at('hard')),
    (f, at) => f.link(at('missing'), at('hard')),
    (f, at) => f.link('', at('hard')),
  ],
  mkdir: [
    (f, at) => f.mkdir(at('new')),
    (f, at) => f.mkdir(at('new'), 0o700),
    (f, at) => f.mkdir(at('new'), { mode: '700' }),
    (f, at) => f.mkdir(at('a/b/c'), { recursive: true }),
    (f, at) => f.mkdir(at('dir'), { recursive: true }),
    (f, at) => f.mkdir(at('file/x'), { recursive: true }),
    (f, at) => f.mkdir(at('dir')),
    (f, at) => f.mkdir(at('x/y')),
    (f, at) => f.mkdir(at('new'), { recursive: 'yes' }),
  ],
  mkdtemp: [
    (f, at) => f.mkdtemp(at('made-')),
    (f, at) => f.mkdtemp(at('no/made-')),
    (f, at) => f.mkdtemp(at('made-'), 'nonsense'),
  ],
  open: [
    (f, at) => f.open(at('missing')),
    (f, at) => f.open(at('file'), 'nonsense'),
    (f, at) => f.open(at('file'), 'wx'),
    (f, at) => f.open(at('dir'), 'w'),
    (f, at) => f.open(at('file'), 'r', 'rwx'),
    async (f, at) => {
      const handle = await f.open(at('dir'));
      await handle.sync();
      const isDirectory = (await handle.stat()).isDirectory();
      await handle.close();
      return isDirectory;
    },
  ],
  opendir: [
    async (f, at) => {
      const names: string[] = [];
      for await (const entry of await f.opendir(at('dir'))) names.push(entry.name);
      return names.sort();
    },
    (f, at) => f.opendir(at('missing')),
    (f, at) => f.opendir(at('file')),
  ],
  readdir: [
    (f, at) => f.readdir(at('dir')),
    (f, at) => f.readdir(at('dir'), 'buffer'),
    (f, at) => f.readdir(at('dir'), { encoding: 'hex' }),
    (f, at) => f.readdir(at('dir'), { withFileTypes: true }),
    (f, at) => f.readdir(at('.'), { recursive: true, withFileTypes: true }),
    (f, at) => f.readdir(at('dir/sub'), { recursive: true, withFileTypes: true }),
    (f, at) => f.readdir(at('.'), { recursive: true }),
    (f, at) => f.readdir(at('missing')),
    (f) => f.readdir(''),
    (f, at) => f.readdir(at('file')),
    (f, at) => f.readdir(at('dir'), 'nonsense'),
    async (f, at) => {
      for (const name of ['\u{1f600}', '\ue000', '\u00e9', 'Z']) await f.writeFile(at(`dir/${name}`), '');
      return [await f.readdir(at('dir')), await f.readdir(at('dir'), { withFileTypes: true })];
    },
    async (f, at) => {
      // More names than the addon sorts.
      const names = [
        '\u{1f600}',
        '\ue000',
        ...Array.from({ length: 350 }, (_, i) => `${'x'.repeat(200)}${i}`),
      ];
      await Promise.all(names.map((name) => f.writeFile(at(`dir/${name}`), '')));
      return f.readdir(at('dir'));
    },
  ],
  readFile: [
    (f, at) => f.readFile(at('file'), 'buffer'),
    (f, at) => f.writeFile(at('file'), 'text', 'buffer'),
    (f, at) => f.readFile(at('file')),
    (f, at) => f.readFile(at('file'), 'utf8'),
    (f, at) => f.readFile(pathToFileURL(at('file')), { encoding: 'latin1' }),
    (f, at) => f.readFile(Buffer.from(at('file')), { encoding: null }),
    (f, at) => f.readFile(at('file'), 'nonsense'),
    (f, at) => f.readFile(at('new'), { flag: 'a+' }),
    (f, at) => f.readFile(at('missing')),
    (f, at) => f.readFile(at('dir')).catch(({ code }: any) => code),
    (f, at) => f.readFile(at('file'), { signal: AbortSignal.abort() }),
    (f, at) => f.readFile(at('file'), { signal: 'no' }),
    (f, at) => f.readFile(at('file'), 5),
    (f, at) => f.readFile(at('file'), { buffer: Buffer.alloc(40, 'x') }),
    (f, at) => f.readFile(at('file'), { buffer: (size: number) => Buffer.alloc(size), encoding: 'utf8' }),
    (f, at) => f.readFile(at('file'), { buffer: Buffer.alloc(1) }),
    (f, at) => f.readFile(at('file'), { buffer: () => Buffer.alloc(1) }),
    (f, at) => f.readFile(at('file'), { buffer: 5 }),
    (f) => f.readFile(5),
    (f) => f.readFile('a\0b'),
    (f) => f.readFile(new URL('http://localhost/x')),
  ],
  readlink: [
    (f, at) => f.readlink(at('link')),
    (f, at) => f.readlink(at('link'), 'buffer'),
    (f, at) => f.readlink(at('file')),
    async (f, at) => {
      await f.symlink(at('file'), at('absolute'));
      return [
        await f.readlink(at('absolute')),
        await f.readFile(at('absolute'), 'utf8'),
        await f.realpath(at('absolute')),
      ];
    },
    (f, at) => f.readlink(at('missing')),
  ],
  realpath: [
    (f, at) => f.realpath(at('link')),
    (f, at) => f.realpath(at('link'), 'buffer').then(String),
    (f, at) => f.realpath(at('broken')),
  ],
  rename: [
    (f, at) => f.rename(at('file'), at('renamed')),
    (f, at) => f.rename(at('missing'), at('renamed')),
    (f, at) => f.rename(at('file'), at('dir')),
    (f, at) => f.rename(at('file'), undefined),
  ],
  rm: [
    (f, at) => f.rm(at('file')),
    (f, at) => f.rm(at('link')),
    (f, at) => f.rm(at('dir')),
    (f, at) => f.rm(Buffer.from(at('dir'))),
    (f, at) => f.rm(at('dir'), { recursive: true }),
    (f, at) => f.rm(at('missing')),
    (f, at) => f.rm(at('missing'), { force: true }),
    (f, at) => f.rm(at('dir'), { recursive: 'yes' }),
    (f, at) => f.rm(at('dir'), { maxRetries: -1 }),
    (f, at) => f.rm(at('dir'), { maxRetries: 1n }),
    (f, at) => f.rm(at('dir'), { maxRetries: Symbol('one') }),
    (f, at) => f.rm(at('dir'), { retryDelay: Symbol('one') }),
  ],
  rmdir: [
    (f, at) => f.rmdir(at('dir')),
    (f, at) => f.rmdir(at('file')),
    (f, at) => f.mkdir(at('gone')).then(() => f.rmdir(at('gone'))),
    (f, at) => f.rmdir(at('dir'), 5),
  ],
  stat: [
    (f, at) => f.stat(at('file')),
    (f, at) => f.stat(at('file'), { bigint: true }),
    (f, at) => f.lstat(at('link')),
    (f, at) => f.stat(at('broken')),
    async (f, at) => {
      const stats = await f.stat(at('file'), { bigint: true });
      const before = Reflect.ownKeys(stats).map(String);
      void stats.mtime;
      return [before, Reflect.ownKeys(stats).map(String)].map((keys) => keys.join('|'));
    },
    (f, at) => f.stat(at('file'), null),
    (f, at) => f.stat(at('file'), { signal: new AbortController().signal }),
    (f, at) => f.stat(at('file'), { signal: AbortSignal.abort() }),
    (f, at) => f.lstat(at('file'), { signal: AbortSignal.abort('reason') }),
    (f, at) => f.lstat(at('file'), { signal: 5 }),
    (f, at) => f.lstat(at('file'), 5),
    (f, at) => f.stat(at('file'), []).then((stats: any) => stats.size),
    (f) => f.stat({}),
    (f, at) => f.statfs(at('file')),
    (f, at) => f.statfs(at('missing')),
  ],
  symlink: [
    (f, at) => f.symlink('file', at('new')),
    (f, at) => f.symlink('file', at('link')),
    (f, at) => f.symlink('file', at('new'), 'nonsense'),
  ],
  truncate: [
    (f, at) => f.truncate(at('file'), 4),
    (f, at) => f.truncate(at('file')),
    (f, at) => f.truncate(at('file'), 1.5),
    (f, at) => f.truncate(at('missing')),
  ],
  unlink: [
    (f, at) => f.unlink(at('file')),
    (f, at) => f.unlink(at('dir')),
    (f, at) => f.unlink(at('missing')),
  ],
  utimes: [
    async (f, at) => {
      await f.utimes(at('file'), 1, new Date(2_000));
      return (await f.stat(at('file'))).mtime.getTime();
    },
    (f, at) => f.utimes(at('file'), 'x', 1),
    (f, at) => f.lutimes(at('missing'), 1, 1),
  ],
  writeFile: [
    (f, at) => f.writeFile(at('file'), new String('String object')),
    (f, at) => f.writeFile(at('file'), new String('ff'), 'hex'),
    (f, at) => f.writeFile(at('file'), new Number(5)),
    (f, at) => f.writeFile(at('new'), 'text'),
    (f, at) => f.writeFile(at('new'), new Uint16Array([1, 2])),
    (f, at) => f.writeFile(at('new'), 'c3a4', 'hex'),
    (f, at) => f.writeFile(at('new'), 'x', { mode: 0o600, flush: true }),
    (f, at) => f.writeFile(at('new'), ['a', Buffer.from('b'), 'ü']),
    (f, at) => f.writeFile(at('file'), 'LINE', { flag: 'r+' }),
    (f, at) => f.writeFile(at('file'), 'x', { flag: 'wx' }),
    (f, at) => f.writeFile(at('file'), 'x', { flag: 'nonsense' }),
    (f, at) => f.writeFile(at('file'), 'x', { flush: 'yes' }),
    (f, at) => f.writeFile(at('file'), {}),
    (f, at) => f.writeFile(at('file'), 5),
    (f, at) => f.writeFile(at('dir'), 'x'),
    (f, at) => f.writeFile(at('file'), 'x', { signal: AbortSignal.abort('why') }),
  ],
};
