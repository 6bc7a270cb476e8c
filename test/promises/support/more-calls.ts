// Further calls: options and their defaults, encodings, classes of results, aborted signals, copies and errors of trees.
import { constants } from 'node:fs';
import { pathToFileURL } from 'node:url';

import type { Call } from './calls.js';
import { said } from './tree-calls.js';

/** All values of an asynchronous iterable. */
async function all(values: AsyncIterable<unknown>): Promise<unknown[]> {
  const list = [];
  for await (const each of values) list.push(each);
  return list;
}

/** What the caller sees of entries, in a fixed order. */
function entries(list: any[]): string[] {
  return list
    .map((each) => [
      String(each.name),
      Buffer.isBuffer(each.name),
      each.constructor.name,
      each.isFile(),
      each.isDirectory(),
      each.isSymbolicLink(),
      String(each.parentPath),
      Object.keys(each),
    ])
    .map((each) => each.join('|'))
    .sort();
}

/** By what they are about. */
export const moreCalls: Record<string, Call[]> = {
  'odd paths': [
    (f) => f.stat(''),
    (f) => f.readFile(''),
    (f) => f.open(''),
    (f) => f.open(null),
    (f) => f.open({}),
    (f) => f.open('a\0b'),
    (f) => f.stat(new Uint8Array([0x2f, 0])),
    (f, at) => f.readFile(pathToFileURL(at('file')), 'utf8'),
    (f, at) => f.readFile(new Uint8Array(Buffer.from(at('file'))), 'utf8'),
    (f, at) => f.readdir(pathToFileURL(at('dir'))),
    (f, at) => f.readFile(at('file/')),
    (f, at) => f.readFile(at('file/below')),
    (f, at) => f.stat(at('dir/../file')).then((s: any) => s.size),
    (f, at) => f.stat(at('x'.repeat(300))),
    (f) => f.mkdir('a\0b'),
    (f) => f.readdir(new URL('http://localhost/x')),
    (f) => f.rename('a', 'b\0'),
    (f) => f.unlink(undefined),
    (f) => f.rm(undefined),
    (f) => f.cp(undefined, 'x'),
    (f, at) => f.cp(at('file'), undefined),
    (f) => f.copyFile('a\0', 'b'),
    (f) => f.symlink(1, 'x'),
    (f) => f.truncate({}),
    (f) => f.mkdtemp(5),
    (f) => f.mkdtemp('a\0b'),
    (f) => f.opendir(5),
    (f) => f.realpath('a\0'),
    (f) => f.readlink({}),
    (f) => f.utimes({}, 1, 1),
    (f) => f.chmod({}, 1),
    (f) => f.chown({}, 1, 1),
    (f) => f.lutimes(null, 1, 1),
    (f) => f.lchown(null, 1, 1),
    (f) => f.statfs(null),
    (f) => f.access(null),
  ],
  'options of readdir': [
    (f, at) => f.readdir(at('dir'), { withFileTypes: true }).then(entries),
    (f, at) => f.readdir(at('dir'), { withFileTypes: true, encoding: 'buffer' }).then(entries),
    (f, at) => f.readdir(at('dir'), { withFileTypes: true, recursive: true }).then(entries),
    (f, at) => f.readdir(at('dir'), { recursive: true, encoding: 'utf8' }).then((l: any) => l.sort()),
    (f, at) => f.readdir(at('dir'), null),
    (f, at) => f.readdir(at('dir'), {}),
    (f, at) => f.readdir(at('dir'), 5),
    (f, at) => f.readdir(at('dir'), { recursive: 'yes' }),
    (f, at) => f.readdir(at('dir'), { withFileTypes: 1 }).then((l: any) => l.length),
    (f, at) => f.readdir(at('dir'), { encoding: 'base64' }),
    (f, at) => f.readdir(at('dir'), { encoding: 'latin1' }),
    (f, at) => f.readdir(at('link')),
    (f, at) => f.readdir(at('missing'), { withFileTypes: true }),
    (f, at) => f.readdir(at('missing'), { recursive: true }),
    (f, at) => f.readdir(at('file'), { recursive: true }),
    (f, at) => f.readdir(at('file'), { withFileTypes: true, recursive: true }),
    (f, at) => f.readdir(at('dir/'), { withFileTypes: true }).then(entries),
    (f, at) => f.readdir(Buffer.from(at('dir'))),
  ],
  'directories that are opened': [
    async (f, at) => {
      const dir = await f.opendir(at('dir'));
      const found = [dir.constructor.name, dir.path, (await all(dir)).length];
      return [found, await dir.close().catch(said)];
    },
    async (f, at) => {
      const dir = await f.opendir(at('dir'), { bufferSize: 1 });
      const names = [];
      for (let entry = await dir.read(); entry !== null; entry = await dir.read()) names.push(entry.name);
      await dir.close();
      return [names.sort(), await dir.read().catch(said)];
    },
    async (f, at) => entries(await all(await f.opendir(at('.'), { recursive: true }))),
    async (f, at) => entries(await all(await f.opendir(at('dir'), { encoding: 'utf8' }))),
    (f, at) => f.opendir(at('dir'), 'nonsense'),
  ],
  'options of mkdir': [
    (f, at) => f.mkdir(at('new/'), { recursive: true }),
    (f, at) => f.mkdir(at('a/./b/../c'), { recursive: true }),
    (f, at) => f.mkdir(at('new'), { mode: 0o750, recursive: true }),
    (f, at) => f.mkdir(at('new'), { mode: 'x' }),
    (f, at) => f.mkdir(at('new'), { mode: -1 }),
    (f, at) => f.mkdir(at('new'), null),
    (f, at) => f.mkdir(at('new'), 'nonsense'),
    (f, at) => f.mkdir(at('link/x'), { recursive: true }),
    (f, at) => f.mkdir(at('broken'), { recursive: true }),
    (f, at) => f.mkdir(at('file'), { recursive: true }),
    async (f, at) => (await f.mkdtemp(at('made-'), 'buffer')).constructor.name,
    async (f, at) => typeof (await f.mkdtemp(at('made-'), { encoding: 'utf8' })),
    async (f, at) => {
      if (f.mkdtempDisposable === undefined) return undefined;
      const made = await f.mkdtempDisposable(at('made-'));
      const kinds = [Object.keys(made), typeof made.path, typeof made.remove, Symbol.asyncDispose in made];
      await made.remove();
      return [kinds, await made.remove()];
    },
  ],
  'classes of results': [
    async (f, at) => (await f.stat(at('file'))).constructor.name,
    async (f, at) => (await f.stat(at('file'), { bigint: true })).constructor.name,
    async (f) => (await f.statfs('/')).constructor.name,
    async (f, at) => Object.keys(await f.stat(at('file'))),
    async (f, at) => Object.keys(await f.stat(at('file'), { bigint: true })),
    async (f, at) => {
      const stats = await f.stat(at('file'));
      return [
        stats.mtime instanceof Date,
        stats.mtime.getTime() === Math.round(stats.mtimeMs),
        stats.isFile(),
        stats.isFIFO(),
      ];
    },
    async (f, at) => JSON.stringify(Object.keys(JSON.parse(JSON.stringify(await f.stat(at('file')))))),
    async (f, at) => (await f.readFile(at('file'))).constructor.name,
    async (f, at) => (await f.readFile(at('empty'))).length,
    (f, at) => f.readFile(at('empty'), 'utf8'),
    (f, at) => f.stat(at('missing'), { throwIfNoEntry: false }),
    (f, at) => f.lstat(at('missing'), { throwIfNoEntry: false }),
    (f, at) => f.stat(at('file'), { bigint: 1 }).then((s: any) => typeof s.size),
  ],
  'arguments that some versions accept': [
    (f, at) => f.stat(at('file'), { throwIfNoEntry: false }).then((stats: any) => stats.size),
    (f, at) => f.lstat(at('broken'), { throwIfNoEntry: 0, bigint: true }).then((stats: any) => stats.size),
    (f, at) => f.stat(at('file'), 5).then((stats: any) => stats?.size),
    (f, at) => f.access(at('file'), null),
    (f, at) => f.access(at('missing'), null),
    (f, at) => f.copyFile(at('file'), at('new'), '1'),
    (f, at) => f.rmdir(at('dir'), null),
    (f, at) => f.rmdir(at('dir'), { recursive: 'yes' }),
    (f, at) => f.rmdir(at('dir'), { recursive: true }),
    (f, at) => f.rmdir(at('file'), { recursive: true }),
    (f, at) => f.rmdir(at('missing'), { recursive: true }),
    (f, at) => f.rmdir(at('dir/sub'), { recursive: false, maxRetries: '1' }),
  ],
  'flags and modes': [
    ...[
      'r',
      'rs',
      'r+',
      'rs+',
      'sr+',
      'w',
      'wx',
      'xw',
      'w+',
      'wx+',
      'a',
      'ax',
      'xa',
      'as',
      'sa',
      'a+',
      'ax+',
      'as+',
      'R',
      '',
      'rw',
    ].map((flag): Call => {
      const call: Call = async (f, at) => {
        const handle = await f.open(at('new'), flag).catch(() => f.open(at('file'), flag));
        const { size } = await handle.stat();
        await handle.close();
        return size;
      };
      call.toString = () => `=> open(new or file, ${flag})`;
      return call;
    }),
    (f, at) => f.open(at('file'), constants.O_RDONLY).then((h: any) => h.close()),
    (f, at) => f.open(at('new'), constants.O_CREAT | constants.O_WRONLY, 0o600).then((h: any) => h.close()),
    (f, at) => f.open(at('new'), 'w', '600').then((h: any) => h.close()),
    (f, at) => f.open(at('new'), 'w', null).then((h: any) => h.close()),
    (f, at) => f.open(at('new'), 'w', 1.5),
    (f, at) => f.open(at('file'), null).then((h: any) => h.close()),
    (f, at) => f.open(at('file'), 1.5),
    (f, at) => f.open(at('link'), constants.O_NOFOLLOW),
    (f, at) => f.writeFile(at('new'), 'x', { mode: '600' }),
    (f, at) => f.writeFile(at('new'), 'x', { mode: 'x' }),
    (f, at) => f.writeFile(at('file'), 'x', { flag: 'a' }),
    (f, at) => f.writeFile(at('file'), 'x', { flag: 'r' }),
    (f, at) => f.writeFile(at('file'), 'x', { flag: 'w+' }),
    (f, at) => f.appendFile(at('file'), 'x', { flag: 'w' }),
    (f, at) => f.appendFile(at('file'), ['a', 'b']),
    (f, at) => f.readFile(at('file'), { flag: 'r+' }),
    (f, at) => f.readFile(at('file'), { flag: 'wx' }),
    (f, at) => f.readFile(at('file'), { encoding: '' }),
    (f, at) => f.readFile(at('file'), { encoding: 5 }),
    (f, at) => f.readFile(at('file'), { encoding: 'UTF-8' }),
    (f, at) => f.readFile(at('file'), 'ucs2'),
    (f, at) => f.readFile(at('file'), 'base64url'),
    (f, at) => f.readFile(at('file'), 'ascii'),
    (f, at) => f.access(at('dir/sub/c'), constants.X_OK),
    (f, at) => f.access(at('file'), constants.X_OK),
    (f, at) => f.access(at('file'), '4'),
    (f, at) => f.access(at('file'), -1),
    (f, at) => f.access(at('file'), 1.5),
    (f, at) => f.access(at('broken')),
    (f, at) => f.chmod(at('file'), 0o10644),
    (f, at) => f.chmod(at('file')),
    (f, at) => f.chmod(at('file'), 1.5),
    (f, at) => f.chmod(at('link'), 0o600),
    (f, at) => f.chown(at('file'), -1, -1),
    (f, at) => f.chown(at('file'), 1.5, 0),
    (f, at) => f.chown(at('file'), 2 ** 33, 0),
    (f, at) => f.lchown(at('link'), -1, -1),
    (f, at) => f.lchmod(at('file'), 0o600),
    (f, at) => f.truncate(at('file'), 100),
    (f, at) => f.truncate(at('file'), -5),
    (f, at) => f.truncate(at('file'), '3'),
    (f, at) => f.truncate(at('dir'), 3),
    (f, at) => f.utimes(at('file'), '1', '2'),
    (f, at) => f.utimes(at('file'), -1, 1e10),
    (f, at) => f.utimes(at('file'), NaN, 1),
    (f, at) => f.utimes(at('file'), Infinity, 1),
    (f, at) => f.utimes(at('file'), 1),
    (f, at) => f.lutimes(at('link'), 1, 2),
    (f, at) => f.symlink('file', at('new'), null),
    (f, at) => f.symlink('', at('new')),
    (f, at) => f.symlink('dir', at('new'), 'dir'),
    (f, at) => f.symlink('file', at('new'), 5),
    (f, at) => f.symlink(Buffer.from('file'), at('new')),
    (f, at) => f.link(at('file'), at('empty')),
    (f, at) => f.link(at('dir'), at('new')),
    (f, at) => f.link(at('link'), at('new')),
    (f, at) => f.rename(at('dir'), at('file')),
    (f, at) => f.rename(at('dir'), at('dir/sub/x')),
    (f, at) => f.rename(at('file'), at('file')),
    (f, at) => f.rename(at('missing'), at('no/x')),
    (f, at) => f.readlink(at('link'), { encoding: 'hex' }),
    (f, at) => f.readlink(at('link'), 'nonsense'),
    (f, at) => f.realpath(at('dir/sub/up/sub')),
    (f, at) => f.realpath(at('link'), { encoding: 'buffer' }).then(String),
    (f, at) => f.realpath(at('missing')),
    (f, at) => f.realpath(at('file/x')),
    (f, at) => f.realpath(at('link'), 5),
    (f, at) => f.statfs(at('file'), { bigint: true }).then((s: any) => typeof s.bsize),
  ],
  'signals that are aborted': [
    (f, at) => {
      const controller = new AbortController();
      const reading = f.readFile(at('file'), { signal: controller.signal });
      controller.abort();
      return reading.catch(said);
    },
    (f, at) => f.readFile(at('missing'), { signal: AbortSignal.abort() }),
    (f, at) =>
      f
        .writeFile(at('new'), 'x', { signal: AbortSignal.abort(new Error('mine')) })
        .catch(({ cause, ...e }: any) => [said(e), said(cause)]),
    (f, at) => {
      const controller = new AbortController();
      const pieces = (async function* () {
        yield 'one';
        await Promise.resolve();
        controller.abort('why');
        yield 'two';
      })();
      return f.writeFile(at('new'), pieces, { signal: controller.signal }).catch(said);
    },
    (f, at) => f.appendFile(at('file'), 'x', { signal: AbortSignal.abort() }),
    (f, at) => f.writeFile(at('new'), 'x', { signal: 5 }),
    (f, at) => f.writeFile(at('new'), 'x', { signal: null }),
    (f, at) => f.readFile(at('file'), { signal: null }),
    (f, at) => f.readFile(at('file'), { signal: { aborted: true } }),
    async (f, at) => all(f.watch(at('file'), { signal: AbortSignal.abort() })).catch(said),
    (f, at) => all(f.watch(at('missing'))).catch(({ code, syscall }: any) => [code, syscall]),
  ],
  'what is written': [
    (f, at) => f.writeFile(at('new'), Buffer.alloc(0)),
    (f, at) => f.writeFile(at('file'), ''),
    (f, at) => f.writeFile(at('file'), 'short'),
    (f, at) => f.writeFile(at('new'), new DataView(Uint8Array.of(65, 66, 67).buffer, 1)),
    (f, at) => f.writeFile(at('new'), new ArrayBuffer(2)),
    (f, at) => f.writeFile(at('new'), null),
    (f, at) => f.writeFile(at('new'), undefined),
    (f, at) => f.writeFile(at('new'), true),
    (f, at) => f.writeFile(at('new'), Symbol('x')).catch(({ code, name }: any) => [code, name]),
    (f, at) => f.writeFile(at('new'), { toString: () => 'x' }),
    (f, at) => f.writeFile(at('new'), []),
    (f, at) => f.writeFile(at('new'), [1, 2]),
    (f, at) => f.writeFile(at('new'), new Map([['a', 'b']])),
    (f, at) => f.writeFile(at('new'), new Blob(['blob']).stream()),
    (f, at) => f.writeFile(at('no/new'), 'x'),
    (f, at) => f.writeFile(at('broken'), 'through'),
    (f, at) => f.writeFile(at('link'), 'through'),
    (f, at) => f.writeFile(at('new'), '\ud800 lone'),
    (f, at) => f.writeFile(at('new'), 'ünï', 'latin1'),
    (f, at) => f.writeFile(at('new'), 'xyz', 'hex'),
    (f, at) => f.writeFile(at('new'), 'x', 'nonsense'),
    (f, at) => f.writeFile(at('new'), 'x', 5),
    (f, at) => f.writeFile(at('new'), 'x', null),
    (f, at) => f.writeFile(at('new'), 'x', () => undefined),
    (f, at) => f.writeFile(at('new'), 'x', { encoding: null }),
    (f, at) => f.writeFile(at('new'), 'x', { flush: null }),
    (f, at) => f.writeFile(at('new'), 'x', { flag: null }),
    (f, at) => f.writeFile(at('new'), 'x', { mode: null }),
  ],
  glob: [
    async (f, at) =>
      f.glob === undefined ? undefined : (await all(f.glob('**/*', { cwd: at('.') }))).map(String).sort(),
    async (f, at) =>
      f.glob === undefined
        ? undefined
        : (await all(f.glob('*', { cwd: at('dir'), withFileTypes: true })))
            .map((e: any) => [e.name, e.isFile()])
            .sort(),
    async (f) => (f.glob === undefined ? undefined : all(f.glob(5))),
  ],
  'called in other ways': [
    (f, at) => {
      const { readFile } = f;
      return readFile.call(null, at('file'), 'utf8');
    },
    (f) =>
      ['readFile', 'stat', 'rm', 'cp', 'open'].map((name) => [
        f[name].name === name || f[name].name,
        typeof f[name],
      ]),
    async (f, at) => [f.stat(at('file')) instanceof Promise, await f.stat(at('file')).then(() => 1)],
    (f) => {
      // No call throws at once.
      const results: unknown[] = [];
      for (const name of [
        'access',
        'open',
        'stat',
        'readFile',
        'readdir',
        'rm',
        'unlink',
        'mkdir',
        'writeFile',
        'cp',
      ])
        results.push(f[name]().catch(({ code }: any) => [name, code]));
      return Promise.all(results);
    },
  ],
};
