// lockFile and updateAtomic: no change of a file is lost, even if others change it, and however a process ends.
import { expect } from 'chai';
import { readFileSync, renameSync, statSync, symlinkSync, writeFileSync, chmodSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { lockFile, open, readText, updateAtomic, writeAtomic } from 'uvfiles';
import { type FileSystem, mount, wrap } from 'uvfiles/filesystem';

import { FlatFiles } from '../filesystem/support/flat-files.js';
import { rejection, scratchDirectory } from '../support/temp.js';
import { losesNothing } from './support/counting.js';

describe('lockFile', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => `${scratch.path}/${name}`;

  it('creates the file, and leaves it', async () => {
    {
      await using lock = await lockFile(at('a.lock'), { permissions: 0o600 });
      expect(lock.shared).to.equal(false);
      expect(statSync(at('a.lock')).mode & 0o777).to.equal(0o600);
      expect((await rejection(lockFile(at('a.lock'), { timeout: 10 }))).code).to.equal('ERR_TIMEOUT');
      await using f = await open(at('a.lock'), 'r+');
      expect(await f.tryLock()).to.equal(null);
    }
    expect(scratch.list()).to.deep.equal(['a.lock']);
    await (await lockFile(at('a.lock'))).release();
  });

  it('is granted in call order', async () => {
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const lock = await lockFile(at('a.lock'));
        order.push(index);
        await lock.release();
      }),
    );
    expect(order).to.deep.equal(Array.from({ length: 50 }, (_, index) => index));
  });

  it('grants shared locks, also of read-only files', async () => {
    writeFileSync(at('a'), 'data');
    chmodSync(at('a'), 0o444);
    await using one = await lockFile(at('a'), { shared: true });
    await using two = await lockFile(at('a'), { shared: true });
    expect([one.shared, two.shared]).to.deep.equal([true, true]);
    expect(readFileSync(at('a'), 'utf8')).to.equal('data');
  });

  it('locks the new file if the file has been replaced while it waited', async () => {
    const first = await lockFile(at('a'));
    const second = lockFile(at('a'));
    await sleep(5);
    writeFileSync(at('new'), 'new');
    renameSync(at('new'), at('a'));
    await first.release();
    await using lock = await second;
    expect(lock.shared).to.equal(false);
    await using f = await open(at('a'), 'r+');
    expect(await f.tryLock()).to.equal(null);
  });

  it('rejects with the error of the system, and for invalid arguments', async () => {
    expect((await rejection(lockFile(at('no/such')))).code).to.equal('ENOENT');
    expect((await rejection(lockFile(scratch.path))).code).to.equal('EISDIR');
    expect((await rejection(lockFile(5 as never))).code).to.equal('ERR_INVALID_ARG_TYPE');
    expect((await rejection(lockFile(at('a'), { stale: 1 } as never))).code).to.equal(
      'ERR_INVALID_ARG_VALUE',
    );
    expect(scratch.list()).to.deep.equal([]);
  });
});

describe('updateAtomic', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => `${scratch.path}/${name}`;

  it('passes the content to the callback, or null if there is no file', async () => {
    const seen: unknown[] = [];
    await updateAtomic(at('a'), (old) => (seen.push(old), 'one'));
    await updateAtomic(at('a'), async (old) => (seen.push(old?.toString()), Buffer.from('two')));
    await updateAtomic(at('a'), (old) => (seen.push(old), `${old}, \u00e9\r\n`), { encoding: 'latin-1' });
    expect(seen).to.deep.equal([null, 'one', 'two']);
    expect(readFileSync(at('a'), 'latin1')).to.equal('two, \u00e9\r\n');
    await updateAtomic(at('b'), () => 'bom', { encoding: 'utf-8-sig' });
    await updateAtomic(at('b'), (old) => `${old}!`, { encoding: 'utf-8-sig' });
    expect(readFileSync(at('b'), 'utf8')).to.equal('\ufeffbom!');
    await updateAtomic(at('b'), () => '');
    expect(readFileSync(at('b'), 'utf8')).to.equal('');
    expect(scratch.list().sort()).to.deep.equal(['a', 'b']);
  });

  it('keeps the mode of the file, and keeps a link', async () => {
    writeFileSync(at('a'), '1');
    chmodSync(at('a'), 0o640);
    symlinkSync('a', at('link'));
    await updateAtomic(at('link'), (old) => `${old!.toString()}2`);
    expect(readFileSync(at('a'), 'utf8')).to.equal('12');
    expect(statSync(at('a')).mode & 0o777).to.equal(0o640);
  });

  it('changes nothing if the callback throws or returns an invalid value', async () => {
    writeFileSync(at('a'), 'old');
    for (const name of ['a', 'missing']) {
      const error = await rejection(
        updateAtomic(at(name), async () => {
          throw Object.assign(new Error('no'), { code: 'ENOENT' });
        }),
      );
      expect(error.message).to.equal('no');
      expect((await rejection(updateAtomic(at(name), () => 5 as never))).code).to.equal(
        'ERR_INVALID_ARG_TYPE',
      );
      expect((await rejection(updateAtomic(at(name), undefined as never))).code).to.equal(
        'ERR_INVALID_ARG_TYPE',
      );
    }
    const bad = updateAtomic(at('a'), () => '\u20ac', { encoding: 'ascii' });
    expect((await rejection(bad)).code).to.equal('ERR_UNICODE_ENCODE');
    const unknown = updateAtomic(at('a'), () => '', { encoding: 'klingon' });
    expect((await rejection(unknown)).code).to.equal('ERR_UNKNOWN_ENCODING');
    expect(scratch.list()).to.deep.equal(['a']);
    expect(readFileSync(at('a'), 'utf8')).to.equal('old');
  });

  it('loses no change of callers in one process, and gives them their turns in call order', async () => {
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        updateAtomic(
          at('a'),
          async (old) => {
            order.push(index);
            await sleep(index % 3);
            return String(Number(old ?? 0) + 1);
          },
          { encoding: 'utf-8', durable: false },
        ),
      ),
    );
    expect(readFileSync(at('a'), 'utf8')).to.equal('100');
    expect(order).to.deep.equal(Array.from({ length: 100 }, (_, index) => index));
  });

  it('lets others read the file meanwhile', async () => {
    writeFileSync(at('a'), 'old');
    const error = await rejection(
      updateAtomic(at('a'), async () => {
        expect(await readText(at('a'))).to.equal('old');
        expect(readFileSync(at('a'), 'utf8')).to.equal('old');
        throw new Error('read');
      }),
    );
    expect(error.message).to.equal('read');
  });

  it('makes writeAtomic of the same path wait', async () => {
    const update = updateAtomic(at('a'), async () => (await sleep(20), 'updated'));
    const write = writeAtomic(at('a'), 'written');
    await Promise.all([update, write]);
    expect(readFileSync(at('a'), 'utf8')).to.equal('written');
  });

  it('waits for a lock of another process until its timeout or an abort', async () => {
    writeFileSync(at('a'), 'old');
    const lock = await lockFile(at('a'));
    const late = rejection(updateAtomic(at('a'), () => 'late', { timeout: 20 }));
    const controller = new AbortController();
    const aborted = rejection(updateAtomic(at('a'), () => 'aborted', { signal: controller.signal }));
    const patient = updateAtomic(at('a'), (old) => `${old!.toString()} and new`);
    expect((await late).code).to.equal('ERR_TIMEOUT');
    controller.abort();
    expect((await aborted).name).to.equal('AbortError');
    await lock.release();
    await patient;
    expect(readFileSync(at('a'), 'utf8')).to.equal('old and new');
  });

  it('rejects after an abort or timeout while its callback is waiting, and lets the next call proceed', async () => {
    const forever = (): Promise<string> => new Promise(() => undefined);
    for (const name of ['a', 'missing']) {
      if (name === 'a') writeFileSync(at(name), 'old');
      const controller = new AbortController();
      const late = rejection(updateAtomic(at(name), forever, { timeout: 20 }));
      expect((await late).code).to.equal('ERR_TIMEOUT');
      const aborted = rejection(
        updateAtomic(at(name), () => (setImmediate(() => controller.abort()), forever()), {
          signal: controller.signal,
        }),
      );
      expect((await aborted).name).to.equal('AbortError');
      const refused = updateAtomic(at(name), () => (controller.abort(), Promise.reject(new Error('mine'))), {
        signal: new AbortController().signal,
      });
      expect((await rejection(refused)).message).to.equal('mine');
      expect(scratch.list()).to.deep.equal(['a']);
      expect(readFileSync(at('a'), 'utf8')).to.equal('old');
    }
    await updateAtomic(at('a'), (old) => `${old!.toString()} and new`);
    expect(readFileSync(at('a'), 'utf8')).to.equal('old and new');
  });

  losesNothing(scratch, { processes: 6, times: 20, killed: 3, durable: [true] });
});

describe('locks and updates of mounted file systems', () => {
  it('name the capability that is missing, before any I/O', async () => {
    const files = new FlatFiles();
    using _mounted = mount('/virtual', refusing(files));
    for (const call of [() => lockFile('/virtual/a'), () => updateAtomic('/virtual/a', () => 'x')]) {
      const error = await rejection(call());
      expect(error.code).to.equal('ERR_UNSUPPORTED_OPERATION');
      expect(error.message).to.match(/'flat'.*'locks'/);
    }
    using _plain = mount('/plain', files);
    await using file = await open('/plain/a', 'w');
    expect((await rejection(file.lock())).message).to.match(/'flat'.*'locks'/);
    expect((await rejection(file.tryLock())).code).to.equal('ERR_UNSUPPORTED_OPERATION');
  });

  it('repeat a conditional write that failed, if there are no locks', async () => {
    const files = new TaggedFiles();
    using _mounted = mount('tagged://bucket', files.fileSystem);
    await Promise.all(
      Array.from({ length: 2 }, async () => {
        for (let i = 0; i < 5; i++)
          await updateAtomic('tagged://bucket/n', (old) => String(Number(old ?? 0) + 1), {
            encoding: 'utf-8',
          });
      }),
    );
    expect(files.content).to.equal('10');
    let calls = 0;
    await updateAtomic(
      'tagged://bucket/n',
      (old) => {
        if (calls++ === 0) files.replace('100'); // another writer is faster
        return String(Number(old) + 1);
      },
      { encoding: 'utf-8' },
    );
    expect([calls, files.content]).to.deep.equal([2, '101']);
    const failed = await rejection(
      updateAtomic('tagged://bucket/n', () => {
        throw Object.assign(new Error('mine'), { code: 'ESTALE' });
      }),
    );
    expect(failed.message).to.equal('mine');
    const stubborn = updateAtomic('tagged://bucket/n', () => (files.replace('x'), 'y'), { timeout: 50 });
    expect((await rejection(stubborn)).code).to.equal('ERR_TIMEOUT');
  });
});

function refusing(files: FileSystem): FileSystem {
  return wrap(files, {
    open: () => Promise.reject(new Error('it was opened')),
    stat: () => Promise.reject(new Error('it was looked at')),
  });
}

/** One file with conditional writes, as in an object store. */
class TaggedFiles {
  content: string | undefined;
  #version = 0;

  replace(content: string): void {
    this.content = content;
    this.#version++;
  }

  get #etag(): string {
    return `"${this.#version}"`;
  }

  readonly fileSystem: FileSystem = wrap(new FlatFiles(), {
    name: 'tagged',
    capabilities: { conditional: true, atomicReplace: true },
    open: async () => {
      if (this.content === undefined) throw Object.assign(new Error(), { code: 'ENOENT' });
      const bytes = Buffer.from(this.content);
      const etag = this.#etag;
      return {
        pread: async (size, position) => bytes.subarray(Number(position), Number(position) + size),
        stat: async () =>
          ({ size: bytes.length, etag, isFile: () => true, isDirectory: () => false }) as never,
        close: async () => undefined,
      };
    },
    writeFile: async (_path, data) => {
      if (this.content !== undefined) throw Object.assign(new Error(), { code: 'EEXIST' });
      this.replace(Buffer.from(data).toString());
    },
    replaceFile: async (_path, data, { ifMatch }) => {
      if (ifMatch !== this.#etag) throw Object.assign(new Error(), { code: 'ESTALE' });
      this.replace(Buffer.from(data).toString());
    },
  });
}
