// Real files below a root directory. The kernel rejects paths that lead out of it.
import { constants, type BigIntStats, type Stats } from 'node:fs';

import { LIKE_A_DISK } from '../../filesystem/capabilities.js';
import type {
  CallOptions,
  DirectoryItem,
  FilePath,
  FileSystem,
  FileSystemFile,
  FollowOptions,
  StatCall,
  StatVfs,
} from '../../filesystem/filesystem.js';
import { publishedByAddon } from '../../schedule/diagnostics.js';
import * as B from '../beneath.js';
import { deferred, FEW_DEFERRED, mayDefer, mayInline } from '../inline-budget.js';
import { openCached, readStatedCached } from '../inline-paths.js';
import { DirectoryBatches } from '../directory-batches.js';
import { YES } from '../path-call.js';
import { int64sAt } from '../records.js';
import { bigIntStatsFrom, statsFrom } from '../stats.js';
import { itemsOf } from './listing.js';
import { NativeFile } from './native-file.js';
import { statVfsOf } from './stat-vfs.js';

const { O_NONBLOCK, O_RDONLY } = constants;
const STAT_FIELDS = 18;
const NANOSECONDS_PER_MS = 1e6;

// Paths beneath a root are relative to it.
function relativeOf(path: FilePath): FilePath {
  if (typeof path === 'string') return path.replace(/^\/+/, '') || '.';
  let start = 0;
  while (path[start] === 0x2f) start++;
  return start === path.length ? '.' : path.subarray(start);
}

function timesOf(ms: number): [seconds: number, nanoseconds: number] {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * NANOSECONDS_PER_MS)];
}

const CAPABILITIES = Object.freeze({ ...LIKE_A_DISK, locks: true, byteNames: true, descriptors: true });

/** Files below `root`, an absolute path. `how`: `STEPWISE` of native/beneath.ts, for tests. */
export class FilesBeneath implements FileSystem {
  readonly name = 'beneath';
  readonly confined = true;
  readonly capabilities = CAPABILITIES;
  readonly #root: FilePath;
  readonly #how: number;

  constructor(root: FilePath, how = 0) {
    this.#root = root;
    this.#how = how;
    publishedByAddon.add(this);
  }

  #call(
    call: number,
    paths: readonly FilePath[],
    numbers: readonly (number | bigint)[],
    o: CallOptions,
  ): Promise<Buffer> {
    return B.callBeneath(this.#root, call, paths, numbers, o, this.#how);
  }

  async open(path: FilePath, flags: number, permissions: number, o: CallOptions): Promise<FileSystemFile> {
    const at = relativeOf(path);
    if (this.#how === 0 && (flags === O_RDONLY || flags === (O_RDONLY | O_NONBLOCK))) {
      if (mayInline(o)) {
        const cached = openCached(at, flags, o, this.#root);
        if (cached !== undefined) return new NativeFile(cached, true);
      } else if (mayDefer(FEW_DEFERRED, o)) {
        return deferred(undefined, () => this.open(path, flags, permissions, o));
      }
    }
    const record = await B.openBeneath(this.#root, at, flags, permissions, o, this.#how);
    return new NativeFile(record, true);
  }

  /** A small file with its status if that takes no thread. */
  readStatedInline(path: FilePath, o?: CallOptions): ReturnType<typeof readStatedCached> {
    return this.#how === 0 ? readStatedCached(relativeOf(path), o, this.#root) : undefined;
  }

  async stat(
    path: FilePath,
    { followSymlinks, bigint }: StatCall,
    o: CallOptions,
  ): Promise<Stats | BigIntStats> {
    const output = await this.#call(B.STAT_BENEATH, [relativeOf(path)], [followSymlinks ? 1 : 0], o);
    const fields = int64sAt(output, STAT_FIELDS);
    return bigint ? bigIntStatsFrom(fields, 0) : statsFrom(Float64Array.from(fields, Number), 0);
  }

  async *list(path: FilePath, o: CallOptions): AsyncGenerator<readonly DirectoryItem[]> {
    const at = relativeOf(path);
    const batches = new DirectoryBatches(B.scanBeneath(this.#root, at, this.#how), at, o);
    try {
      for (let batch = await batches.next(); batch !== undefined; batch = await batches.next())
        yield itemsOf(batch);
    } catch (error) {
      throw B.explained(error, at);
    } finally {
      batches.close();
    }
  }

  async unlink(path: FilePath, o: CallOptions): Promise<void> {
    await this.#call(B.UNLINK_BENEATH, [relativeOf(path)], [], o);
  }

  async mkdir(path: FilePath, permissions: number, o: CallOptions): Promise<void> {
    await this.#call(B.MKDIR_BENEATH, [relativeOf(path)], [permissions], o);
  }

  async rmdir(path: FilePath, o: CallOptions): Promise<void> {
    await this.#call(B.RMDIR_BENEATH, [relativeOf(path)], [], o);
  }

  async rename(from: FilePath, to: FilePath, o: CallOptions): Promise<void> {
    await this.#call(B.RENAME_BENEATH, [relativeOf(from), relativeOf(to)], [], o);
  }

  readlink(path: FilePath, o: CallOptions): Promise<Buffer> {
    return this.#call(B.READLINK_BENEATH, [relativeOf(path)], [], o);
  }

  async realpath(path: FilePath, o: CallOptions): Promise<Buffer> {
    const below = await this.#call(B.REALPATH_BENEATH, [relativeOf(path)], [], o);
    return below.equals(Buffer.from('.')) ? Buffer.from('/') : Buffer.concat([Buffer.from('/'), below]);
  }

  async access(path: FilePath, mode: number, o: CallOptions): Promise<boolean> {
    return (await this.#call(B.ACCESS_BENEATH, [relativeOf(path)], [mode], o))[0] === YES;
  }

  async statvfs(path: FilePath, o: CallOptions): Promise<StatVfs> {
    return statVfsOf(await this.#call(B.STATVFS_BENEATH, [relativeOf(path)], [], o));
  }

  async link(existing: FilePath, path: FilePath, o: CallOptions): Promise<void> {
    await this.#call(B.LINK_BENEATH, [relativeOf(existing), relativeOf(path)], [], o);
  }

  async symlink(target: FilePath, path: FilePath, o: CallOptions): Promise<void> {
    await this.#call(B.SYMLINK_BENEATH, [target, relativeOf(path)], [], o);
  }

  async chmod(path: FilePath, permissions: number, o: CallOptions): Promise<void> {
    await this.#call(B.CHMOD_BENEATH, [relativeOf(path)], [permissions], o);
  }

  async chown(
    path: FilePath,
    uid: number,
    gid: number,
    { followSymlinks }: FollowOptions,
    o: CallOptions,
  ): Promise<void> {
    await this.#call(B.CHOWN_BENEATH, [relativeOf(path)], [uid, gid, followSymlinks ? 0 : 1], o);
  }

  async utimes(
    path: FilePath,
    accessed: number,
    modified: number,
    { followSymlinks }: FollowOptions,
    o: CallOptions,
  ): Promise<void> {
    const numbers = [...timesOf(accessed), ...timesOf(modified), followSymlinks ? 0 : 1];
    await this.#call(B.UTIMES_BENEATH, [relativeOf(path)], numbers, o);
  }

  async truncate(path: FilePath, size: number | bigint, o: CallOptions): Promise<void> {
    await this.#call(B.TRUNCATE_BENEATH, [relativeOf(path)], [size], o);
  }
}
