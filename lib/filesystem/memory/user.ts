// The user of a memory file system, and what permissions allow.
import { type DirectoryNode, FileNode, type Inode, LinkNode } from './inode.js';
import { fail } from './errors.js';

/** The user whose permissions a memory file system checks. */
export interface MemoryUser {
  /** The number of the user. */
  readonly uid: number;
  /** The number of the group. */
  readonly gid: number;
  /** Further groups. */
  readonly groups?: readonly number[] | undefined;
}

export const MAY_READ = 4;
export const MAY_WRITE = 2;
export const MAY_EXECUTE = 1;

const SET_UID = 0o4000;
export const SET_GID = 0o2000;
export const STICKY = 0o1000;
export const GROUP_EXECUTE = 0o010;
const ANY_EXECUTE = 0o111;

/** A user, with the permission checks of the kernel. */
export class Credentials implements MemoryUser {
  /** The number of the user. */
  readonly uid: number;
  /** The number of the group. */
  readonly gid: number;
  readonly groups: readonly number[];
  readonly #groups: ReadonlySet<number>;
  /** Whether permission bits are ignored (CAP_DAC_OVERRIDE). */
  readonly #overrides: boolean;
  /** Whether owners are ignored (CAP_FOWNER, CAP_CHOWN, CAP_FSETID). */
  readonly #owns: boolean;

  /** @param overrides whether permission bits are ignored; by default, only for root */
  constructor(user: MemoryUser, overrides = user.uid === 0) {
    this.uid = user.uid;
    this.gid = user.gid;
    this.groups = user.groups ?? [];
    this.#groups = new Set([user.gid, ...(user.groups ?? [])]);
    this.#overrides = overrides;
    this.#owns = user.uid === 0;
  }

  /** Whether the user has these permissions for `inode`: a sum of MAY_READ, MAY_WRITE and MAY_EXECUTE. */
  may(inode: Inode, wanted: number): boolean {
    if (this.#overrides) {
      return (wanted & MAY_EXECUTE) === 0 || inode.type === 'directory' || (inode.mode & ANY_EXECUTE) !== 0;
    }
    const { mode } = inode;
    const bits = inode.uid === this.uid ? mode >> 6 : this.#groups.has(inode.gid) ? mode >> 3 : mode;
    return (bits & wanted) === wanted;
  }

  /** Throws EACCES unless `may` is true. */
  require(inode: Inode, wanted: number): void {
    if (!this.may(inode, wanted)) fail('EACCES');
  }

  /** Throws EPERM unless the user owns `inode`, or may act as its owner. */
  requireOwner(inode: Inode): void {
    if (inode.uid !== this.uid && !this.#owns) fail('EPERM');
  }

  /** Whether the user may set this group of a file. */
  inGroup(gid: number): boolean {
    return this.#owns || this.#groups.has(gid);
  }

  /** Throws EPERM if the directory is sticky, and the user owns neither it nor the entry. */
  requireUnstuck(directory: DirectoryNode, entry: Inode): void {
    if ((directory.mode & STICKY) === 0 || this.#owns) return;
    if (entry.uid !== this.uid && directory.uid !== this.uid) fail('EPERM');
  }

  /** Throws EPERM if the user may not create a second name of `inode` (the kernel's protected_hardlinks). */
  requireLinkable(inode: Inode): void {
    if (inode.uid === this.uid || this.#owns) return;
    const isRunnable =
      (inode.mode & SET_UID) !== 0 || (inode.mode & (SET_GID | GROUP_EXECUTE)) === (SET_GID | GROUP_EXECUTE);
    if (!(inode instanceof FileNode) || isRunnable || !this.may(inode, MAY_READ | MAY_WRITE)) fail('EPERM');
  }

  /** Changes the owner and group of `inode`; -1 keeps one. */
  changeOwner(inode: Inode, uid: number, gid: number): void {
    const owns = this.#owns;
    const isMine = inode.uid === this.uid;
    if (uid !== -1 && !owns && !(isMine && uid === inode.uid)) fail('EPERM');
    if (gid !== -1 && !owns && !(isMine && (gid === inode.gid || this.#groups.has(gid)))) fail('EPERM');
    if (inode.type !== 'directory' && !(inode instanceof LinkNode)) {
      const dropped = this.#dropped(inode);
      if (dropped !== inode.mode && !owns && !isMine) fail('EPERM');
      inode.mode = dropped;
    }
    if (uid !== -1) inode.uid = uid;
    if (gid !== -1) inode.gid = gid;
  }

  /** Clears the bits that a change of content by an unprivileged user must clear. */
  dropPrivileges(inode: Inode): void {
    if ((inode.mode & (SET_UID | SET_GID)) !== 0 && !this.#owns) inode.mode = this.#dropped(inode);
  }

  #dropped(inode: Inode): number {
    let mode = inode.mode & ~SET_UID;
    if ((mode & GROUP_EXECUTE) !== 0 || !this.inGroup(inode.gid)) mode &= ~SET_GID;
    return mode;
  }
}

/**
 * The user of this process. Permission bits are checked even for root, so that a test behaves the same on a build
 * machine as on a laptop.
 */
export function currentCredentials(overrides = false): Credentials {
  const user = {
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    groups: process.getgroups?.() ?? [],
  };
  return new Credentials(user, overrides && user.uid === 0);
}
