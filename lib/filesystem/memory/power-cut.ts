// What survives a power cut: everything that was synced, and a chosen part of the other changes.
import { type FileContent, regions, readSnapshot, type Snapshot } from './content.js';
import { DirectoryNode, FileNode, type Inode, isMirror, LinkNode } from './inode.js';
import { buildsOn, type Change } from './journal.js';
import { SpecialNode } from './lower.js';
import type { MemoryState } from './state.js';

/** Chooses a number below `of`: 0 keeps a change. */
export type Choose = (of: number) => number;

const SECTOR = 512;
const MOST_SIZES = 16;

type Names = Map<string, Inode>;

/** A state that `state` can have after a power cut. `state` itself does not change. */
export function afterPowerCut(state: MemoryState, choose: Choose): MemoryState {
  return new Aftermath(state, choose).after;
}

class Aftermath {
  readonly after: MemoryState;
  readonly #choose: Choose;
  readonly #names: Map<DirectoryNode, Names>;
  readonly #copies = new Map<Inode, Inode>();

  constructor(state: MemoryState, choose: Choose) {
    this.#choose = choose;
    this.#names = namesWithout(lost(state.journal.pending(), choose));
    this.after = state.sibling();
    this.#fill(this.after.root, state.root);
    this.after.syncAll();
  }

  #fill(to: DirectoryNode, from: DirectoryNode): void {
    copyAttributes(to, from);
    to.lower = from.lower;
    to.hidden = from.hidden && new Set(from.hidden);
    to.implied = from.implied;
    for (const [name, inode] of this.#names.get(from) ?? from.entries) {
      if (isMirror(inode)) continue;
      const copy = this.#copy(inode, to);
      to.entries.set(name, copy);
      if (copy instanceof DirectoryNode) to.nlink++;
      else copy.nlink++;
    }
  }

  #copy(inode: Inode, parent: DirectoryNode): Inode {
    const known = this.#copies.get(inode);
    if (known !== undefined) return known;
    const copy = this.#fresh(inode, parent);
    this.#copies.set(inode, copy);
    if (copy instanceof DirectoryNode && inode instanceof DirectoryNode) this.#fill(copy, inode);
    else copyAttributes(copy, inode);
    return copy;
  }

  #fresh(inode: Inode, parent: DirectoryNode): Inode {
    const { ino, mode, uid, gid, born } = inode;
    if (inode instanceof SpecialNode) return inode;
    if (inode instanceof DirectoryNode) return new DirectoryNode(ino, mode, uid, gid, born, parent);
    if (inode instanceof LinkNode) return new LinkNode(ino, inode.target, uid, gid, born);
    const file = new FileNode(ino, mode, uid, gid, born, this.after.space);
    if (inode instanceof FileNode) fillContent(file.content, inode, this.#choose);
    return file;
  }
}

function copyAttributes(to: Inode, from: Inode): void {
  to.device = from.device;
  to.mode = from.mode;
  to.uid = from.uid;
  to.gid = from.gid;
  to.accessed = from.accessed;
  to.modified = from.modified;
  to.changed = from.changed;
  to.born = from.born;
}

// The changes that are lost, the oldest first. With each change, all that depend on it are lost.
function lost(changes: readonly Change[], choose: Choose): Change[] {
  const result: Change[] = [];
  for (const change of changes) {
    if (result.some((earlier) => buildsOn(change, earlier)) || choose(2) === 1) result.push(change);
  }
  return result;
}

// The names of the directories in which changes are lost.
function namesWithout(changes: readonly Change[]): Map<DirectoryNode, Names> {
  const all = new Map<DirectoryNode, Names>();
  for (const { bindings } of changes.toReversed()) {
    for (const { directory, name, before } of bindings.toReversed()) {
      let names = all.get(directory);
      if (names === undefined) all.set(directory, (names = new Map(directory.entries)));
      if (before === undefined) names.delete(name);
      else names.set(name, before);
    }
  }
  return all;
}

function fillContent(content: FileContent, file: FileNode, choose: Choose): void {
  const now = file.content.snapshot();
  const { durable } = file;
  if (durable === undefined || file.released) {
    content.restore(durable ?? now);
    return;
  }
  content.restore(durable);
  const { smallest } = file;
  const isCut = smallest < durable.size;
  if (isCut && choose(2) === 1) {
    // The truncation is lost, and with it all later data beyond the smallest size.
    overwrite(content, now, smallest, choose);
    return;
  }
  content.truncate(Math.min(smallest, durable.size));
  const size = chosenSize(content.size, now.size, choose);
  overwrite(content, now, size, choose);
  content.truncate(size);
}

// The size at the beginning, at the end, or in between.
function chosenSize(from: number, to: number, choose: Choose): number {
  if (from === to) return to;
  const sizes = [to, from];
  const first = Math.ceil((Math.min(from, to) + 1) / SECTOR) * SECTOR;
  const last = Math.max(from, to);
  const step = Math.max(SECTOR, Math.ceil((last - first) / MOST_SIZES / SECTOR) * SECTOR);
  for (let size = first; size < last; size += step) sizes.push(size);
  return sizes[choose(sizes.length)]!;
}

// Each sector up to `end` that differs is either the old one or the new one.
function overwrite(content: FileContent, now: Snapshot, end: number, choose: Choose): void {
  const before = content.snapshot();
  const bytes = Buffer.alloc(SECTOR);
  const old = Buffer.alloc(SECTOR);
  for (const at of [...regions(before, now, SECTOR)]) {
    if (at >= end) break;
    bytes.fill(0);
    old.fill(0);
    const count = readSnapshot(now, bytes.subarray(0, Math.min(SECTOR, end - at)), at);
    readSnapshot(before, old.subarray(0, count), at);
    if (!bytes.equals(old) && choose(2) === 0) content.write(bytes.subarray(0, count), at);
  }
}
