// The functions of node:fs that tests make and read files with, over a memory file system. Tests import node:fs as always:
// its own functions answer for real paths, and these for paths below the place of the files in memory.
import nodeFs, { type BigIntStats, type Dirent, type Stats } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import * as attributes from '../../../lib/filesystem/memory/attributes.js';
import { completeError } from '../../../lib/filesystem/errors.js';
import { fail } from '../../../lib/filesystem/memory/errors.js';
import { DirectoryNode, FileNode, type Inode } from '../../../lib/filesystem/memory/inode.js';
import { writeTo } from '../../../lib/filesystem/memory/memory-file.js';
import { bytesOf, keyOf } from '../../../lib/filesystem/memory/names.js';
import * as changes from '../../../lib/filesystem/memory/names-changes.js';
import type { MemoryState } from '../../../lib/filesystem/memory/state.js';
import { Walk } from '../../../lib/filesystem/memory/walk.js';
import { completeStats } from '../../../lib/filesystem/stats.js';

type Content = string | ArrayBufferView;
type Encoded = BufferEncoding | 'buffer' | { encoding?: BufferEncoding | 'buffer' | null } | null | undefined;
interface Listing {
  withFileTypes?: boolean;
  recursive?: boolean;
}
type Any = (...args: never[]) => unknown;

const PERMISSIONS = 0o7777;

function encodingOf(o: Encoded): BufferEncoding | 'buffer' | undefined {
  return (typeof o === 'string' ? o : o?.encoding) ?? undefined;
}

/** `bytes` as the functions of node:fs return names: strings, unless Buffers are asked for. */
function nameOf(bytes: Buffer, o: Encoded): string | Buffer {
  const encoding = encodingOf(o);
  return encoding === 'buffer' ? bytes : bytes.toString(encoding);
}

/** The members of a Dirent that tests use. */
function entryOf(parentPath: string, name: string, inode: Inode): Partial<Dirent> {
  return {
    name,
    parentPath,
    isFile: () => inode.type === 'file',
    isDirectory: () => inode.type === 'directory',
    isSymbolicLink: () => inode.type === 'symlink',
  };
}

const bytesIn = (content: Content): Uint8Array =>
  typeof content === 'string'
    ? Buffer.from(content)
    : new Uint8Array(content.buffer, content.byteOffset, content.byteLength);

const milliseconds = (time: number | string | Date): number =>
  time instanceof Date ? time.getTime() : Number(time) * 1000;

/** Files in memory, by the names and arguments of node:fs. Paths are keys. */
class Files {
  readonly #state: MemoryState;

  constructor(state: MemoryState) {
    this.#state = state;
  }

  existsSync = (key: string): boolean => {
    try {
      return this.#state.find(key, true) !== undefined;
    } catch {
      return false;
    }
  };

  accessSync = (key: string, mode = 0): void => {
    this.#state.find(key, true);
    if (!attributes.access(this.#state, key, mode)) fail('EACCES', 'access');
  };

  statSync = (key: string, o?: nodeFs.StatSyncOptions): Stats | BigIntStats | undefined =>
    this.#stats(key, true, o);

  lstatSync = (key: string, o?: nodeFs.StatSyncOptions): Stats | BigIntStats | undefined =>
    this.#stats(key, false, o);

  #stats(key: string, follow: boolean, o: nodeFs.StatSyncOptions = {}): Stats | BigIntStats | undefined {
    try {
      const stats = this.#state.find(key, follow).stats();
      if (o.bigint !== true) return stats;
      // Own properties only, so that the numbers are converted.
      return completeStats({ ...stats, isFile: () => stats.isFile() }, true);
    } catch (error) {
      if (o.throwIfNoEntry === false && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  readFileSync = (key: string, o?: Encoded): string | Buffer => {
    const inode = this.#state.find(key, true);
    if (!(inode instanceof FileNode)) return fail('EISDIR', 'read');
    const bytes = inode.content.slice(0, inode.size);
    const encoding = encodingOf(o);
    return encoding === undefined || encoding === 'buffer' ? bytes : bytes.toString(encoding);
  };

  writeFileSync = (key: string, content: Content, o?: { mode?: number; flag?: string } | string): void => {
    const { mode = 0o666, flag = 'w' } = typeof o === 'string' ? {} : (o ?? {});
    const file = this.#file(key, mode);
    if (flag === 'w') this.#state.resize(file, 0);
    this.#write(file, content, flag === 'a' ? file.size : 0);
  };

  appendFileSync = (key: string, content: Content): void => {
    const file = this.#file(key, 0o666);
    this.#write(file, content, file.size);
  };

  #file(key: string, mode: number): FileNode {
    const walk = new Walk(this.#state);
    const inode = this.existsSync(key)
      ? walk.find(key, true)
      : changes.createFile(this.#state, walk.place(key), mode);
    return inode instanceof FileNode ? inode : fail('EISDIR', 'open');
  }

  #write(file: FileNode, content: Content, position: number): void {
    const bytes = bytesIn(content);
    if (bytes.length > 0) writeTo(this.#state, file, bytes, position);
    this.#state.modified(file);
  }

  truncateSync = (key: string, size: number | null = 0): void => {
    attributes.truncate(this.#state, key, size ?? 0);
  };

  mkdirSync = (key: string, o?: number | { recursive?: boolean; mode?: number } | null): void => {
    const { recursive = false, mode = 0o777 } = typeof o === 'number' ? { mode: o } : (o ?? {});
    if (!recursive) {
      changes.mkdir(this.#state, key, mode);
      return;
    }
    if (this.existsSync(key)) return;
    this.mkdirSync(path.dirname(key), o);
    changes.mkdir(this.#state, key, mode);
  };

  mkdtempSync = (key: string): string => {
    const made = key + Math.random().toString(36).slice(2, 8).padEnd(6, '0');
    changes.mkdir(this.#state, made, 0o700);
    return made;
  };

  readdirSync = (key: string, o?: Encoded | Listing): unknown[] => {
    const { withFileTypes = false, recursive = false } =
      ((typeof o === 'object' ? o : undefined) as Listing) ?? {};
    const directory = this.#state.find(key, true);
    if (!(directory instanceof DirectoryNode)) return fail('ENOTDIR', 'scandir');
    const names: unknown[] = [];
    for (const [name, inode] of this.#state.entries(directory)) {
      names.push(withFileTypes ? entryOf(key, name, inode) : nameOf(bytesOf(name), o as Encoded));
      if (!recursive || !(inode instanceof DirectoryNode)) continue;
      for (const each of this.readdirSync(`${key}/${name}`, o))
        names.push(withFileTypes ? each : `${name}/${String(each)}`);
    }
    return names;
  };

  rmSync = (key: string, { recursive = false, force = false }: nodeFs.RmOptions = {}): void => {
    const inode = this.lstatSync(key, { throwIfNoEntry: false });
    if (inode === undefined) {
      if (!force) fail('ENOENT', 'rm');
    } else if (!inode.isDirectory()) {
      changes.unlink(this.#state, key);
    } else if (recursive) {
      for (const name of this.readdirSync(key, 'buffer'))
        this.rmSync(keyOf(Buffer.concat([bytesOf(`${key}/`), name as Buffer])), { recursive });
      changes.rmdir(this.#state, key);
    } else {
      fail('EISDIR', 'rm');
    }
  };

  unlinkSync = (key: string): void => changes.unlink(this.#state, key);
  rmdirSync = (key: string): void => changes.rmdir(this.#state, key);
  renameSync = (from: string, to: string): void => changes.rename(this.#state, from, to);
  linkSync = (existing: string, to: string): void => changes.link(this.#state, existing, to);
  symlinkSync = (target: string, to: string): void => changes.symlink(this.#state, target, to);

  readlinkSync = (key: string, o?: Encoded): string | Buffer =>
    nameOf(bytesOf(attributes.readlink(this.#state, key)), o);

  realpathSync = (key: string, o?: Encoded): string | Buffer =>
    nameOf(bytesOf(attributes.realpath(this.#state, key)), o);

  chmodSync = (key: string, mode: number | string): void =>
    attributes.chmod(this.#state, key, (typeof mode === 'string' ? parseInt(mode, 8) : mode) & PERMISSIONS);

  chownSync = (key: string, uid: number, gid: number): void =>
    attributes.chown(this.#state, key, uid, gid, true);

  lchownSync = (key: string, uid: number, gid: number): void =>
    attributes.chown(this.#state, key, uid, gid, false);

  utimesSync = (key: string, accessed: number | Date, modified: number | Date): void =>
    attributes.utimes(this.#state, key, milliseconds(accessed), milliseconds(modified), true);

  lutimesSync = (key: string, accessed: number | Date, modified: number | Date): void =>
    attributes.utimes(this.#state, key, milliseconds(accessed), milliseconds(modified), false);

  openSync = (): never => {
    throw new Error(
      'Files in memory have no descriptors: name this test in test/support/memory/disk-only.ts',
    );
  };
}

/** The system calls that errors name, where they differ from the function. */
const SYSCALLS: Readonly<Record<string, string>> = {
  readFileSync: 'open',
  writeFileSync: 'open',
  appendFileSync: 'open',
  readdirSync: 'scandir',
};

/** Whose second argument is the path that is made, and whose first may be anything. */
const MADE_BY_SECOND = new Set(['symlinkSync']);
const TWO_PATHS = new Set(['renameSync', 'linkSync']);

/** A path as a key, or undefined for a descriptor or a relative path. */
function keyIn(given: unknown): string | undefined {
  if (given instanceof URL) return fileURLToPath(given);
  if (typeof given === 'string') return given;
  return given instanceof Uint8Array ? keyOf(given) : undefined;
}

/** From now on the functions of node:fs answer from `state` for paths below `top`. */
export function answerFromMemory(state: MemoryState, top: string): void {
  const module = nodeFs as unknown as Record<string, Any>;
  const isOurs = (given: unknown): boolean => {
    const key = keyIn(given);
    return key !== undefined && (key === top || key.startsWith(`${top}/`));
  };
  for (const [name, ours] of Object.entries(new Files(state)) as [string, Any][]) {
    const theirs = module[name]!;
    module[name] = (...args: unknown[]) => {
      if (!isOurs(MADE_BY_SECOND.has(name) ? args[1] : args[0])) return theirs(...(args as never[]));
      const keys = TWO_PATHS.has(name) || MADE_BY_SECOND.has(name) ? 2 : 1;
      try {
        return ours(...(args.map((each, i) => (i < keys ? keyIn(each) : each)) as never[]));
      } catch (error) {
        throw completeError(error, SYSCALLS[name] ?? name.replace('Sync', ''), String(args[0]));
      }
    };
    Object.assign(module[name], theirs); // realpathSync.native
  }
  module.cpSync = copier(module.cpSync!, isOurs);
  syncBuiltinESMExports();
}

// Copies between real paths and those in memory, by the functions above.
function copier(theirs: Any, isOurs: (given: unknown) => boolean): Any {
  const copy = (from: string, to: string): void => {
    const stats = nodeFs.lstatSync(from);
    if (stats.isSymbolicLink()) {
      nodeFs.symlinkSync(nodeFs.readlinkSync(from), to);
    } else if (stats.isDirectory()) {
      nodeFs.mkdirSync(to, { recursive: true });
      for (const name of nodeFs.readdirSync(from)) copy(`${from}/${name}`, `${to}/${name}`);
    } else {
      nodeFs.writeFileSync(to, nodeFs.readFileSync(from), { mode: stats.mode });
    }
  };
  return (from: string, to: string, o: never) =>
    isOurs(from) || isOurs(to) ? copy(from, to) : theirs(from as never, to as never, o);
}
