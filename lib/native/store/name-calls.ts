// The calls on names that the real files and the files beneath a root make in the same way.
import type { FilePath, FollowOptions, StatVfs } from '../../filesystem/filesystem.js';
import type { Timestamp } from '../../filesystem/store.js';
import type { GivenOptions, OpOptions } from '../../schedule/options.js';
import * as C from '../path-call.js';
import { statVfsOf } from './stat-vfs.js';

/** One method per call. `call` performs it. */
export abstract class NameCalls {
  /** Makes the call of path-call.ts with the number `call`. Resolves to its answer. */
  protected abstract call(
    call: number,
    paths: readonly FilePath[],
    numbers: readonly (number | bigint)[],
    o: GivenOptions,
  ): Promise<Buffer>;

  async statvfs(path: FilePath, o?: OpOptions): Promise<StatVfs> {
    return statVfsOf(await this.call(C.STATVFS, [path], [], o));
  }

  async link(existing: FilePath, path: FilePath, o?: OpOptions): Promise<void> {
    await this.call(C.LINK, [existing, path], [], o);
  }

  async symlink(target: FilePath, path: FilePath, o?: OpOptions): Promise<void> {
    await this.call(C.SYMLINK, [target, path], [], o);
  }

  async chmod(path: FilePath, permissions: number, o?: OpOptions): Promise<void> {
    await this.call(C.CHMOD, [path], [permissions], o);
  }

  async chown(
    path: FilePath,
    uid: number,
    gid: number,
    { followSymlinks }: FollowOptions,
    o?: OpOptions,
  ): Promise<void> {
    await this.call(C.CHOWN, [path], [uid, gid, followSymlinks ? 0 : 1], o);
  }

  async setTimes(
    path: FilePath,
    accessed: Timestamp,
    modified: Timestamp,
    { followSymlinks }: FollowOptions,
    o?: OpOptions,
  ): Promise<void> {
    const times = [accessed.seconds, accessed.nanoseconds, modified.seconds, modified.nanoseconds];
    await this.call(C.UTIMES, [path], [...times, followSymlinks ? 0 : 1], o);
  }

  async truncate(path: FilePath, size: number | bigint, o?: OpOptions): Promise<void> {
    await this.call(C.TRUNCATE, [path], [size], o);
  }

  async unlink(path: FilePath, o?: OpOptions): Promise<void> {
    await this.call(C.UNLINK, [path], [], o);
  }

  async mkdir(path: FilePath, permissions: number, o?: OpOptions): Promise<void> {
    await this.call(C.MKDIR, [path], [permissions], o);
  }

  async rmdir(path: FilePath, o?: OpOptions): Promise<void> {
    await this.call(C.RMDIR, [path], [], o);
  }

  async rename(from: FilePath, to: FilePath, o?: OpOptions): Promise<void> {
    await this.call(C.RENAME, [from, to], [], o);
  }
}
