// Faults, bans and traces: on real files and in memory alike.
import { expect } from 'chai';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { open, os, type RawFile, readBytes, readText, writeAtomic, writeFile } from 'uvfiles';
import * as promises from 'uvfiles/promises';
import { faults, type MemoryFiles, memoryFiles, noFiles, type OperationName, trace } from 'uvfiles/testing';

import { rejection, scratchDirectory } from '../support/temp.js';

for (const kind of ['real files', 'files in memory'] as const) {
  describe(`faults on ${kind}`, () => {
    const scratch = scratchDirectory();
    let files: MemoryFiles | undefined;
    let top = '';
    beforeEach(() => {
      files = kind === 'real files' ? undefined : memoryFiles();
      top = files === undefined ? scratch.path : '/top';
      return os.makedirs(top, { existOk: true });
    });
    afterEach(() => files?.unmount());
    const at = (name: string): string => path.posix.join(top, name);

    it('fails locks, and lists them in operations', async () => {
      const f = await open(at('a'), 'w+b');
      await f.close();
      await faults({ op: 'lock', path: at('a'), error: 'EIO' }, async () => {
        await using locked = await open(at('a'), 'r+b');
        expect(await rejection(locked.lock())).to.include({ code: 'EIO', syscall: 'fcntl' });
        const lock = await locked.tryLock({ position: 2, size: 3 });
        await lock!.release();
      });
      const asked = await trace(async () => {
        await using locked = await open(at('a'), 'r+b');
        const lock = await locked.lock({ position: 2, size: 3 });
        await lock.release();
      });
      expect(asked.filter(({ op }) => op.endsWith('lock'))).to.deep.equal([
        { op: 'lock', path: at('a'), position: 2, size: 3 },
        { op: 'unlock', path: at('a'), position: 2, size: 3 },
      ]);
    });

    it('fails the chosen operation, once, and no other', async () => {
      using f = faults({ op: 'open', path: `${top}/a*`, error: 'EMFILE' });
      await writeFile(at('b'), 'b');
      const failed = await rejection(writeFile(at('a1'), 'a'));
      expect(failed).to.include({ code: 'EMFILE', path: at('a1') });
      expect(failed.message).to.equal(`EMFILE: too many open files, open '${at('a1')}'`);
      await writeFile(at('a1'), 'a');
      expect(f.count).to.equal(1);
    });

    it('fails with an Error of the test, unchanged', async () => {
      await writeFile(at('a'), 'a');
      class DiskOnFire extends Error {
        readonly code = 'EIO';
      }
      for (const [op, call] of [
        ['open', () => readText(at('a'))],
        ['stat', () => os.stat(at('a'))],
        ['list', () => os.listdir(top)],
        ['write', () => writeAtomic(at('a'), 'b')],
        ['rename', () => os.rename(at('a'), at('b'))],
        ['open', () => os.copy(at('a'), at('b'))],
        ['open', () => promises.readFile(at('a'))],
        ['rename', () => promises.rename(at('a'), at('b'))],
      ] as const) {
        const own = new DiskOnFire('the disk is on fire');
        const { stack } = own;
        expect(await faults({ op, error: own }, () => rejection(call())), op).to.equal(own);
        expect([own.message, own.stack]).to.deep.equal(['the disk is on fire', stack]);
      }
      // With a code of the system, it is handled like an error of the system. Otherwise, the call rejects with it.
      await faults({ op: 'stat', error: new DiskOnFire() }, async () => {
        expect(await os.exists(at('a'))).to.equal(false);
      });
      const plain = new Error('no code');
      expect(await faults({ op: 'stat', error: plain }, () => rejection(os.exists(at('a'))))).to.equal(plain);
      expect(await readText(at('a'))).to.equal('a');
    });

    it('reads each property of a rule once', async () => {
      const read: string[] = [];
      const values = { op: ['stat'] as string[], path: undefined, times: 1, error: 'EIO' };
      const rule = new Proxy(values, {
        get(from, name) {
          read.push(String(name));
          return Reflect.get(from, name) as unknown;
        },
      });
      using f = faults(rule as never);
      values.op[0] = 'open';
      values.error = 'no code';
      expect((await rejection(os.stat(top))).code).to.equal('EIO');
      expect(f.count).to.equal(1);
      expect(read).to.deep.equal([...new Set(read)]);
    });

    it('creates errors with the same properties as those of the system', async () => {
      const none = at('none');
      await writeFile(at('f'), 'f');
      const real: Readonly<Record<string, readonly [op: OperationName, call: () => Promise<unknown>]>> = {
        open: ['open', () => open(none)],
        readBytes: ['open', () => readBytes(none)],
        writeFile: ['open', () => writeFile(`${none}/x`, '')],
        stat: ['stat', () => os.stat(none)],
        lstat: ['stat', () => os.lstat(none)],
        listdir: ['list', () => os.listdir(none)],
        unlink: ['unlink', () => os.unlink(none)],
        mkdir: ['mkdir', () => os.mkdir(at('f'))],
        rmdir: ['rmdir', () => os.rmdir(none)],
        rename: ['rename', () => os.rename(none, at('f'))],
        link: ['link', () => os.link(none, at('f'))],
        symlink: ['symlink', () => os.symlink('target', at('f'))],
        readlink: ['readlink', () => os.readlink(at('f'))],
        realpath: ['realpath', () => os.realpath(none)],
        statvfs: ['statvfs', () => os.statvfs(none)],
        chmod: ['chmod', () => os.chmod(none, 0o600)],
        chown: ['chown', () => os.chown(none, 1, 1)],
        lchown: ['chown', () => os.chown(none, 1, 1, { followSymlinks: false })],
        utimes: ['utimes', () => os.utimes(none, 1, 1)],
        lutimes: ['utimes', () => os.utimes(none, 1, 1, { followSymlinks: false })],
        truncate: ['truncate', () => os.truncate(none, 1)],
      };
      for (const [name, [op, call]] of Object.entries(real)) {
        const expected = await rejection(call());
        const error = expected.code as 'ENOENT';
        const made = await faults({ op, error }, () => rejection(call()));
        expect({ ...made, message: made.message }, name).to.deep.equal({
          ...expected,
          message: expected.message,
        });
      }
    });

    it('names no path in errors of open files, and that of the caller in those of whole files', async () => {
      await writeFile(at('f'), 'f');
      const messages: string[] = [];
      for (const [op, call] of [
        ['read', (f: RawFile) => f.read(1)],
        ['write', (f: RawFile) => f.pwrite(Buffer.from('x'), 0)],
        ['sync', (f: RawFile) => f.sync()],
        ['truncate', (f: RawFile) => f.truncate(1)],
        ['stat', (f: RawFile) => f.stat()],
        ['close', (f: RawFile) => f.close()],
      ] as const) {
        await faults({ op, error: 'EIO' }, async () => {
          const f = await open(at('f'), 'r+b', { buffering: 0 });
          const failed = await rejection(call(f));
          expect(failed.path).to.equal(undefined);
          messages.push(failed.message);
          await f.close().catch(() => undefined); // nor after a sync that failed
        });
      }
      expect(messages).to.deep.equal(
        ['read', 'write', 'fsync', 'ftruncate', 'fstat', 'close'].map((call) => `EIO: i/o error, ${call}`),
      );
      for (const [op, syscall, call] of [
        ['read', 'read', readBytes],
        ['write', 'write', (name: string) => writeFile(name, 'x')],
        ['write', 'write', (name: string) => writeAtomic(name, 'x')],
        ['sync', 'fsync', (name: string) => writeAtomic(name, 'x')],
      ] as const) {
        const failed = await faults({ op, error: 'EIO' }, () => rejection(call(at('f'))));
        expect(failed.message).to.equal(`EIO: i/o error, ${syscall} '${at('f')}'`);
        expect(failed).to.include({ code: 'EIO', syscall, path: at('f') });
      }
    });

    it('fails with every error code of the system', async () => {
      const known = getSystemErrorMap();
      for (const [code, number] of Object.entries(constants.errno)) {
        const failed = await faults({ op: 'stat', error: code as 'EIO' }, () => rejection(os.stat(top)));
        // Two names of one number are one error.
        expect(constants.errno[failed.code as 'EIO'], code).to.equal(number);
        const [name, description] = known.get(failed.errno!) ?? [code, failed.message.split(/: |, /)[1]];
        expect(failed.message).to.equal(`${name}: ${description}, stat '${top}'`);
        expect(failed.message).to.not.match(/unknown/i);
      }
      const locked = await faults({ op: 'lock', error: 'ENOLCK' }, async () => {
        await using f = await open(at('f'), 'w+b');
        return await rejection(f.lock());
      });
      expect(locked).to.include({ code: 'ENOLCK', errno: -constants.errno.ENOLCK, syscall: 'fcntl' });
      expect(locked.message).to.equal('ENOLCK: no locks available, fcntl');
    });

    it('applies after and times', async () => {
      const outcomes: string[] = [];
      await faults({ op: 'stat', path: `${top}/**`, after: 2, times: 2, error: 'EIO' }, async () => {
        for (let i = 0; i < 6; i++)
          outcomes.push(
            await os.stat(top).then(
              () => 'ok',
              (error) => error.code,
            ),
          );
      });
      expect(outcomes).to.deep.equal(['ok', 'ok', 'EIO', 'EIO', 'ok', 'ok']);
    });

    it('applies only to the asynchronous context of its callback', async () => {
      await writeFile(at('a'), 'a');
      let outside: Promise<unknown> = Promise.resolve();
      const start: { go?: () => void } = {};
      outside = new Promise<void>((resolve) => (start.go = resolve)).then(() => readText(at('a')));
      await faults({ op: '*', times: Infinity, error: 'EIO' }, async () => {
        start.go!();
        expect((await rejection(readText(at('a')))).code).to.equal('EIO');
        await outside;
      });
      expect(await outside).to.equal('a');
    });

    it('fills the disk in the middle of a write, with the true partial count', async () => {
      using _ = faults([
        { op: 'write', short: 4 },
        { op: 'write', error: 'ENOSPC' },
      ]);
      const f = await open(at('log'), 'wb', { buffering: 0 });
      const failed = await rejection(f.write(Buffer.from('0123456789')));
      expect(failed).to.include({ code: 'ENOSPC', bytesWritten: 4 });
      await f.close();
      expect(await readText(at('log'))).to.equal('0123');
    });

    it('makes short reads and writes that the library completes', async () => {
      const data = Buffer.from(Array.from({ length: 1000 }, (_, i) => i & 255));
      using f = faults([
        { op: 'write', short: 7, times: 20 },
        { op: 'read', short: 3, times: Infinity },
      ]);
      await using w = await open(at('f'), 'w+b');
      await w.write(data);
      await w.flush();
      expect(await w.pread(1000, 0)).to.deep.equal(data);
      expect(f.count).to.be.greaterThan(20);
    });

    it('leaves the old file if any operation before the rename fails', async () => {
      await writeFile(at('a'), 'old');
      for (const op of ['open', 'write', 'sync', 'close', 'rename'] as const) {
        await faults({ op, path: `${top}/**`, error: 'EIO' }, async () => {
          expect((await rejection(writeAtomic(at('a'), 'new'))).code, op).to.equal('EIO');
        });
        expect(await readText(at('a')), op).to.equal('old');
        expect(await os.listdir(top), op).to.deep.equal(['a']);
      }
    });

    it('sets committed if the sync of the directory fails', async () => {
      await writeFile(at('a'), 'old');
      await faults({ op: 'sync', path: top, error: 'EIO' }, async () => {
        expect(await rejection(writeAtomic(at('a'), 'new'))).to.include({ code: 'EIO', committed: true });
      });
      expect(await readText(at('a'))).to.equal('new');
    });

    it('repeats the same faults with the same seed', async () => {
      const run = async (seed: number): Promise<string> => {
        let outcomes = '';
        await faults({ op: 'stat', times: Infinity, error: 'EIO', probability: 0.5, seed }, async () => {
          for (let i = 0; i < 40; i++)
            outcomes += await os.stat(top).then(
              () => '.',
              () => 'x',
            );
        });
        return outcomes;
      };
      const first = await run(1);
      expect(first).to.match(/x/).and.match(/\./);
      expect(await run(1)).to.equal(first);
      expect(await run(2)).to.not.equal(first);
    });

    it('delays an operation until it is aborted', async () => {
      const aborter = new AbortController();
      await faults({ op: 'stat', delay: 3_600_000 }, async () => {
        const slow = os.stat(top, { signal: aborter.signal });
        setImmediate(() => aborter.abort(new Error('enough')));
        expect((await rejection(slow)).name).to.equal('AbortError');
      });
    });

    for (const delay of [3_600_000, 2 ** 40, Infinity]) {
      it(`ends a delay of ${delay} ms with the timeout of the call`, async () => {
        await writeFile(at('a'), 'a');
        await faults({ op: ['stat', 'read'], delay, times: Infinity }, async () => {
          expect((await rejection(os.stat(top, { timeout: 5 }))).code).to.equal('ERR_TIMEOUT');
          expect((await rejection(readBytes(at('a'), { timeout: 5 }))).code).to.equal('ERR_TIMEOUT');
        });
      });
    }

    it('writes the bytes at the call, whatever is changed during a delay', async () => {
      await using f = await open(at('a'), 'w+b', { buffering: 0 });
      await faults({ op: 'write', delay: 2, times: 3 }, async () => {
        const data = Buffer.from('abc');
        const writes = [f.write(data), f.pwrite(data, 3)];
        data.fill('x');
        await Promise.all(writes);
      });
      expect(String(await readBytes(at('a')))).to.equal('abcabc');
    });

    it('compares paths without their dots', async () => {
      await faults({ op: 'stat', path: top, error: 'EIO', times: Infinity }, async () => {
        for (const each of [top, `${top}/`, `${top}/../${path.basename(top)}/.`, Buffer.from(top)])
          expect((await rejection(os.stat(each))).code).to.equal('EIO');
      });
    });

    it('closes a file whose close fails', async () => {
      const f = await open(at('f'), 'w');
      await f.close();
      await faults({ op: 'close', error: 'EIO' }, async () => {
        const g = await open(at('f'), 'w');
        expect((await rejection(g.close())).code).to.equal('EIO');
        expect(g.closed).to.equal(true);
      });
    });

    it('traces the operations of a program, in order', async () => {
      const asked = await trace(async () => {
        await writeAtomic(at('a'), 'new');
        await readBytes(at('nope')).catch(() => undefined);
      });
      expect(asked.map(({ op }) => op)).to.deep.equal([
        'stat',
        'open',
        'write',
        'sync',
        'close',
        'rename',
        'sync',
        'open',
      ]);
      expect(asked.at(-1)).to.include({ path: at('nope'), error: 'ENOENT' });
      expect(asked[5]).to.include({ dest: at('a') });
    });

    it('rejects every operation in noFiles, and names the line of the call', async () => {
      const touch = async (): Promise<void> => {
        await readText(at('a'));
      };
      const refused = await rejection(noFiles(touch));
      expect(refused).to.include({ code: 'ERR_FILES_FORBIDDEN', op: 'open', path: at('a') });
      expect(refused.message).to.match(
        /No files may be used here: open '.*a', called at .*faults\.test\.ts:\d+/,
      );
      expect(await noFiles(async () => 1 + 1)).to.equal(2);
    });
  });
}

describe('faults', () => {
  const scratch = scratchDirectory();

  it('do not affect other contexts after they have ended', async () => {
    const name = path.join(scratch.path, 'f');
    const f = faults({ op: '*', times: Infinity, error: 'EIO' });
    expect((await rejection(writeFile(name, 'x'))).code).to.equal('EIO');
    f.stop();
    f.stop();
    await writeFile(name, 'x');
    expect(readFileSync(name, 'utf8')).to.equal('x');
    writeFileSync(name, 'y');
    expect(await readText(name)).to.equal('y');
    expect(existsSync(name)).to.equal(true);
  });

  for (const [what, rule] of [
    ['an unknown operation', { op: 'explode', error: 'EIO' }],
    ['no operation', { op: [], error: 'EIO' }],
    ['an unknown code', { op: 'open', error: 'EWHAT' }],
    ['nothing to go wrong', { op: 'open' }],
    ['an unknown part', { op: 'open', error: 'EIO', count: 3 }],
    ['a probability above 1', { op: 'open', error: 'EIO', probability: 2 }],
    ['a probability that is no number', { op: 'open', error: 'EIO', probability: '1' }],
    ['a fraction of an operation', { op: 'open', error: 'EIO', after: 0.5 }],
    ['a fraction of a byte', { op: 'read', short: 1.5 }],
    ['a negative number of times', { op: 'open', error: 'EIO', times: -1 }],
  ] as const) {
    it(`refuse a rule with ${what}`, () => {
      expect(() => faults(rule as any))
        .to.throw()
        .with.property('code')
        .that.match(/^ERR_(INVALID_ARG|OUT_OF_RANGE)/);
    });
  }
});
