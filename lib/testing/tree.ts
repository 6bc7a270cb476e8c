// Trees of files as literals, and snapshots of trees in the same shape.
import { isUtf8 } from 'node:buffer';
import { types } from 'node:util';

import { invalidArgType, invalidArgValue, outOfRange } from '../errors/index.js';
import { completeError } from '../filesystem/errors.js';
import * as changes from '../filesystem/memory/names-changes.js';
import { DirectoryNode, FileNode, type Inode, LinkNode, TYPE } from '../filesystem/memory/inode.js';
import { keyOf, pathOf } from '../filesystem/memory/names.js';
import type { MemoryState } from '../filesystem/memory/state.js';
import { Credentials } from '../filesystem/memory/user.js';
import { Walk } from '../filesystem/memory/walk.js';

/**
 * The properties of a file or directory in addition to its content. Default: permissions according to the umask, owned
 * by the user, with the current time.
 */
export interface EntryOptions {
  /** Permission bits. */
  readonly mode?: number | undefined;
  /** The number of the user. */
  readonly uid?: number | undefined;
  /** The number of the group. */
  readonly gid?: number | undefined;
  /** The time of the last change of its content, in milliseconds since the epoch. */
  readonly mtime?: number | Date | undefined;
}

/**
 * A symbolic link in a tree.
 * @example memoryFiles({ 'a.txt': 'text', 'b.txt': link('a.txt') });
 */
export class TreeLink {
  /** Where the link leads. */
  readonly target: string | Uint8Array;
  constructor(target: string | Uint8Array) {
    this.target = target;
  }
}

/**
 * A directory in a tree.
 * @example memoryFiles({ 'var/log': dir({}, { mode: 0o500 }) });
 */
export class TreeDirectory {
  /** The entries of the directory, by name. */
  readonly entries: Tree;
  /** Permissions, owner and times. */
  readonly options: EntryOptions;
  constructor(entries: Tree, options: EntryOptions) {
    this.entries = entries;
    this.options = options;
  }
}

/**
 * A file in a tree with options.
 * @example memoryFiles({ 'bin/run': file('#!/bin/sh', { mode: 0o755 }) });
 */
export class TreeFile {
  /** The bytes, or text as UTF-8. */
  readonly content: string | Uint8Array;
  /** Permissions, owner and times. */
  readonly options: EntryOptions;
  constructor(content: string | Uint8Array, options: EntryOptions) {
    this.content = content;
    this.options = options;
  }
}

/** An entry of a tree: the content of a file, or the result of `link`, `dir` or `file`. */
export type TreeValue = string | Uint8Array | TreeLink | TreeDirectory | TreeFile;
/** Files by path: `{ 'etc/app.json': '{}', 'bin/run': link('../run') }`. Parent directories of a path can be omitted. */
export type Tree = Readonly<Record<string, TreeValue>>;
/** A snapshot of a memory file system: files as text if they are UTF-8, else as bytes; links; and empty directories. */
export type TreeSnapshot = Record<string, string | Buffer | TreeLink | TreeDirectory>;

/**
 * Describes a symbolic link for a tree.
 * @param target the target, which is stored unchanged
 * @returns a link, for a tree
 * @throws TypeError for a bad target
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example memoryFiles({ current: link('releases/7'), 'releases/7/a': '' });
 */
export function link(target: string | Uint8Array): TreeLink {
  if (typeof target !== 'string' && !types.isUint8Array(target))
    throw invalidArgType('target', 'of type string or an instance of Uint8Array', target);
  if (target.length === 0 || target.includes(0 as never) || target.includes('\0' as never))
    throw invalidArgValue('target', target, 'must be a path, without null bytes');
  return new TreeLink(target);
}

/**
 * Describes a directory for a tree: an empty one, or one with a mode, an owner or a time.
 * @param entries the entries of the directory
 * @returns a directory, for a tree
 * @throws TypeError for bad options
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example memoryFiles({ data: dir({ 'a.txt': 'a' }, { mode: 0o500 }) });
 */
export function dir(entries: Tree = {}, options: EntryOptions = {}): TreeDirectory {
  return new TreeDirectory(entries, checkOptions(options));
}

/**
 * Describes a file with a mode, an owner or a time for a tree.
 * @param content text or bytes
 * @returns a file, for a tree
 * @throws TypeError for bad options
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example memoryFiles({ 'run.sh': file('#!/bin/sh', { mode: 0o755 }) });
 */
export function file(content: string | Uint8Array, options: EntryOptions = {}): TreeFile {
  return new TreeFile(content, checkOptions(options));
}

const MOST = { mode: 0o7777, uid: 0xfffffffe, gid: 0xfffffffe } as const;
const OPTIONS = new Set([...Object.keys(MOST), 'mtime']);

/** A copy of `options`, whose properties are read once. */
function checkOptions(options: EntryOptions): EntryOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw invalidArgType('options', 'of type object', options);
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(options)) {
    const value = (options as Record<string, unknown>)[name];
    if (!OPTIONS.has(name)) throw invalidArgValue(`options.${name}`, value, 'is not an option');
    const isTime = name === 'mtime' && value instanceof Date;
    if (value !== undefined && typeof value !== 'number' && !isTime)
      throw invalidArgType(`options.${name}`, 'of type number', value);
    copy[name] = value;
  }
  const checked: EntryOptions = copy;
  for (const name of ['mode', 'uid', 'gid'] as const) {
    const value = checked[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= MOST[name]))
      throw outOfRange(`options.${name}`, `an integer >= 0 && <= ${MOST[name]}`, value);
  }
  if (checked.mtime !== undefined && !Number.isFinite(Number(checked.mtime)))
    throw outOfRange('options.mtime', 'a finite number of milliseconds', checked.mtime);
  return checked;
}

/** Puts a tree into a file system, regardless of the permissions of its user. */
export function plant(state: MemoryState, tree: Tree): void {
  const { credentials } = state;
  state.credentials = new Credentials(credentials, true);
  try {
    plantAt(state, '', tree);
  } finally {
    state.credentials = credentials;
  }
  state.syncAll();
}

function plantAt(state: MemoryState, above: string, tree: Tree): void {
  if (typeof tree !== 'object' || tree === null || Symbol.iterator in tree)
    throw invalidArgType('tree', 'an object of values by path', tree);
  for (const [name, value] of Object.entries(tree)) {
    const names = namesIn(name);
    const path = `${above}/${names.join('/')}`;
    try {
      makeAbove(state, path);
      plantValue(state, path, value, name);
    } catch (error) {
      // The innermost path is the one that caused the error.
      throw (error as { path?: unknown }).path === undefined ? completeError(error, 'open', path) : error;
    }
  }
}

function namesIn(path: string): string[] {
  const names = keyOf(path)
    .split('/')
    .filter((name) => name !== '' && name !== '.');
  if (names.length === 0 || names.includes('..') || path.includes('\0'))
    throw invalidArgValue('tree', path, "must have paths without '..' and null bytes");
  return names;
}

function makeAbove(state: MemoryState, path: string): void {
  for (let end = path.indexOf('/', 1); end !== -1; end = path.indexOf('/', end + 1)) {
    makeDirectory(state, path.slice(0, end));
  }
}

const IMPLIED_PERMISSIONS = 0o755;

/** Creates a directory, unless it exists. */
export function makeDirectory(state: MemoryState, path: string, implied = false): void {
  const walk = new Walk(state);
  const there = walk.entry(walk.place(path));
  if (there === undefined) {
    changes.mkdir(state, path, 0o777);
    const made = state.find(path, false);
    if (!(made instanceof DirectoryNode)) return;
    made.implied = implied;
    // No call has created it, so the umask of the files does not determine who may search it.
    if (implied) made.mode |= IMPLIED_PERMISSIONS;
  } else if (there instanceof DirectoryNode && !implied) {
    there.implied = false;
  }
}

function plantValue(state: MemoryState, path: string, value: TreeValue, name: string): void {
  if (!(value instanceof TreeDirectory)) hideReal(state, path);
  if (value instanceof TreeLink) {
    changes.symlink(state, keyOf(value.target), path);
  } else if (value instanceof TreeDirectory) {
    makeDirectory(state, path);
    plantAt(state, path, value.entries);
    setOptions(state, path, value.options);
  } else if (value instanceof TreeFile) {
    plantFile(state, path, value.content, name);
    setOptions(state, path, value.options);
  } else {
    plantFile(state, path, value, name);
  }
}

// In an overlay, the entry of the tree replaces the real one.
function hideReal(state: MemoryState, path: string): void {
  const walk = new Walk(state);
  const there = walk.entry(walk.place(path));
  if (there?.origin !== undefined) changes.unlink(state, path);
}

function plantFile(state: MemoryState, path: string, content: string | Uint8Array, name: string): void {
  if (typeof content !== 'string' && !(content instanceof Uint8Array))
    throw invalidArgType(
      `tree['${name}']`,
      'a string, bytes, or the result of link(), dir() or file()',
      content,
    );
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  changes.plantFile(state, path, bytes);
}

function setOptions(state: MemoryState, path: string, { mode, uid, gid, mtime }: EntryOptions): void {
  const inode = state.find(path, false);
  state.own(inode);
  if (mode !== undefined) inode.mode = (inode.mode & TYPE) | (mode & ~TYPE);
  if (uid !== undefined) inode.uid = uid;
  if (gid !== undefined) inode.gid = gid;
  if (mtime !== undefined) inode.modified = Number(mtime);
}

/** The content of a file system, by path. */
export function snapshotOf(state: MemoryState): TreeSnapshot {
  const found: [string, TreeSnapshot[string]][] = [];
  visit(state, state.root, '', found);
  return Object.fromEntries(found); // a file named __proto__ is an ordinary entry
}

// Of an overlay, only the files in memory.
function visit(
  state: MemoryState,
  directory: DirectoryNode,
  above: string,
  found: [string, TreeSnapshot[string]][],
): void {
  const own = directory.lower === undefined ? state.entries(directory) : directory.entries;
  for (const [name, inode] of [...own].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const path = above + name;
    if (!(inode instanceof DirectoryNode)) {
      found.push([path, valueOf(inode)]);
    } else if (inode.lower === undefined && state.isEmpty(inode)) {
      found.push([path, dir()]);
    } else {
      visit(state, inode, `${path}/`, found);
    }
  }
}

function valueOf(inode: Inode): string | Buffer | TreeLink {
  if (inode instanceof LinkNode) return new TreeLink(pathOf(inode.target));
  const bytes = inode instanceof FileNode ? inode.content.slice(0, inode.size) : Buffer.alloc(0);
  return isUtf8(bytes) ? bytes.toString() : bytes;
}
