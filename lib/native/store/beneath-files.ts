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
} from '../../filesystem/filesystem.js';
import { timestampOf } from '../../filesystem/store.js';
import { publishedByAddon } from '../../schedule/diagnostics.js';
import type { GivenOptions } from '../../schedule/options.js';
import { callBeneath, explained, openBeneath } from '../beneath.js';
import { deferred, FEW_DEFERRED, mayDefer, mayInline } from '../inline-budget.js';
import { openCached, readStatedCached } from '../inline-paths.js';
import * as C from '../path-call.js';
import { int64sAt } from '../records.js';
import { bigIntStatsFrom, statsFrom } from '../stats.js';
import { NativeListing } from './listing.js';
import { NameCalls } from './name-calls.js';
import { NativeFile } from './native-file.js';

const { O_NONBLOCK, O_RDONLY } = constants;
const STAT_FIELDS = 18;

// Paths beneath a root are relative to it.
function relativeOf(path: FilePath): FilePath {
  if (typeof path === 'string') return path.replace(/^\/+/, '') || '.';
  let start = 0;
  while (path[start] === 0x2f) start++;
  return start === path.length ? '.' : path.subarray(start);
}

const CAPABILITIES = Object.freeze({ ...LIKE_A_DISK, locks: true, byteNames: true, descriptors: true });

/** Files below `root`, an absolute path. */
export class FilesBeneath extends NameCalls implements FileSystem {
  readonly name = 'beneath';
  readonly confined = true;
  readonly capabilities = CAPABILITIES;
  readonly root: FilePath;

  constructor(root: FilePath) {
    super();
    this.root = root;
    publishedByAddon.add(this);
  }

  protected override call(
    call: number,
    paths: readonly FilePath[],
    numbers: readonly (number | bigint)[],
    o: GivenOptions,
  ): Promise<Buffer> {
    // The text of a link stays as it is.
    const within = paths.map((path, i) => (call === C.SYMLINK && i === 0 ? path : relativeOf(path)));
    return callBeneath(this.root, call, within, numbers, o);
  }

  async open(path: FilePath, flags: number, permissions: number, o: CallOptions): Promise<FileSystemFile> {
    const at = relativeOf(path);
    if (flags === O_RDONLY || flags === (O_RDONLY | O_NONBLOCK)) {
      if (mayInline(o)) {
        const cached = openCached(at, flags, o, this.root);
        if (cached !== undefined) return new NativeFile(cached, true);
      } else if (mayDefer(FEW_DEFERRED, o)) {
        return deferred(undefined, () => this.open(path, flags, permissions, o));
      }
    }
    const record = await openBeneath(this.root, at, flags, permissions, o);
    return new NativeFile(record, true);
  }

  /** A small file with its status if that takes no thread. */
  readStatedInline(path: FilePath, o?: CallOptions): ReturnType<typeof readStatedCached> {
    return readStatedCached(relativeOf(path), o, this.root);
  }

  async stat(
    path: FilePath,
    { followSymlinks, bigint }: StatCall,
    o: CallOptions,
  ): Promise<Stats | BigIntStats> {
    const output = await this.call(C.STAT, [path], [followSymlinks ? 0 : 1], o);
    const fields = int64sAt(output, STAT_FIELDS);
    return bigint ? bigIntStatsFrom(fields, 0) : statsFrom(Float64Array.from(fields, Number), 0);
  }

  async *list(path: FilePath, o: CallOptions): AsyncGenerator<readonly DirectoryItem[]> {
    const at = relativeOf(path);
    const listing = new NativeListing([this.root, at], o);
    try {
      for (let batch = await listing.next(); batch !== undefined; batch = await listing.next()) yield batch;
    } catch (error) {
      throw explained(error, at);
    } finally {
      listing.close();
    }
  }

  readlink(path: FilePath, o: CallOptions): Promise<Buffer> {
    return this.call(C.READLINK, [path], [], o);
  }

  async realpath(path: FilePath, o: CallOptions): Promise<Buffer> {
    const below = await this.call(C.REALPATH, [path], [], o);
    return below.equals(Buffer.from('.')) ? Buffer.from('/') : Buffer.concat([Buffer.from('/'), below]);
  }

  async access(path: FilePath, mode: number, o: CallOptions): Promise<boolean> {
    return (await this.call(C.ACCESS, [path], [mode], o))[0] === C.YES;
  }

  utimes(
    path: FilePath,
    accessed: number,
    modified: number,
    options: FollowOptions,
    o: CallOptions,
  ): Promise<void> {
    return this.setTimes(path, timestampOf(accessed), timestampOf(modified), options, o);
  }
}
