// Attributes of files: permissions, owners, times, size.
import { fail } from './errors.js';
import { DirectoryNode, FileNode, type Inode, LinkNode, TYPE } from './inode.js';
import type { MemoryState } from './state.js';
import { MAY_EXECUTE, MAY_WRITE, SET_GID } from './user.js';
import { entryOf, MOST_LINKS } from './walk.js';

const MODE_BITS = 0o7777;

export function chmod(state: MemoryState, path: string, permissions: number): void {
  const inode = state.find(path, true);
  state.credentials.requireOwner(inode);
  state.own(inode);
  let mode = permissions & MODE_BITS;
  if (!state.credentials.inGroup(inode.gid)) mode &= ~SET_GID;
  inode.mode = (inode.mode & TYPE) | mode;
  inode.changed = state.clock();
}

export function chown(state: MemoryState, path: string, uid: number, gid: number, follow: boolean): void {
  const inode = state.find(path, follow);
  state.own(inode);
  state.credentials.changeOwner(inode, fromUnsigned(uid), fromUnsigned(gid));
  inode.changed = state.clock();
}

// The kernel's "leave it": -1 in 32 bits.
const fromUnsigned = (id: number): number => (id === 0xffffffff ? -1 : id);

export function utimes(
  state: MemoryState,
  path: string,
  accessed: number,
  modified: number,
  follow: boolean,
): void {
  const inode = state.find(path, follow);
  state.credentials.requireOwner(inode);
  state.own(inode);
  inode.accessed = accessed;
  inode.modified = modified;
  inode.changed = state.clock();
}

export function truncate(state: MemoryState, path: string, size: number | bigint): void {
  const inode = state.find(path, true);
  if (inode.type === 'directory') fail('EISDIR');
  if (!(inode instanceof FileNode)) return fail('EINVAL');
  state.credentials.require(inode, MAY_WRITE);
  state.resize(inode, size);
  state.modified(inode);
}

export function access(state: MemoryState, path: string, mode: number): boolean {
  try {
    const inode = state.find(path, true);
    return mode === 0 || state.credentials.may(inode, mode);
  } catch {
    return false;
  }
}

export function readlink(state: MemoryState, path: string): string {
  const inode = state.find(path, false);
  if (!(inode instanceof LinkNode)) return fail('EINVAL');
  state.touch(inode);
  return inode.target;
}

/**
 * The path of the target of `path`, without links. As realpath(3), it removes `.` and `..` from the resolved path
 * without checking whether the user may search there.
 */
export function realpath(state: MemoryState, path: string): string {
  if (path === '') fail('ENOENT');
  const { credentials, root } = state;
  let at: Inode = root;
  let name = '';
  let directory = root;
  let links = 0;
  const left = split(path);
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (!(at instanceof DirectoryNode)) fail('ENOTDIR');
    directory = at;
    if (next === '' || next === '.') continue;
    if (next === '..') {
      at = directory.parent;
      continue;
    }
    credentials.require(directory, MAY_EXECUTE);
    const inode = entryOf(state, directory, next);
    if (inode === undefined) return fail('ENOENT');
    if (inode instanceof LinkNode) {
      if (++links > MOST_LINKS) fail('ELOOP');
      state.touch(inode);
      if (inode.target.startsWith('/')) at = root;
      left.push(...split(inode.target));
      continue;
    }
    at = inode;
    name = next;
  }
  const names = at instanceof DirectoryNode ? namesTo(at) : [...namesTo(directory), name];
  return `/${names.join('/')}`;
}

// The names of a path, the first last.
const split = (path: string): string[] => path.split('/').reverse();

function namesTo(directory: DirectoryNode): string[] {
  const names: string[] = [];
  for (let each = directory; each.parent !== each; each = each.parent) names.unshift(nameOf(each));
  return names;
}

function nameOf(directory: DirectoryNode): string {
  for (const [name, inode] of directory.parent.entries) if (inode === directory) return name;
  return fail('ENOENT');
}
