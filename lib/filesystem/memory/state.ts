// The state of a memory file system, and the steps that all changes share.
import { LARGEST_FILE, Space } from './content.js';
import { fail } from './errors.js';
import { DirectoryNode, DIRECTORY, FileNode, type Inode, isMirror, LinkNode, REGULAR } from './inode.js';
import { type Binding, Journal } from './journal.js';
import type { Lower } from './lower.js';
import { type Credentials, GROUP_EXECUTE, MAY_EXECUTE, MAY_WRITE, SET_GID } from './user.js';
import { Walk, type Walked } from './walk.js';

/** The settings of a memory file system. */
export interface MemoryOptions {
  /** The maximum number of bytes of content. */
  readonly capacity?: number | undefined;
  readonly credentials: Credentials;
  readonly umask?: number | undefined;
  /** The current time in milliseconds since the epoch. */
  readonly clock?: (() => number) | undefined;
  /** The real files that are visible through it. */
  readonly lower?: Lower | undefined;
}

const USUAL_UMASK = 0o022;
const ROOT_PERMISSIONS = 0o755;
const DAY = 86_400_000;
/** Numbers of new inodes in an overlay begin here, because they are on the devices of real files. */
const BEYOND_REAL = 2 ** 52;

export class MemoryState implements Walked {
  readonly root: DirectoryNode;
  readonly space: Space;
  readonly journal = new Journal();
  readonly lower: Lower | undefined;
  readonly clock: () => number;
  credentials: Credentials;
  umask: number;
  #numbers: number;

  constructor(options: MemoryOptions) {
    this.space = new Space(options.capacity ?? Infinity);
    this.credentials = options.credentials;
    this.umask = options.umask ?? USUAL_UMASK;
    this.clock = options.clock ?? (() => Date.now());
    this.lower = options.lower;
    this.#numbers = this.lower === undefined ? 1 : BEYOND_REAL;
    this.root = this.newDirectory(ROOT_PERMISSIONS, undefined);
    this.root.lower = options.lower?.root;
    this.root.device = options.lower?.device ?? this.root.device;
  }

  get nextNumber(): number {
    return ++this.#numbers;
  }

  // --- looking --------------------------------------------------------------------------------------------------------

  entry(directory: DirectoryNode, name: string): Inode | undefined {
    const inode = directory.entries.get(name);
    if ((inode !== undefined && !isMirror(inode)) || directory.lower === undefined) return inode;
    return this.lower!.entry(this, directory, name);
  }

  /** The entries of a directory. */
  *entries(directory: DirectoryNode): Generator<[name: string, inode: Inode]> {
    const all = directory.lower === undefined ? directory.entries : this.lower!.entries(this, directory);
    for (const entry of all) if (isShown(entry[1])) yield entry;
  }

  isEmpty(directory: DirectoryNode): boolean {
    return this.entries(directory).next().done === true;
  }

  find(path: string, follow: boolean): Inode {
    return new Walk(this).find(path, follow);
  }

  /** Records an access, like a file system that is mounted with `relatime`. */
  touch(inode: Inode): void {
    const { accessed } = inode;
    if (accessed > inode.modified && accessed > inode.changed && accessed > this.clock() - DAY) return;
    inode.accessed = this.clock();
  }

  // --- changing -------------------------------------------------------------------------------------------------------

  newDirectory(permissions: number, parent: DirectoryNode | undefined): DirectoryNode {
    const { uid, gid } = this.credentials;
    const inherits = parent !== undefined && (parent.mode & SET_GID) !== 0;
    const mode = DIRECTORY | permissions | (inherits ? SET_GID : 0);
    const group = inherits ? parent.gid : gid;
    return beside(new DirectoryNode(this.nextNumber, mode, uid, group, this.clock(), parent), parent);
  }

  newFile(permissions: number, parent: DirectoryNode): FileNode {
    const { uid, gid } = this.credentials;
    const inherits = (parent.mode & SET_GID) !== 0;
    const group = inherits ? parent.gid : gid;
    const runsAsGroup = (permissions & (SET_GID | GROUP_EXECUTE)) === (SET_GID | GROUP_EXECUTE);
    const kept =
      runsAsGroup && inherits && !this.credentials.inGroup(group) ? permissions & ~SET_GID : permissions;
    return beside(
      new FileNode(this.nextNumber, REGULAR | kept, uid, group, this.clock(), this.space),
      parent,
    );
  }

  newLink(target: string, parent: DirectoryNode): LinkNode {
    const { uid, gid } = this.credentials;
    const group = (parent.mode & SET_GID) !== 0 ? parent.gid : gid;
    return beside(new LinkNode(this.nextNumber, target, uid, group, this.clock()), parent);
  }

  /** Throws EACCES if the user may not change the names in `directory`. */
  requireWritable(directory: DirectoryNode): void {
    this.credentials.require(directory, MAY_WRITE | MAY_EXECUTE);
  }

  /** Changes the inodes of names in one step, and updates the link counts. */
  bind(...bindings: Binding[]): void {
    const now = this.clock();
    for (const { directory, name, before, after } of bindings) {
      directory.keep();
      if (after instanceof DirectoryNode) after.keep();
      if (before instanceof DirectoryNode) before.keep(); // a power cut may give it back
      if (before !== undefined) this.#unlinked(directory, before, now);
      if (after === undefined) {
        directory.entries.delete(name);
        if (directory.lower !== undefined) (directory.hidden ??= new Set()).add(name);
      } else {
        directory.entries.set(name, after);
        this.#linked(directory, after, now);
      }
      directory.modified = directory.changed = now;
    }
    for (const { before } of bindings) {
      if (before === undefined || bindings.some(({ after }) => after === before)) continue;
      if (before instanceof DirectoryNode) before.nlink = 0;
      else before.release();
    }
    this.journal.record(...bindings);
  }

  #linked(directory: DirectoryNode, inode: Inode, now: number): void {
    inode.changed = now;
    if (inode instanceof DirectoryNode) {
      inode.parent = directory;
      directory.nlink++;
    } else {
      inode.nlink++;
    }
  }

  #unlinked(directory: DirectoryNode, inode: Inode, now: number): void {
    inode.changed = now;
    if (inode instanceof DirectoryNode) directory.nlink--;
    else inode.nlink--;
  }

  /** Copies an inode of the real files into this file system before it changes. */
  own(inode: Inode): void {
    if (inode instanceof DirectoryNode) inode.keep();
    if (inode.origin !== undefined) this.lower!.own(inode);
  }

  // --- content --------------------------------------------------------------------------------------------------------

  resize(file: FileNode, size: number | bigint): void {
    if (size > LARGEST_FILE) fail('EFBIG');
    this.own(file);
    file.beforeChange();
    file.content.truncate(Number(size));
    file.smallest = Math.min(file.smallest, Number(size));
    this.credentials.dropPrivileges(file);
  }

  /** An empty state with the same settings. */
  sibling(): MemoryState {
    const { credentials, umask, clock, lower } = this;
    const sibling = new MemoryState({ credentials, umask, clock, lower, capacity: this.space.limit });
    sibling.#numbers = this.#numbers;
    return sibling;
  }

  /** The whole current state survives a power cut. */
  syncAll(): void {
    this.journal.syncAll();
    const directories = [this.root];
    for (let next = directories.pop(); next !== undefined; next = directories.pop()) {
      for (const inode of next.entries.values()) {
        if (inode instanceof DirectoryNode) directories.push(inode);
        else if (inode instanceof FileNode) inode.sync();
      }
    }
  }

  /** Records that the content has changed. */
  modified(inode: Inode): void {
    inode.modified = inode.changed = this.clock();
  }
}

// A new file is on the device of its directory.
function beside<T extends Inode>(inode: T, parent: DirectoryNode | undefined): T {
  if (parent !== undefined) inode.device = parent.device;
  return inode;
}

// The directories that exist from the start, for relative paths and temporary files, become visible once they have
// entries.
function isShown(inode: Inode): boolean {
  if (!(inode instanceof DirectoryNode) || !inode.implied) return true;
  for (const each of inode.entries.values()) if (isShown(each)) return true;
  return false;
}
