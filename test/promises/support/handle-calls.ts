// Valid and invalid calls of every method of a FileHandle, for any replacement of node:fs/promises.
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

import type { Call } from './calls.js';

/** The outcome of a promise: its value, or the properties of its error. */
async function settled(promise: unknown): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    return said(error);
  }
}

function said(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, code, syscall, errno, path, dest } = error as unknown as Record<string, unknown>;
  return { name, message, code, syscall, errno, path, dest, class: error.constructor.name };
}

type Use = (handle: any, f: any, at: (name: string) => string) => unknown;

/** Calls `use` with the handle of a file, and closes it. */
function withHandle(use: Use, flags = 'r+', name = 'file'): Call {
  const call: Call = async (f, at) => {
    const handle = await f.open(at(name), flags);
    try {
      const result = await settled(use(handle, f, at));
      // The content of the file, and the position of the handle.
      const next = await settled(handle.read(Buffer.alloc(4, '.')));
      return [result, next];
    } finally {
      await handle.close();
    }
  };
  call.toString = () => `=> ${flags}: ${use.toString().replace(/^.*?=> ?/s, '')}`;
  return call;
}

const bytes = (size: number): Buffer => Buffer.alloc(size, '.');

/** By method. */
export const handleCalls: Record<string, Call[]> = {
  'handle.appendFile': [
    withHandle((h) => h.appendFile('more'), 'a+'),
    withHandle((h) => h.appendFile(Buffer.from('more'))),
    withHandle((h) => h.appendFile('ff00', 'hex')),
    withHandle((h) => h.appendFile('x', { encoding: 'nonsense' })),
    withHandle((h) => h.appendFile(5)),
    withHandle((h) => h.appendFile('x'), 'r'),
    withHandle((h) => h.appendFile('x', { flush: true })),
    withHandle((h) => h.appendFile('x', { flush: 'yes' })),
  ],
  'handle.chmod': [
    withHandle(async (h) => [await h.chmod(0o600), (await h.stat()).mode]),
    withHandle((h) => h.chmod('640')),
    withHandle((h) => h.chmod('rwx')),
    withHandle((h) => h.chmod(-1)),
    withHandle((h) => h.chmod()),
    withHandle((h) => h.chown(-1, -1)),
    withHandle((h) => h.chown('a', 1)),
    withHandle((h) => h.chown(1)),
    withHandle((h) => h.utimes(1, new Date(2000))),
    withHandle((h) => h.utimes('1', '2')),
    withHandle((h) => h.utimes('x', 1)),
    withHandle((h) => h.utimes(NaN, 1)),
  ],
  'handle.close': [
    async (f, at) => {
      const handle = await f.open(at('file'));
      const events: string[] = [];
      handle.on('close', (...args: unknown[]) => events.push(`close ${args.length}`));
      const results = [await handle.close(), await settled(handle.close()), handle.fd];
      return [results, events];
    },
    async (f, at) => {
      const handle = await f.open(at('file'));
      const [first, second] = [handle.close(), handle.close()];
      return [await first, await second, handle.fd];
    },
    async (f, at) => {
      const handle = await f.open(at('file'), 'r+');
      await handle.close();
      const calls: Record<string, () => unknown> = {
        appendFile: () => handle.appendFile('x'),
        chmod: () => handle.chmod(0o600),
        chown: () => handle.chown(-1, -1),
        datasync: () => handle.datasync(),
        read: () => handle.read(bytes(1)),
        readv: () => handle.readv([bytes(1)]),
        stat: () => handle.stat(),
        sync: () => handle.sync(),
        truncate: () => handle.truncate(),
        utimes: () => handle.utimes(1, 1),
        write: () => handle.write('x'),
        writev: () => handle.writev([bytes(1)]),
        dispose: () => handle[Symbol.asyncDispose]?.(),
      };
      const found: Record<string, unknown> = {};
      for (const [name, call] of Object.entries(calls)) {
        const outcome = (await settled(call())) as { code?: unknown; syscall?: unknown } | undefined;
        found[name] = [outcome?.code, outcome?.syscall];
      }
      return found;
    },
    async (f, at) => {
      const handle = await f.open(at('file'));
      const { close } = handle;
      await close();
      return handle.fd;
    },
  ],
  'handle.read': [
    withHandle(async (h) => {
      const { bytesRead, buffer } = await h.read();
      return [bytesRead, buffer.length, buffer.subarray(0, bytesRead)];
    }),
    withHandle((h) => h.read(bytes(8))),
    withHandle((h) => h.read(bytes(8), 2)),
    withHandle((h) => h.read(bytes(8), 2, 3)),
    withHandle((h) => h.read(bytes(8), 2, 3, 5)),
    withHandle((h) => h.read(bytes(8), 2, 3, 5n)),
    withHandle((h) => h.read(bytes(8), 2, 3, -1)),
    withHandle((h) => h.read(bytes(8), 2, 3, -1n)),
    withHandle((h) => h.read(bytes(8), 2, 3, -2)),
    withHandle((h) => h.read(bytes(8), 2, 3, null)),
    withHandle((h) => h.read(bytes(8), 2, 3, 'x')),
    withHandle((h) => h.read(bytes(8), 2, 3, 2 ** 53)),
    withHandle((h) => h.read(bytes(8), 2, 3, 2n ** 63n)),
    withHandle((h) => h.read(bytes(8), 2, 3, 1000)),
    withHandle((h) => h.read(bytes(8), null, null, null)),
    withHandle((h) => h.read(bytes(8), 8, 0)),
    withHandle((h) => h.read(bytes(8), 8)),
    withHandle((h) => h.read(bytes(8), 9)),
    withHandle((h) => h.read(bytes(8), -1)),
    withHandle((h) => h.read(bytes(8), 'x')),
    withHandle((h) => h.read(bytes(8), 0, 9)),
    withHandle((h) => h.read(bytes(8), 0, -1)),
    withHandle((h) => h.read(bytes(0))),
    withHandle((h) => h.read(bytes(0), 0, 0)),
    withHandle((h) => h.read({ buffer: bytes(0) })),
    withHandle((h) => h.read(bytes(8), {})),
    withHandle((h) => h.read(bytes(8), { offset: 3, length: 2, position: 4 })),
    withHandle((h) => h.read(bytes(8), { length: 20 })),
    withHandle((h) => h.read(bytes(8), { offset: 20 })),
    withHandle((h) => h.read(bytes(8), { position: 'x' })),
    withHandle((h) => h.read({ buffer: bytes(8), offset: 3, length: 2, position: 4 })),
    withHandle((h) => h.read({ buffer: bytes(8), position: 4n })),
    withHandle((h) => h.read({ length: 4 }).then(({ bytesRead, buffer }: any) => [bytesRead, buffer.length])),
    withHandle((h) => h.read({ buffer: 'x' })),
    withHandle((h) => h.read(null).then(({ bytesRead }: any) => bytesRead)),
    withHandle((h) => h.read('x')),
    withHandle((h) => h.read([])),
    withHandle((h) => h.read(new DataView(new ArrayBuffer(8), 2, 4))),
    withHandle((h) => h.read(new Uint16Array(4), 1, 4, 0)),
    withHandle((h) => h.read(new Float64Array(1))),
    withHandle((h) => h.read(new ArrayBuffer(4))),
    withHandle((h) => h.read(bytes(8)), 'w', 'new'),
    withHandle(async (h) => Reflect.getPrototypeOf(await h.read(bytes(1)))),
    withHandle(async (h) => Object.entries(await h.read(bytes(1)))),
  ],
  'handle of a file for appending': [
    withHandle((h) => h.readFile('utf8'), 'a+'),
    withHandle((h) => h.read(bytes(5)), 'a+'),
    withHandle(async (h) => [await h.read(bytes(5)), await h.write('x'), await h.read(bytes(5))], 'a+'),
    withHandle(async (h) => [await h.write('x'), await h.readFile('utf8')], 'as+'),
    withHandle((h) => h.write('x'), 'a'),
    (f, at) => f.readFile(at('file'), { flag: 'a+', encoding: 'utf8' }),
  ],
  'handle.readFile': [
    withHandle((h) => h.readFile()),
    withHandle((h) => h.readFile('utf8')),
    withHandle((h) => h.readFile('buffer')),
    withHandle((h) => h.readFile({ encoding: 'hex' })),
    withHandle((h) => h.readFile('nonsense')),
    withHandle((h) => h.readFile(5)),
    withHandle(async (h) => [await h.read(bytes(5)), await h.readFile('latin1'), await h.readFile('latin1')]),
    withHandle((h) => h.readFile({ signal: AbortSignal.abort() })),
    withHandle((h) => h.readFile({ signal: AbortSignal.abort('why') })),
    withHandle((h) => h.readFile({ signal: 'no' })),
    withHandle((h) => h.readFile(), 'w', 'new'),
    withHandle((h, f) => f.readFile(h, 'utf8')),
    withHandle((h, f) => f.writeFile(h, 'over')),
    withHandle((h, f) => f.appendFile(h, 'over')),
  ],
  'handle.readLines': [
    withHandle(async (h) => {
      const lines = [];
      for await (const line of h.readLines()) lines.push(line);
      return lines;
    }),
    withHandle(async (h) => {
      const lines = [];
      for await (const line of h.readLines({ start: 5, end: 12, encoding: 'utf8', autoClose: false }))
        lines.push(line);
      return [lines, h.fd > 0 || h.fd === -1];
    }),
  ],
  'handle.readv': [
    withHandle((h) => h.readv([bytes(3), bytes(4)])),
    withHandle((h) => h.readv([bytes(3), bytes(4)], 2)),
    withHandle((h) => h.readv([bytes(3), bytes(4)], null)),
    withHandle((h) => h.readv([bytes(3), bytes(4)], 100)),
    withHandle((h) => h.readv([bytes(3), bytes(400)], 20)),
    withHandle((h) => h.readv([new Uint16Array(2), new DataView(new ArrayBuffer(3))])),
    withHandle((h) => h.readv('x')),
    withHandle((h) => h.readv(['x'])),
    withHandle((h) => h.readv(bytes(3))),
    withHandle((h) => h.readv()),
    withHandle(async (h) => {
      const buffers = [bytes(3)];
      return (await h.readv(buffers)).buffers === buffers;
    }),
    withHandle((h) => h.writev([bytes(3), Buffer.from('ab')])),
    withHandle((h) => h.writev([bytes(3), Buffer.from('ab')], 4)),
    withHandle((h) => h.writev([bytes(3), Buffer.from('ab')], 4), 'r'),
    withHandle((h) => h.writev([], 4)),
    withHandle((h) => h.writev([], 4), 'r'),
    withHandle((h) => h.writev([bytes(0)])),
    withHandle((h) => h.writev([bytes(0)], 4), 'r'),
    withHandle((h) => h.writev('x')),
    withHandle((h) => h.writev([5])),
    withHandle((h) => h.writev([Buffer.from('ab')], 'x')),
  ],
  'handle.stat': [
    withHandle((h) => h.stat()),
    withHandle((h) => h.stat({ bigint: true })),
    withHandle((h) => h.stat({})),
    withHandle(async (h) => (await h.stat()).constructor.name),
  ],
  'handle.sync': [
    withHandle((h) => h.sync()),
    withHandle((h) => h.datasync()),
    withHandle((h) => h.sync(), 'r'),
  ],
  'handle.truncate': [
    withHandle((h) => h.truncate()),
    withHandle((h) => h.truncate(3)),
    withHandle((h) => h.truncate(100)),
    withHandle((h) => h.truncate(-1)),
    withHandle((h) => h.truncate(1.5)),
    withHandle((h) => h.truncate('x')),
    withHandle((h) => h.truncate(null)),
    withHandle((h) => h.truncate(3), 'r'),
    withHandle(async (h) => [await h.read(bytes(8)), await h.truncate(3), await h.write('x')]),
  ],
  'handle.write': [
    withHandle((h) => h.write(Buffer.from('bytes'))),
    withHandle((h) => h.write(Buffer.from('bytes'), 2)),
    withHandle((h) => h.write(Buffer.from('bytes'), 2, 2)),
    withHandle((h) => h.write(Buffer.from('bytes'), 2, 2, 6)),
    withHandle((h) => h.write(Buffer.from('bytes'), null, null, null)),
    withHandle((h) => h.write(Buffer.from('bytes'), { offset: 1, length: 2, position: 3 })),
    withHandle((h) => h.write(Buffer.from('bytes'), {})),
    withHandle((h) => h.write(Buffer.from('bytes'), null)),
    withHandle((h) => h.write(Buffer.from('bytes'), 6)),
    withHandle((h) => h.write(Buffer.from('bytes'), -1)),
    withHandle((h) => h.write(Buffer.from('bytes'), 0, 6)),
    withHandle((h) => h.write(Buffer.from('bytes'), 0, -1)),
    withHandle((h) => h.write(Buffer.from('bytes'), 'x')),
    withHandle((h) => h.write(Buffer.from('bytes'), 0, 5, -1)),
    withHandle((h) => h.write(Buffer.from('bytes'), 0, 5, 2n)),
    withHandle((h) => h.write(new Uint16Array([0x4141, 0x4242]))),
    withHandle((h) => h.write(new DataView(Uint8Array.of(65, 66, 67).buffer, 1))),
    withHandle((h) => h.write('text')),
    withHandle((h) => h.write('text', 4)),
    withHandle((h) => h.write('text', null, 'latin1')),
    withHandle((h) => h.write('ff', 0, 'hex')),
    withHandle((h) => h.write('fff', 0, 'hex')),
    withHandle((h) => h.write('text', 0, 'nonsense')),
    withHandle((h) => h.write('ünï', 2, 'utf16le')),
    withHandle((h) => h.write('')),
    withHandle((h) => h.write(''), 'r'),
    withHandle((h) => h.write(5)),
    withHandle((h) => h.write({})),
    withHandle((h) => h.write(null)),
    withHandle((h) => h.write(new String('x'))),
    withHandle((h) => h.write({ toString: () => 'x' })),
    withHandle((h) => h.write(new ArrayBuffer(2))),
    withHandle((h) => h.write('x'), 'r'),
    withHandle((h) => h.write('x', 0), 'a+'),
    withHandle(async (h) => Reflect.getPrototypeOf(await h.write('x'))),
    withHandle(async (h) => Object.entries(await h.write('x'))),
  ],
  'handle.writeFile': [
    withHandle((h) => h.writeFile('over')),
    withHandle((h) => h.writeFile(new Uint16Array([0x4141, 0x4242]))),
    withHandle((h) => h.writeFile(['a', Buffer.from('b'), 'ü'])),
    withHandle((h) => h.writeFile(['61', '62'], 'hex')),
    withHandle((h) => h.writeFile(['a', 5])),
    withHandle((h) => h.writeFile([['a']])),
    withHandle((h) => h.writeFile(new Map())),
    withHandle((h) => h.writeFile(new Set(['x', 'y']))),
    withHandle((h) =>
      h.writeFile(
        (async function* () {
          yield 'one';
          throw new Error('two');
        })(),
      ),
    ),
    withHandle((h) => h.writeFile('x', { signal: AbortSignal.abort() })),
    withHandle((h) => {
      const controller = new AbortController();
      return h.writeFile(
        (async function* () {
          yield 'one';
          controller.abort();
          yield 'two';
        })(),
        { signal: controller.signal },
      );
    }),
    withHandle((h) => h.writeFile(5, { signal: AbortSignal.abort() })),
    withHandle((h) => h.writeFile('61', 'hex')),
    withHandle((h) => h.writeFile('x', 'nonsense')),
    withHandle((h) => h.writeFile(5)),
    withHandle((h) => h.writeFile(null)),
    withHandle((h) => h.writeFile({})),
    withHandle((h) => h.writeFile('x'), 'r'),
  ],
  'handle streams': [
    withHandle((h) => text(h.createReadStream())),
    withHandle((h) => text(h.createReadStream({ start: 2, end: 6, autoClose: false }))),
    withHandle((h) => text(h.createReadStream({ encoding: 'hex', highWaterMark: 3 }))),
    withHandle(async (h) => {
      const stream = h.createReadStream();
      const { path, fd, pending, bytesRead, autoClose } = stream;
      const before = { path, fd: typeof fd, pending, bytesRead, autoClose };
      await text(stream);
      if (!stream.closed) await once(stream, 'close');
      return [before, stream.bytesRead, stream.destroyed, h.fd];
    }),
    withHandle(async (h) => {
      const stream = h.createWriteStream({ start: 4 });
      stream.write('to');
      stream.end(' the stream');
      await once(stream, 'close');
      return [stream.bytesWritten, stream.path, stream.writableHighWaterMark];
    }),
    withHandle(async (h) => {
      const stream = h.createWriteStream({ flush: true });
      stream.end('flushed');
      await once(stream, 'close');
      return h.fd;
    }),
    withHandle(async (h) => text(h.readableWebStream())),
  ],
  'handle itself': [
    async (f, at) => {
      const handle = await f.open(at('file'));
      try {
        return [
          handle.constructor.name,
          typeof handle.fd,
          typeof handle.on,
          typeof handle.getAsyncId(),
          Symbol.asyncDispose in handle,
          Object.prototype.toString.call(handle),
          handle.listenerCount('close'),
        ];
      } finally {
        await handle.close();
      }
    },
    async (f, at) => {
      const handle = await f.open(at('file'));
      const { read, write, stat, close } = handle;
      const found = [];
      for (const method of [read, write, stat])
        found.push(((await settled(method.call({}, bytes(1)))) as { code: unknown }).code);
      await close.call(handle);
      return found;
    },
  ],
};
