// The operations of the fault sweep: the files before, the operation, and the files that must exist after any failure.
import { closeSync, truncateSync } from 'node:fs';

import * as uvfiles from 'uvfiles';
import { beneath, mount } from 'uvfiles/filesystem';

import {
  collect,
  contentOf,
  LARGE,
  NEW,
  OLD,
  prefixOf,
  replaced,
  sameTree,
  SIZE,
  type SweepOperation,
  unless,
  using,
} from './sweep-checks.js';

const { open, os, path: paths, tempfile } = uvfiles;

export const OPERATIONS: Record<string, SweepOperation> = {
  read: {
    run: async (at) => {
      const bytes = await using(await open(at('old'), 'rb'), async (f) =>
        Buffer.concat([
          await f.read(5000),
          await f.pread(5000, 5000),
          (await f.seek(10_000), await f.read()),
        ]),
      );
      return unless(bytes.equals(OLD), 'it read other bytes');
    },
  },
  'read lines': {
    run: async (at) => {
      const lines = await using(await open(at('lines')), (f) => f.readlines());
      return unless(lines.join('') === 'one\ntwo\nthree\n', 'it read other lines');
    },
  },
  'write, flush, sync, close': {
    run: async (at) => {
      await using(await open(at('new'), 'wb', { buffering: 4096 }), async (f) => {
        for (let i = 0; i < NEW.length; i += 1000) await f.write(NEW.subarray(i, i + 1000));
        await f.flush();
        await f.sync();
      });
      return undefined;
    },
    check: (at, failed) => prefixOf(at('new'), NEW, failed),
  },
  'write again after a failure': {
    run: async (at) => {
      const f = await open(at('new'), 'wb', { buffering: 30_000 });
      await f.write(NEW);
      let failure: unknown;
      for (let i = 0; i < 2; i++) await f.flush().catch((error: unknown) => (failure ??= error));
      await f.close();
      if (failure !== undefined) throw failure as Error;
      return undefined;
    },
    // Each byte once, although a flush has failed; unless the close failed, too.
    check: (at, failed) => prefixOf(at('new'), NEW, failed),
  },
  append: {
    run: async (at) => {
      await using(await open(at('old'), 'ab'), (f) => f.write(NEW));
      return undefined;
    },
    check: (at, failed) => prefixOf(at('old'), Buffer.concat([OLD, NEW]), failed),
  },
  'pwrite and truncate': {
    run: async (at) => {
      await using(await open(at('old'), 'r+b', { buffering: 0 }), async (f) => {
        await f.pwrite(NEW, 0);
        await f.truncate(NEW.length);
        await f.datasync();
      });
      return undefined;
    },
    check: (at, failed) => (failed ? undefined : prefixOf(at('old'), NEW, false)),
  },
  writeFile: {
    run: async (at) => void (await uvfiles.writeFile(at('new'), NEW)),
    check: (at, failed) => prefixOf(at('new'), NEW, failed),
  },
  readBytes: {
    run: async (at) => unless((await uvfiles.readBytes(at('old'))).equals(OLD), 'it read other bytes'),
  },
  'writeAtomic over a file': {
    run: async (at) => void (await uvfiles.writeAtomic(at('old'), NEW)),
    check: (at, failed) => replaced(at('old'), failed),
  },
  'writeAtomic to a new path': {
    run: async (at) => void (await uvfiles.writeAtomic(at('new'), NEW)),
    check: (at, failed) => replaced(at('new'), failed, null),
  },
  openAtomic: {
    run: async (at) => {
      const f = await uvfiles.openAtomic(at('old'), 'wb');
      try {
        await f.write(NEW.subarray(0, 15_000));
        await f.flush();
        await f.write(NEW.subarray(15_000));
        await f.commit();
      } catch (error) {
        await f.abort().catch(() => undefined);
        throw error;
      }
      return undefined;
    },
    check: (at, failed) => replaced(at('old'), failed),
  },
  updateAtomic: {
    run: async (at) => {
      let seen: Buffer | null = null;
      await uvfiles.updateAtomic(at('old'), (old) => {
        seen = old;
        return NEW;
      });
      return unless(OLD.equals(seen ?? NEW), 'it gave other bytes to the callback');
    },
    check: (at, failed) => replaced(at('old'), failed),
  },
  copy: {
    run: async (at) => void (await os.copy(at('old'), at('new'), { preserve: true })),
    check: (at, failed) =>
      failed
        ? unless(contentOf(at('new')) === undefined, 'a part of the copy stays')
        : prefixOf(at('new'), OLD, false),
  },
  copytree: {
    run: async (at) => void (await os.copytree(at('tree'), at('copy'))),
    check: (at, failed) => sameTree(at, 'tree') ?? (failed ? undefined : sameTree(at, 'copy')),
  },
  move: {
    run: async (at) => void (await os.move(at('old'), at('moved'))),
    check: (at) =>
      unless(
        [at('old'), at('moved')].some((file) => contentOf(file)?.equals(OLD) === true),
        'the file is gone',
      ),
  },
  'makedirs and removedirs': {
    run: async (at) => {
      await os.makedirs(at('x/y/z'));
      await os.removedirs(at('x/y/z'));
      return undefined;
    },
  },
  rmtree: {
    run: async (at) => void (await os.rmtree(at('tree'))),
    check: (at, failed) =>
      failed ? undefined : unless(contentOf(at('tree/a')) === undefined, 'the tree is there'),
  },
  walk: {
    run: async (at) => {
      const found = await collect(
        os.walk(at('tree'), {
          onError: (error) => {
            throw error;
          },
        }),
      );
      return unless(found.length === 3, `it found ${found.length} directories`);
    },
  },
  glob: {
    run: async (at) => {
      const found = await collect(os.glob('**/*', { cwd: at('tree') }));
      return unless(found.length <= 5, `it found ${found.length} names`);
    },
  },
  'scandir and listdir': {
    run: async (at) => {
      const entries = await collect(os.scandir(at('tree')));
      const names = await os.listdir(at('tree'));
      return unless(entries.length === 2 && names.length === 2, 'it found other names');
    },
  },
  readMany: {
    run: async (at) => {
      const found = await collect(uvfiles.readMany([at('old'), at('lines'), at('none')]));
      const [first, second, third] = found.map((each) =>
        each.data === undefined ? each.error : each.data.length,
      );
      const failed = [first, second].find((each) => typeof each !== 'number');
      if (failed !== undefined) throw failed;
      return unless(first === SIZE && second === 14 && typeof third === 'object', 'it read other bytes');
    },
  },
  'readMany with a device in the list': {
    run: async (at) => {
      // The device is read by a job of its own, and the list goes on afterwards.
      const found = await collect(uvfiles.readMany([at('old'), '/dev/null', at('lines')]));
      const failed = found.find((each) => each.error !== undefined);
      if (failed !== undefined) throw failed.error;
      const sizes = found.map((each) => each.data?.length).join();
      return unless(sizes === `${SIZE},0,14`, 'it read other bytes');
    },
  },
  statMany: {
    run: async (at) => {
      const [first, second] = await uvfiles.statMany([at('old'), at('none')]);
      if (first instanceof Error) throw first;
      return unless(first!.size === SIZE && second instanceof Error, 'it answers something else');
    },
  },
  'stat, access, exists, realpath, readlink, links': {
    run: async (at) => {
      await os.symlink('old', at('link'));
      await os.link(at('old'), at('hard'));
      const facts = [
        (await os.stat(at('link'))).size === SIZE,
        (await os.lstat(at('link'))).isSymbolicLink(),
        (await os.readlink(at('link'))) === 'old',
        (await os.realpath(at('link'))).endsWith('/old'),
        (await paths.getsize(at('hard'))) === SIZE,
      ];
      await os.rename(at('link'), at('renamed'));
      await os.unlink(at('renamed'));
      return unless(!facts.includes(false), 'it answers something else');
    },
  },
  'locks of a file': {
    run: async (at) => {
      await using(await open(at('old'), 'r+b'), async (f) => {
        const lock = await f.lock();
        await lock.release();
        const second = await f.tryLock();
        await second?.release();
      });
      const lock = await uvfiles.lockFile(at('lock'));
      await lock.release();
      return undefined;
    },
  },
  'writeFile of much': {
    run: async (at) => void (await uvfiles.writeFile(at('new'), LARGE)),
    check: (at, failed) => prefixOf(at('new'), LARGE, failed),
  },
  'write of much': {
    run: async (at) => {
      await using(await open(at('new'), 'wb'), (f) => f.write(LARGE));
      return undefined;
    },
    check: (at, failed) => prefixOf(at('new'), LARGE, failed),
  },
  'writeAtomic of much': {
    run: async (at) => void (await uvfiles.writeAtomic(at('old'), LARGE)),
    check: (at, failed) => replaced(at('old'), failed, OLD, LARGE),
  },
  'reads of much': {
    run: async (at) => {
      truncateSync(at('old'), LARGE.length);
      const whole = await uvfiles.readBytes(at('old'));
      const read = await using(await open(at('old'), 'rb'), (f) => f.read());
      return unless(whole.length === LARGE.length && read.equals(whole), 'it read other bytes');
    },
  },
  'files beneath a root': {
    run: async (at) => {
      const mounted = mount('/swept', beneath(at('')));
      try {
        await uvfiles.writeFile('/swept/new', NEW);
        const facts = [
          (await uvfiles.readBytes('/swept/tree/../old')).equals(OLD),
          (await os.stat('/swept/tree/d')).isDirectory(),
          (await os.listdir('/swept/tree')).length === 2,
        ];
        await os.rename('/swept/new', '/swept/renamed');
        await os.rmtree('/swept/tree');
        return unless(!facts.includes(false), 'it answers something else');
      } finally {
        mounted.unmount();
      }
    },
    check: (at, failed) => (failed ? undefined : prefixOf(at('renamed'), NEW, false)),
  },
  'openAtomic of a new path only': {
    run: async (at) => {
      const f = await uvfiles.openAtomic(at('new'), 'xb');
      try {
        await f.write(NEW);
        await f.commit();
      } catch (error) {
        await f.abort().catch(() => undefined);
        throw error;
      }
      return undefined;
    },
    check: (at, failed) => replaced(at('new'), failed, null),
  },
  'chmod, utimes and truncate': {
    run: async (at) => {
      await os.chmod(at('old'), 0o640);
      await os.utimes(at('old'), 1, 2);
      const { mode, mtimeMs } = await os.stat(at('old'));
      await using(await open(at('old'), 'r+b'), (f) => f.truncate(100));
      return unless((mode & 0o777) === 0o640 && mtimeMs === 2000, 'it answers something else');
    },
    check: (at, failed) => (failed ? undefined : prefixOf(at('old'), OLD.subarray(0, 100), false)),
  },
  sendfile: {
    run: async (at) => {
      await using(await open(at('old'), 'rb'), async (from) =>
        using(await open(at('new'), 'wb', { buffering: 0 }), async (to) => {
          for (let sent = 0; sent < SIZE;) {
            const count = await os.sendfile(to.fileno(), from.fileno(), sent, SIZE - sent);
            if (count === 0) throw new Error('nothing was sent');
            sent += count;
          }
        }),
      );
      return undefined;
    },
    check: (at, failed) => prefixOf(at('new'), OLD, failed),
  },
  'streams of a file': {
    run: async (at) => {
      const parts = await using(await open(at('old'), 'rb'), (f) => collect(f.readableStream()));
      await using(await open(at('new'), 'wb'), async (f) => {
        const writer = f.writableStream().getWriter();
        for (const part of parts) await writer.write(part);
        await writer.close();
      });
      return unless(Buffer.concat(parts).equals(OLD), 'it read other bytes');
    },
    check: (at, failed) => prefixOf(at('new'), OLD, failed),
  },
  'mkstemp and mkdtemp': {
    mayLeave: true,
    run: async (at) => {
      const { fd, path } = await tempfile.mkstemp({ dir: at('') });
      closeSync(fd);
      await os.unlink(path);
      await os.rmdir(await tempfile.mkdtemp({ dir: at('') }));
      return undefined;
    },
  },
  'extended attributes': {
    run: async (at) => {
      try {
        await os.setxattr(at('old'), 'user.test', 'value');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOTSUP') return undefined; // the disk has none
        throw error;
      }
      const names = await os.listxattr(at('old'));
      const value = await os.getxattr(at('old'), 'user.test');
      await os.copy(at('old'), at('new'), { preserve: true });
      await os.removexattr(at('old'), 'user.test');
      return unless(names.includes('user.test') && value.toString() === 'value', 'it answers something else');
    },
  },
  namedTemporaryFile: {
    run: async (at) => {
      await using(await tempfile.namedTemporaryFile({ dir: at('') }), (f) => f.write(NEW));
      return undefined;
    },
  },
  'temporaryFile and spooledTemporaryFile': {
    run: async (at) => {
      await using(await tempfile.temporaryFile({ dir: at('') }), (f) => f.write(NEW));
      await using(await tempfile.spooledTemporaryFile({ dir: at(''), maxSize: 10 }), (f) => f.write(NEW));
      return undefined;
    },
  },
  temporaryDirectory: {
    mayLeave: true,
    run: async (at) => {
      const directory = await tempfile.temporaryDirectory({ dir: at('') });
      try {
        await uvfiles.writeFile(`${directory.name}/x`, NEW);
      } finally {
        await directory.cleanup();
      }
      return undefined;
    },
  },
};
