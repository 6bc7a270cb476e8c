// What noFiles forbids: everything that touches a file, by every public function.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { ServerResponse } from 'node:http';
import path from 'node:path';
import * as uvfiles from 'uvfiles';
import { open, os, path as paths, stdout, tempfile, writeFile } from 'uvfiles';
import * as promises from 'uvfiles/promises';
import { FilesForbiddenError, memoryFiles, noFiles, trace } from 'uvfiles/testing';

import { functions, type Signature } from '../support/arguments/every-function.js';
import { skip } from '../support/skip.js';
import { scratchDirectory } from '../support/temp.js';

type AnyFunction = (...args: unknown[]) => unknown;

/** Functions that do not touch files, with the reason. */
const HARMLESS: Readonly<Record<string, string>> = {
  abspath: 'computes',
  configure: 'changes settings',
  createLane: 'creates a queue',
  getcwd: 'returns the current directory, which is not a file',
  gettempprefix: 'returns a constant',
  lchmod: 'is missing on Linux',
  metrics: 'reads counters',
  textFrom: 'reads what it is given',
  withLane: 'creates functions',
};

/** Calls for which the sample arguments are not suitable. */
const CALLS: Readonly<Record<string, () => unknown>> = {
  getxattr: () => os.getxattr('f', 'user.a'),
  listxattr: () => os.listxattr('f'),
  removexattr: () => os.removexattr('f', 'user.a'),
  setxattr: () => os.setxattr('f', 'user.a', Buffer.from('x')),
  configure: () => uvfiles.configure({}),
  createLane: () => uvfiles.createLane({ name: 'of noFiles' }),
  serveFile: () => {
    const req = { method: 'GET', headers: {}, httpVersionMajor: 1, httpVersionMinor: 1 };
    return uvfiles.serveFile(req as never, new ServerResponse(req as never), 'f');
  },
  spooledTemporaryFile: async () => {
    const file = await tempfile.spooledTemporaryFile();
    await file.rollover().finally(() => file.close());
  },
};

const NODE_ARGUMENTS: Readonly<Record<string, readonly unknown[]>> = {
  appendFile: ['f', 'x'],
  chmod: ['f', 0o600],
  chown: ['f', -1, -1],
  copyFile: ['f', 'g'],
  cp: ['f', 'g', { recursive: true }],
  glob: ['*'],
  lchmod: ['f', 0o600],
  lchown: ['f', -1, -1],
  link: ['f', 'g'],
  lutimes: ['f', 1, 1],
  rename: ['f', 'g'],
  symlink: ['f', 'g'],
  utimes: ['f', 1, 1],
  withLane: [uvfiles.lanes.default],
  writeFile: ['f', 'x'],
};

const samples = ({ args }: Signature): unknown[] => args.map(({ sample }) => sample());

/** The final result of a call: for an iterator, all of its values. */
async function outcome(answer: unknown): Promise<unknown> {
  const steps = await (answer as PromiseLike<Partial<AsyncIterable<unknown>>>);
  if (typeof steps?.[Symbol.asyncIterator] !== 'function') return steps;
  const given: unknown[] = [];
  for await (const each of steps as AsyncIterable<unknown>) given.push(each);
  return given;
}

const refusal = (call: () => unknown): Promise<unknown> =>
  noFiles(() => outcome(call())).then(
    () => undefined,
    (error: unknown) => error,
  );

function itForbids(where: string, name: string, call: () => unknown): void {
  if (name in HARMLESS) {
    it(`allows ${where}.${name}, which ${HARMLESS[name]!}`, async () => {
      expect(await refusal(call)).to.not.be.an.instanceof(FilesForbiddenError);
    });
    return;
  }
  it(`forbids ${where}.${name}, and names the line of the call`, async () => {
    const error = await refusal(call);
    expect(error).to.be.an.instanceof(FilesForbiddenError);
    expect(error).to.have.property('code', 'ERR_FILES_FORBIDDEN');
    expect((error as Error).message).to.match(/called at .*no-files\.test\.ts/);
  });
}

describe('noFiles', () => {
  const scratch = scratchDirectory();

  // From the list of what the package exports, so that none is forgotten.
  for (const [subpath, name] of [
    ['.', 'uvfiles'],
    ['./os', 'os'],
    ['./path', 'path'],
    ['./tempfile', 'tempfile'],
  ] as const) {
    const where = (name === 'uvfiles' ? uvfiles : uvfiles[name]) as unknown as Record<string, unknown>;
    for (const [called, signature] of Object.entries(functions[subpath]!)) {
      const each = where[called];
      if (typeof each !== 'function' || /^class\b/.test(String(each))) continue;
      itForbids(name, called, CALLS[called] ?? (() => (each as AnyFunction)(...samples(signature))));
    }
  }

  for (const [name, each] of Object.entries(promises)) {
    if (name === 'default' || typeof each !== 'function') continue;
    const args = NODE_ARGUMENTS[name] ?? ['f'];
    itForbids('promises', name, () => (each as AnyFunction)(...args));
  }

  for (const [kind, mode, calls] of [
    [
      'a binary file',
      'r+b',
      {
        read: (f) => f.read(1),
        readall: (f) => f.readall(),
        readline: (f) => f.readline(),
        'its iterator': (f) => f[Symbol.asyncIterator]().next(),
        lines: (f) => f.lines().next(),
        readinto: (f) => f.readinto(new Uint8Array(1)),
        pread: (f) => f.pread(1, 0),
        readMany: (f) => f.readMany([{ position: 0, size: 1 }]),
        write: (f) => f.write(Buffer.from('x')),
        writelines: (f) => f.writelines([Buffer.from('x')]),
        pwrite: (f) => f.pwrite(Buffer.from('x'), 0),
        seek: (f) => f.seek(0),
        tell: (f) => f.tell(),
        truncate: (f) => f.truncate(0),
        flush: (f) => f.flush(),
        sync: (f) => f.sync(),
        datasync: (f) => f.datasync(),
        stat: (f) => f.stat(),
        lock: (f) => f.lock(),
        tryLock: (f) => f.tryLock(),
      },
    ],
    [
      'a text file',
      'r+',
      {
        read: (f) => f.read(1),
        readline: (f) => f.readline(),
        'its iterator': (f) => f[Symbol.asyncIterator]().next(),
        write: (f) => f.write('x'),
        truncate: (f) => f.truncate(0),
        sync: (f) => f.sync(),
        stat: (f) => f.stat(),
        lock: (f) => f.lock(),
      },
    ],
  ] as [string, string, Record<string, (f: any) => unknown>][]) {
    for (const where of ['on the disk', 'in memory']) {
      it(`forbids the use of ${kind} ${where} that was opened before, except close`, async () => {
        const files = where === 'in memory' ? memoryFiles({ f: 'a\nb\n' }) : undefined;
        try {
          const name = files === undefined ? path.join(scratch.path, 'f') : '/f';
          await writeFile(name, 'a\nb\n');
          const f = await open(name, mode);
          for (const [what, call] of Object.entries(calls))
            expect(await refusal(() => call(f)), what).to.be.an.instanceof(FilesForbiddenError);
          await noFiles(() => f.close());
          expect((await os.stat(name)).size).to.equal(4);
        } finally {
          files?.unmount();
        }
      });
    }
  }

  it('forbids the use of a FileHandle that was opened before, except close', async () => {
    const name = path.join(scratch.path, 'f');
    await writeFile(name, 'text');
    const handle = await promises.open(name, 'r+');
    for (const call of [
      () => handle.read(Buffer.alloc(1), 0, 1, 0),
      () => handle.readFile(),
      () => handle.write('x'),
      () => handle.stat(),
      () => handle.sync(),
      () => handle.truncate(0),
    ])
      expect(await refusal(call)).to.be.an.instanceof(FilesForbiddenError);
    await noFiles(() => handle.close());
  });

  it('rejects with its own error also with --frozen-intrinsics', () => {
    const program = `const { readText } = require('uvfiles');
      require('uvfiles/testing').noFiles(() => readText('f')).catch(({ code }) => console.log(code));`;
    const flags = ['--frozen-intrinsics', '-e', program];
    expect(spawnSync(process.execPath, flags, { encoding: 'utf8' }).stdout.trim()).to.equal(
      'ERR_FILES_FORBIDDEN',
    );
  });

  it('forbids descriptors and openers', async () => {
    await using f = await open(path.join(scratch.path, 'f'), 'w+b');
    const fd = f.fileno();
    let opened = 0;
    for (const call of [
      () => open(fd, 'rb', { closefd: false }),
      () => open('f', 'rb', { opener: () => ++opened }),
      () => os.sendfile(1, fd, 0, 1),
      () => paths.sameopenfile(fd, fd),
    ])
      expect(await refusal(call)).to.be.an.instanceof(FilesForbiddenError);
    expect(opened).to.equal(0);
  });

  it('allows standard streams and operations in memory', async () => {
    await noFiles(async () => {
      await stdout.flush();
      const spooled = await tempfile.spooledTemporaryFile();
      await spooled.write(Buffer.from('in memory'));
      await spooled.close();
    });
  });

  it('applies only to its callback', async () => {
    const name = path.join(scratch.path, 'f');
    await using f = await open(name, 'wb');
    const forbidden = noFiles(() => refusal(() => f.flush()));
    await writeFile(`${name}2`, 'x');
    await f.write(Buffer.from('x'));
    expect(await forbidden).to.be.an.instanceof(FilesForbiddenError);
    await f.flush();
  });
});

describe('layers before real files', () => {
  const scratch = scratchDirectory();

  it('do not change the result of ismount', async function () {
    if (process.platform !== 'linux') skip(this, 'asks about /proc');
    const link = path.join(scratch.path, 'link');
    await os.symlink('/proc', link);
    for (const name of ['/', '/proc', '/proc/self', scratch.path, '/missing', link]) {
      const plain = await paths.ismount(name);
      await trace(async () => expect(await paths.ismount(name), name).to.equal(plain));
    }
  });

  it('let mkstemp create a file with a descriptor', async () => {
    await trace(async () => {
      const { fd, path: name } = await tempfile.mkstemp({ dir: scratch.path });
      await using f = await open(fd, 'wb');
      await f.write(Buffer.from('text'));
      await f.flush();
      expect((await os.stat(name)).size).to.equal(4);
    });
  });

  it('let promises.watch and promises.glob work', async function () {
    if (!('glob' in promises) || promises.glob === undefined)
      skip(this, 'this Node has no glob in node:fs/promises');
    await writeFile(path.join(scratch.path, 'a.txt'), '');
    await trace(async () => {
      const { glob } = promises as unknown as { glob: (pattern: string, o: object) => AsyncIterable<any> };
      const names: string[] = [];
      for await (const entry of glob('*.txt', { cwd: scratch.path, withFileTypes: true }))
        names.push(entry.name);
      for await (const name of glob('*.txt', { cwd: scratch.path, exclude: ['b*'] })) names.push(name);
      expect(names).to.deep.equal(['a.txt', 'a.txt']);
    });
  });
});
