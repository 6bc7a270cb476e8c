// What a memory file system is made of: files, directories, links.
import type { Stats } from 'node:fs';

import type { EntryType, FilePath } from '../filesystem.js';
import { makeStats } from '../node-stats.js';
import { EMPTY, FileContent, type Snapshot, type Space } from './content.js';
import type { Change } from './journal.js';
import type { FileLocks } from './locks.js';
import { bytesOf } from './names.js';

export const TYPE = 0o170000;
export const DIRECTORY = 0o040000;
export const REGULAR = 0o100000;
const LINK = 0o120000;

/** Shown by every file as that of its device. */
const DEVICE = 0x6d656d;
const BLOCK = 4096;
const SECTOR = 512;

/** The entry of an overlay that a real file shows through. */
interface Origin {
  readonly directory: DirectoryNode;
  readonly name: string;
  /** The real path. */
  readonly path: FilePath;
}

/** Something that has a number, permissions and times. Times are milliseconds since the epoch. */
export abstract class Inode {
  readonly ino: number;
  mode: number;
  uid: number;
  gid: number;
  nlink = 0;
  /** How many handles are open. */
  opened = 0;
  accessed: number;
  modified: number;
  changed: number;
  born: number;
  /** In an overlay: where a real file is that this stands for as long as nobody changes it. */
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
  /** Bytes that are stored. */
  abstract readonly stored: number;

  stats(): Stats {
    const { accessed, modified, changed, born } = this;
    const [a, m, c, b] = [seconds(accessed), seconds(modified), seconds(changed), seconds(born)];
    return makeStats(
      DEVICE,
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

  /** Gives back what nobody can reach any more. */
  release(): void {
    // Only files have something.
  }
}

const seconds = (ms: number): number => Math.floor(ms / 1000);
const nanoseconds = (ms: number, whole: number): number => Math.round((ms - whole * 1000) * 1e6);

export class FileNode extends Inode {
  readonly type = 'file';
  readonly content: FileContent;
  /** Made for the first lock. */
  locks: FileLocks | undefined;
  /** What survives a power cut for sure; undefined where that is what there is now. */
  durable: Snapshot | undefined = EMPTY;
  /** The smallest size since then. */
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

  /** Before the content changes, when it is what a snapshot has to keep. */
  beforeChange(): void {
    if (this.durable !== undefined) return;
    this.durable = this.content.snapshot();
    this.smallest = this.durable.size;
  }

  /** What there is now survives. */
  sync(): void {
    this.durable = undefined;
  }

  /** Whether nobody can reach it, and the content is gone: only a power cut may bring it back. */
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
  /** Nobody made it: it is not listed while it is empty. */
  implied = false;
  /** Changes of names that a power cut may undo, the oldest first. */
  unsynced: Change[] = [];
  /** In an overlay: the real directory that shows through, and the names in it that do not. */
  lower: FilePath | undefined;
  hidden: Set<string> | undefined;

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
}
