// The inodes of a memory file system: files, directories and links.
import type { Stats } from 'node:fs';

import type { EntryType, FilePath } from '../filesystem.js';
import { makeStats } from '../node-stats.js';
import { EMPTY, FileContent, type Snapshot, type Space } from './content.js';
import type { Change } from './journal.js';
import type { FileLocks } from './memory-file.js';
import { bytesOf } from './names.js';

export const TYPE = 0o170000;
export const DIRECTORY = 0o040000;
export const REGULAR = 0o100000;
const LINK = 0o120000;

/** The device number of files that are below no real one. */
const DEVICE = 0x6d656d;
const BLOCK = 4096;
const SECTOR = 512;

/** The entry of an overlay for a real file that is visible through it. */
interface Origin {
  readonly directory: DirectoryNode;
  readonly name: string;
  /** The real path. */
  readonly path: FilePath;
}

/** An inode with its number, permissions and times. Times are milliseconds since the epoch. */
export abstract class Inode {
  readonly ino: number;
  /** In an overlay, that of the real file or directory, so that files of several disks with the same number stay apart. */
  device = DEVICE;
  mode: number;
  uid: number;
  gid: number;
  nlink = 0;
  /** The number of open handles. */
  opened = 0;
  accessed: number;
  modified: number;
  changed: number;
  born: number;
  /** In an overlay: the path of the real file that this represents until it is changed. */
  origin: Origin | undefined;

  constructor(ino: number, mode: number, uid: number, gid: number, now: number) {
    this.ino = ino;
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
    this.accessed = this.modified = this.changed = this.born = now;
  }

  abstract readonly type: EntryType;
  abstract readonly size: number;
  /** The number of stored bytes. */
  abstract readonly stored: number;

  stats(): Stats {
    const { accessed, modified, changed, born } = this;
    const [a, m, c, b] = [seconds(accessed), seconds(modified), seconds(changed), seconds(born)];
    return makeStats(
      this.device,
      this.mode,
      this.nlink,
      this.uid,
      this.gid,
      0,
      BLOCK,
      this.ino,
      this.size,
      Math.ceil(this.stored / BLOCK) * (BLOCK / SECTOR),
      a,
      nanoseconds(accessed, a),
      m,
      nanoseconds(modified, m),
      c,
      nanoseconds(changed, c),
      b,
      nanoseconds(born, b),
    );
  }

  /** Frees the space of an inode that cannot be reached any more. */
  release(): void {
    // Only files have content.
  }
}

const seconds = (ms: number): number => Math.floor(ms / 1000);
const nanoseconds = (ms: number, whole: number): number => Math.round((ms - whole * 1000) * 1e6);

export class FileNode extends Inode {
  readonly type = 'file';
  readonly content: FileContent;
  /** Created for the first lock. */
  locks: FileLocks | undefined;
  /** The content that is certain to survive a power cut; undefined if it is the current content. */
  durable: Snapshot | undefined = EMPTY;
  /** The smallest size since that content. */
  smallest = 0;

  constructor(ino: number, mode: number, uid: number, gid: number, now: number, space: Space) {
    super(ino, mode, uid, gid, now);
    this.content = new FileContent(space);
  }

  get size(): number {
    return this.content.size;
  }

  get stored(): number {
    return this.content.stored;
  }

  /** Called before the content changes, to keep it for a power cut. */
  beforeChange(): void {
    if (this.durable !== undefined) return;
    this.durable = this.content.snapshot();
    this.smallest = this.durable.size;
  }

  /** The current content survives a power cut. */
  sync(): void {
    this.durable = undefined;
  }

  /** Whether it cannot be reached and its content has been freed. Only a power cut can bring it back. */
  get released(): boolean {
    return this.nlink <= 0 && this.opened === 0;
  }

  override release(): void {
    if (!this.released) return;
    this.beforeChange();
    this.content.truncate(0);
  }
}

export class LinkNode extends Inode {
  readonly type = 'symlink';
  readonly target: string;
  readonly size: number;
  readonly stored = 0;

  constructor(ino: number, target: string, uid: number, gid: number, now: number) {
    super(ino, LINK | 0o777, uid, gid, now);
    this.target = target;
    this.size = bytesOf(target).length;
  }
}

export class DirectoryNode extends Inode {
  readonly type = 'directory';
  readonly entries = new Map<string, Inode>();
  parent: DirectoryNode;
  readonly size = BLOCK;
  readonly stored = BLOCK;
  /** No call created it. It is not listed while it is empty. */
  implied = false;
  /** Changes of names that a power cut may undo, the oldest first. */
  unsynced: Change[] = [];
  /** In an overlay: the real directory that is visible, and the hidden names in it. */
  lower: FilePath | undefined;
  hidden: Set<string> | undefined;
  /** In an overlay: it has not been changed, nor has anything below it, so that later changes of the real directory show. */
  mirrors = false;

  /** @param parent undefined for the root */
  constructor(
    ino: number,
    mode: number,
    uid: number,
    gid: number,
    now: number,
    parent: DirectoryNode | undefined,
  ) {
    super(ino, mode, uid, gid, now);
    this.parent = parent ?? this;
    this.nlink = 2;
  }

  /** Called before a change of the directory or of what is below it. */
  keep(): void {
    if (!this.mirrors) return;
    this.mirrors = false;
    this.parent.keep();
  }
}

/** Whether an inode in memory is only a look at a real directory, which may have changed since. */
export const isMirror = (inode: Inode): inode is DirectoryNode =>
  inode instanceof DirectoryNode && inode.mirrors;
