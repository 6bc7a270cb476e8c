// Creates, removes and renames entries. The order of the checks is that of Linux (fs/namei.c): it decides which error is
// reported if a call is wrong in two ways.
import { fail } from './errors.js';
import { DirectoryNode, type FileNode, type Inode } from './inode.js';
import type { MemoryState } from './state.js';
import { MAY_WRITE, STICKY } from './user.js';
import { isLonger } from './names.js';
import { type Place, Walk } from './walk.js';

const PERMISSIONS = 0o777;
const FILE_PERMISSIONS = 0o666;
const MOST_NAMES = 65_000;
const LONGEST_TARGET = 4095;

// The place of a new entry (filename_create, may_create).
function vacancy(walk: Walk, path: string, forDirectory: boolean): Place {
  const place = walk.place(path);
  if (place.kind !== 'name') fail('EEXIST');
  if (walk.entry(place) !== undefined) fail('EEXIST');
  if (place.slash && !forDirectory) fail('ENOENT');
  return place;
}

export function mkdir(state: MemoryState, path: string, permissions: number): void {
  const { directory, name } = vacancy(new Walk(state), path, true);
  state.requireWritable(directory);
  const mode = permissions & (PERMISSIONS | STICKY) & ~state.umask;
  state.bind({ directory, name, before: undefined, after: state.newDirectory(mode, directory) });
}

export function symlink(state: MemoryState, target: string, path: string): void {
  if (target === '') fail('ENOENT');
  if (isLonger(target, LONGEST_TARGET)) fail('ENAMETOOLONG');
  const { directory, name } = vacancy(new Walk(state), path, false);
  state.requireWritable(directory);
  state.bind({ directory, name, before: undefined, after: state.newLink(target, directory) });
}

export function link(state: MemoryState, existing: string, path: string): void {
  const inode = new Walk(state).find(existing, false);
  const { directory, name } = vacancy(new Walk(state), path, false);
  state.credentials.requireLinkable(inode);
  state.requireWritable(directory);
  if (inode instanceof DirectoryNode) fail('EPERM');
  if (inode.nlink >= MOST_NAMES) fail('EMLINK');
  state.own(inode);
  state.bind({ directory, name, before: undefined, after: inode });
}

// Whether an entry may be removed, as a directory or as another kind of file (may_delete).
function requireRemovable(
  state: MemoryState,
  directory: DirectoryNode,
  inode: Inode,
  asDirectory: boolean,
): void {
  state.requireWritable(directory);
  state.credentials.requireUnstuck(directory, inode);
  const isDirectory = inode instanceof DirectoryNode;
  if (asDirectory && !isDirectory) fail('ENOTDIR');
  if (!asDirectory && isDirectory) fail('EISDIR');
}

export function unlink(state: MemoryState, path: string): void {
  const walk = new Walk(state);
  const place = walk.place(path);
  if (place.kind !== 'name') fail('EISDIR');
  const inode = walk.entry(place);
  if (inode === undefined) return fail('ENOENT');
  if (place.slash) fail(inode instanceof DirectoryNode ? 'EISDIR' : 'ENOTDIR');
  const { directory, name } = place;
  requireRemovable(state, directory, inode, false);
  state.bind({ directory, name, before: inode, after: undefined });
}

const NO_NAME = { root: 'EBUSY', dot: 'EINVAL', dotdot: 'ENOTEMPTY' } as const;

export function rmdir(state: MemoryState, path: string): void {
  const walk = new Walk(state);
  const place = walk.place(path);
  const { directory, name, kind } = place;
  if (kind !== 'name') return fail(NO_NAME[kind]);
  const inode = walk.entry(place);
  if (inode === undefined) return fail('ENOENT');
  requireRemovable(state, directory, inode, true);
  if (inode instanceof DirectoryNode && !state.isEmpty(inode)) fail('ENOTEMPTY');
  state.bind({ directory, name, before: inode, after: undefined });
}

export function rename(state: MemoryState, from: string, to: string): void {
  const oldWalk = new Walk(state);
  const newWalk = new Walk(state);
  const old = oldWalk.place(from);
  const next = newWalk.place(to);
  if (old.kind !== 'name' || next.kind !== 'name') fail('EBUSY');
  const source = oldWalk.entry(old);
  if (source === undefined) return fail('ENOENT');
  const target = newWalk.entry(next);
  const isDirectory = source instanceof DirectoryNode;
  if (!isDirectory && (old.slash || next.slash)) fail('ENOTDIR');
  if (isDirectory && isWithin(next.directory, source)) fail('EINVAL');
  if (target instanceof DirectoryNode && isWithin(old.directory, target)) fail('ENOTEMPTY');
  if (source === target || (target !== undefined && state.lower?.areLinks(source, target) === true)) return;
  requireRemovable(state, old.directory, source, isDirectory);
  if (target === undefined) state.requireWritable(next.directory);
  else requireRemovable(state, next.directory, target, isDirectory);
  if (isDirectory && next.directory !== old.directory) state.credentials.require(source, MAY_WRITE);
  if (target instanceof DirectoryNode && !state.isEmpty(target)) fail('ENOTEMPTY');
  state.own(source);
  state.bind(
    { directory: old.directory, name: old.name, before: source, after: undefined },
    { directory: next.directory, name: next.name, before: target, after: source },
  );
}

function isWithin(directory: DirectoryNode, top: DirectoryNode): boolean {
  let each = directory;
  while (each !== top && each.parent !== each) each = each.parent;
  return each === top;
}

/** Creates the regular file at a place where nothing exists. */
export function createFile(state: MemoryState, place: Place, permissions: number): FileNode {
  const { directory, name } = place;
  state.requireWritable(directory);
  const file = state.newFile(permissions & ~state.umask, directory);
  state.bind({ directory, name, before: undefined, after: file });
  return file;
}

/** Creates a regular file with this content. */
export function plantFile(state: MemoryState, path: string, content: Uint8Array): void {
  const file = createFile(state, vacancy(new Walk(state), path, false), FILE_PERMISSIONS);
  if (file.content.write(content, 0) < content.length) fail('ENOSPC', 'write');
}
