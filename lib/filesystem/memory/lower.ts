// The real files that are visible through a memory file system with `overlay`. Each call sees their current state. Only
// changed files are kept in memory. The content of a file is read synchronously through node:fs when it is copied up.
import {
  type Dirent,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  type Stats,
  statSync,
} from 'node:fs';

import type { CallOptions, FilePath } from '../filesystem.js';
import { isSameFile } from '../identity.js';
import { textOf } from '../mounted-path.js';
import type { OpenFile } from '../open-file.js';
import { keptTarget } from '../outer-path.js';
import { fail } from './errors.js';
import { DirectoryNode, FileNode, type Inode, isMirror, LinkNode } from './inode.js';
import { bytesOf, keyOf, pathOf } from './names.js';
import type { Space } from './content.js';
import type { MemoryState } from './state.js';

/** A kind of file that does not exist in memory: a device, a FIFO or a socket. */
export class SpecialNode extends FileNode {
  readonly path: FilePath;
  readonly #real: Stats;

  constructor(real: Stats, path: FilePath, space: Space) {
    super(real.ino, real.mode, real.uid, real.gid, real.ctimeMs, space);
    this.#real = real;
    this.path = path;
  }

  override stats(): Stats {
    return this.#real;
  }
}

export class Lower {
  readonly root: FilePath;
  /** Opens a real file. */
  readonly open: (path: FilePath, flags: number, permissions: number, call: CallOptions) => Promise<OpenFile>;

  /** Absolute targets of real links below the root have it, and links in memory do not. */
  readonly #prefix: string;

  constructor(root: FilePath, open: Lower['open']) {
    this.root = root;
    this.#prefix = root === '/' ? '' : textOf(root);
    this.open = open;
  }

  /** The device number of the real root; undefined if there is none. */
  get device(): number | undefined {
    try {
      return statSync(raw(this.root)).dev;
    } catch {
      return undefined;
    }
  }

  /** The file of a name in the real directory, unless it is hidden. */
  entry(state: MemoryState, directory: DirectoryNode, name: string): Inode | undefined {
    if (directory.hidden?.has(name)) return undefined;
    const path = below(directory.lower!, name);
    let stats: Stats | undefined;
    try {
      stats = lstatSync(raw(path), { throwIfNoEntry: false });
    } catch {
      // no longer a directory, or not searchable by this process
    }
    const known = directory.entries.get(name);
    if (known !== undefined && stats?.isDirectory() === true && isOf(known, stats))
      return withAttributes(known, stats);
    directory.entries.delete(name);
    if (stats === undefined) return undefined;
    const inode = this.#inode(state, directory, path, stats);
    if (inode instanceof DirectoryNode) directory.entries.set(name, inode);
    else inode.origin = { directory, name, path };
    return inode;
  }

  #inode(state: MemoryState, parent: DirectoryNode, path: FilePath, stats: Stats): Inode {
    const { ino, mode, uid, gid, ctimeMs } = stats;
    let inode: Inode;
    if (stats.isDirectory()) {
      const below = new DirectoryNode(ino, mode, uid, gid, ctimeMs, parent);
      below.lower = path;
      below.mirrors = true;
      inode = below;
    } else if (stats.isSymbolicLink()) {
      const target = keptTarget(this.#prefix, readlinkSync(raw(path), { encoding: 'buffer' }));
      inode = new LinkNode(ino, keyOf(target), uid, gid, ctimeMs);
    } else {
      inode = stats.isFile()
        ? new LowerFile(ino, mode, uid, gid, ctimeMs, state.space)
        : new SpecialNode(stats, path, state.space);
      if (inode instanceof LowerFile) inode.real = stats;
    }
    inode.device = stats.dev;
    return withAttributes(inode, stats);
  }

  /** Whether both are links to the same real file, which has a separate inode for each of them. */
  areLinks({ origin: one, ino }: Inode, { origin: other, ino: otherIno }: Inode): boolean {
    if (one === undefined || other === undefined || ino !== otherIno) return false;
    const [first, second] = [one, other].map(({ path }) =>
      lstatSync(raw(path), { bigint: true, throwIfNoEntry: false }),
    );
    return first !== undefined && second !== undefined && isSameFile(first, second);
  }

  /** The entries in memory, then the real ones that are neither replaced nor hidden. */
  *entries(state: MemoryState, directory: DirectoryNode): Generator<[name: string, inode: Inode]> {
    let real: Dirent<Buffer>[] = [];
    try {
      real = readdirSync(raw(directory.lower!), {
        withFileTypes: true,
        encoding: 'buffer',
      });
    } catch {
      // removed or unreadable: only the entries in memory are listed
    }
    const shown = new Set<string>();
    for (const [name, inode] of [...directory.entries]) {
      if (isMirror(inode)) continue;
      shown.add(name);
      yield [name, inode];
    }
    for (const { name } of real) {
      const key = keyOf(name);
      if (shown.has(key)) continue;
      const inode = state.entry(directory, key);
      if (inode !== undefined) yield [key, inode];
    }
  }

  /** Copies a real file into memory before it changes. */
  own(inode: Inode): void {
    const { directory, name, path } = inode.origin!;
    inode.origin = undefined;
    if (inode instanceof LowerFile) {
      const content = readFileSync(raw(path));
      if (inode.content.write(content, 0) < content.length) fail('ENOSPC', 'write');
      inode.real = undefined;
      inode.sync();
    }
    inode.nlink = 1;
    directory.keep();
    directory.entries.set(name, inode);
  }
}

/** A regular file whose content is still that of the real file. */
class LowerFile extends FileNode {
  real: Stats | undefined;

  override get size(): number {
    return this.real?.size ?? this.content.size;
  }

  override get stored(): number {
    return this.real === undefined ? this.content.stored : this.real.blocks * 512;
  }
}

const isOf = ({ ino, device }: Inode, stats: Stats): boolean => ino === stats.ino && device === stats.dev;

function withAttributes<T extends Inode>(inode: T, stats: Stats): T {
  inode.mode = stats.mode;
  inode.uid = stats.uid;
  inode.gid = stats.gid;
  inode.nlink = stats.nlink;
  inode.accessed = stats.atimeMs;
  inode.modified = stats.mtimeMs;
  inode.changed = stats.ctimeMs;
  inode.born = stats.birthtimeMs;
  return inode;
}

function below(directory: FilePath, name: string): FilePath {
  const parent = keyOf(directory);
  return pathOf(parent === '/' ? `/${name}` : `${parent}/${name}`);
}

const raw = (path: FilePath): string | Buffer => (typeof path === 'string' ? path : bytesOf(keyOf(path)));
