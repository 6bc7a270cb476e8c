// Performs recorded system calls on a DiskModel. Calls on files outside the folders that are looked at do nothing.
import path from 'node:path';

import { type DirectoryNode, DiskModel, type FileNode, type Node } from './disk-model.js';
import { bytesOf, type SystemCall } from './system-calls.js';

interface OpenDescription {
  node: FileNode | DirectoryNode;
  path: string;
  position: number;
  append: boolean;
}

interface Place {
  directory: DirectoryNode;
  name: string;
  node: Node | undefined;
  path: string;
}

const OWN_DESCRIPTOR = /^\/proc\/self\/fd\/(\d+)$/;

/** Whether the call has changed what a power cut may leave. */
type Changed = boolean;

export class Replay {
  readonly model = new DiskModel();
  /** Lines that the program has printed. */
  readonly done: string[] = [];
  readonly #folders: readonly string[];
  readonly #open = new Map<number, OpenDescription>();
  readonly #files = new Set<FileNode>();

  constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  perform(call: SystemCall): Changed {
    const { name, args, result } = call;
    const at = (i: number): OpenDescription | undefined => this.#open.get(Number(args[i]));
    const place = (i: number, o: { directory?: number; follow?: boolean } = {}): Place | undefined =>
      this.#place(args[i]!, o.directory === undefined ? undefined : args[o.directory], o.follow ?? false);
    switch (name) {
      case 'open':
        return this.#opened(args[0]!, undefined, String(args[1]), result);
      case 'creat':
        return this.#opened(args[0]!, undefined, 'O_CREAT|O_TRUNC', result);
      case 'openat':
        return this.#opened(args[1]!, args[0], String(args[2]), result);
      case 'close':
        this.#open.delete(Number(args[0]));
        return false;
      case 'dup':
      case 'dup2':
      case 'dup3':
        return this.#duplicated(at(0), result);
      case 'fcntl':
        return String(args[1]).startsWith('F_DUPFD') && this.#duplicated(at(0), result);
      case 'lseek':
        return this.#moved(at(0), result, true);
      case 'read':
      case 'readv':
        return this.#moved(at(0), result, false);
      case 'write':
      case 'writev':
        return this.#written(Number(args[0]), bytesOfArgument(args[1]!).subarray(0, result), undefined);
      case 'pwrite64':
        return this.#written(Number(args[0]), bytesOfArgument(args[1]!).subarray(0, result), Number(args[3]));
      case 'pwritev':
      case 'pwritev2': {
        const position = Number(args[3]);
        return this.#written(
          Number(args[0]),
          bytesOfArgument(args[1]!).subarray(0, result),
          position < 0 ? undefined : position,
        );
      }
      case 'ftruncate':
        return this.#resized(at(0)?.node, Number(args[1]));
      case 'truncate':
        return this.#resized(place(0, { follow: true })?.node, Number(args[1]));
      case 'ioctl':
        return String(args[1]).includes('FICLONE') && this.#cloned(at(0), this.#open.get(Number(args[2])));
      case 'copy_file_range':
        return this.#copied(at(0), at(2), result, positionOf(args[1]!), positionOf(args[3]!));
      case 'sendfile':
        return this.#copied(at(1), at(0), result, positionOf(args[2]!), undefined);
      case 'fallocate':
        return at(0) !== undefined && fail(call);
      case 'mkdir':
        return this.#made(place(0), { kind: 'directory', names: new Map(), durable: new Map() });
      case 'mkdirat':
        return this.#made(place(1, { directory: 0 }), {
          kind: 'directory',
          names: new Map(),
          durable: new Map(),
        });
      case 'symlink':
        return this.#made(place(1), { kind: 'link', target: String(args[0]) });
      case 'symlinkat':
        return this.#made(place(2, { directory: 1 }), { kind: 'link', target: String(args[0]) });
      case 'rename':
        return this.#renamed(place(0), place(1));
      case 'renameat':
      case 'renameat2':
        if (String(args[4] ?? '').includes('EXCHANGE')) fail(call);
        return this.#renamed(place(1, { directory: 0 }), place(3, { directory: 2 }));
      case 'link':
        return this.#linked(place(0)?.node, place(1));
      case 'linkat': {
        const target = place(3, { directory: 2 });
        return target !== undefined && this.#linked(this.#nodeOf(args[1]!, args[0]!), target);
      }
      case 'unlink':
      case 'rmdir':
        return this.#made(place(0), undefined);
      case 'unlinkat':
        return this.#made(place(1, { directory: 0 }), undefined);
      case 'fsync':
      case 'fdatasync':
        return this.#synced(at(0)?.node);
      case 'syncfs':
        return at(0) !== undefined && this.#syncedAll();
      case 'sync':
        return this.#syncedAll();
      case 'access':
        return false;
      default:
        return fail(call);
    }
  }

  /** The folder as the program sees it, in the form of a state. */
  seen(folder: string): Record<string, string> {
    const state: Record<string, string> = {};
    const visit = (node: Node | undefined, where: string): void => {
      if (node?.kind === 'directory') {
        if (where !== folder) state[`${where}/`] = '';
        for (const [name, child] of node.names) visit(child, `${where}/${name}`);
      } else if (node?.kind === 'link') state[where] = `-> ${node.target}`;
      else if (node !== undefined) state[where] = this.model.contentOf(node).toString('latin1');
    };
    visit(this.#place(folder, undefined, true)?.node, folder);
    return state;
  }

  #isOurs(file: string): boolean {
    return this.#folders.some((each) => file === each || file.startsWith(`${each}/`));
  }

  #place(given: Buffer | string, base: Buffer | string | undefined, follow: boolean): Place | undefined {
    const text = String(given);
    const below = base === undefined ? undefined : this.#open.get(Number(base))?.path;
    if (!text.startsWith('/') && below === undefined) return undefined;
    return this.#walk(path.resolve(below ?? '/', text), follow, 0);
  }

  #walk(file: string, follow: boolean, depth: number): Place | undefined {
    if (!this.#isOurs(file) || depth > 40) return undefined;
    const parts = file.split('/').filter(Boolean);
    let directory = this.model.root;
    for (const [i, name] of parts.entries()) {
      const node = directory.names.get(name);
      const isLast = i === parts.length - 1;
      if (node?.kind === 'link' && (follow || !isLast)) {
        const parent = `/${parts.slice(0, i).join('/')}`;
        const rest = parts.slice(i + 1).join('/');
        return this.#walk(path.resolve(parent, node.target, rest), follow, depth + 1);
      }
      if (isLast) return { directory, name, node, path: file };
      if (node?.kind !== 'directory') return undefined;
      directory = node;
    }
    return undefined;
  }

  #nodeOf(given: Buffer | string, base: Buffer | string): Node | undefined {
    const [, fd] = OWN_DESCRIPTOR.exec(String(given)) ?? [];
    if (fd !== undefined) return this.#open.get(Number(fd))?.node;
    return this.#place(given, base, false)?.node;
  }

  #opened(given: Buffer | string, base: Buffer | string | undefined, flags: string, fd: number): Changed {
    this.#open.delete(fd);
    const has = (flag: string): boolean => flags.split('|').includes(flag);
    const [, own] = OWN_DESCRIPTOR.exec(String(given)) ?? [];
    const reopened = own === undefined ? undefined : this.#open.get(Number(own));
    if (reopened !== undefined) this.#open.set(fd, { ...reopened, position: 0, append: has('O_APPEND') });
    const place = this.#place(given, base, !has('O_NOFOLLOW') && !has('O_EXCL'));
    if (place === undefined) return false;
    let { node } = place;
    let changed = false;
    if (has('O_TMPFILE')) {
      node = this.#newFile();
    } else if (node === undefined && has('O_CREAT')) {
      node = this.#newFile();
      changed = this.#made(place, node);
    } else if (node?.kind === 'file' && has('O_TRUNC')) changed = this.#resized(node, 0);
    if (node === undefined || node.kind === 'link') return false;
    this.#open.set(fd, { node, path: place.path, position: 0, append: has('O_APPEND') });
    return changed;
  }

  #newFile(): FileNode {
    const file: FileNode = { kind: 'file', durable: Buffer.alloc(0), pending: [] };
    this.#files.add(file);
    return file;
  }

  #duplicated(from: OpenDescription | undefined, fd: number): Changed {
    this.#open.delete(fd);
    if (from !== undefined) this.#open.set(fd, from);
    return false;
  }

  #moved(open: OpenDescription | undefined, result: number, absolute: boolean): Changed {
    if (open !== undefined) open.position = absolute ? result : open.position + result;
    return false;
  }

  #written(fd: number, bytes: Buffer, position: number | undefined): Changed {
    const open = this.#open.get(fd);
    if (open === undefined) {
      if (fd !== 1) return false;
      this.done.push(...bytes.toString().trimEnd().split('\n'));
      return true;
    }
    if (open.node.kind !== 'file' || bytes.length === 0) return false;
    const file = open.node;
    const end = open.append ? this.model.contentOf(file).length : undefined;
    const at = end ?? position ?? open.position;
    this.model.changeData(file, { at, bytes });
    if (position === undefined) open.position = at + bytes.length;
    return true;
  }

  #resized(node: Node | undefined, size: number): Changed {
    if (node?.kind !== 'file' || this.model.contentOf(node).length === size) return false;
    this.model.changeData(node, { size });
    return true;
  }

  #cloned(to: OpenDescription | undefined, from: OpenDescription | undefined): Changed {
    if (to?.node.kind !== 'file' || from?.node.kind !== 'file') return false;
    this.model.changeData(to.node, { at: 0, bytes: this.model.contentOf(from.node) });
    return true;
  }

  #copied(
    from: OpenDescription | undefined,
    to: OpenDescription | undefined,
    count: number,
    fromAt: number | undefined,
    toAt: number | undefined,
  ): Changed {
    if (to?.node.kind !== 'file' || from?.node.kind !== 'file' || count === 0) return false;
    const begin = fromAt ?? from.position;
    const at = toAt ?? to.position;
    const bytes = this.model.contentOf(from.node).subarray(begin, begin + count);
    this.model.changeData(to.node, { at, bytes });
    if (fromAt === undefined) from.position += count;
    if (toAt === undefined) to.position += count;
    return true;
  }

  #made(place: Place | undefined, node: Node | undefined): Changed {
    if (place === undefined) return false;
    this.model.changeNames([{ directory: place.directory, name: place.name, node }]);
    return true;
  }

  #renamed(from: Place | undefined, to: Place | undefined): Changed {
    if (from === undefined && to === undefined) return false;
    if (from?.node === undefined || to === undefined) throw new Error('a rename from or to another place');
    if (from.node === to.node) return false;
    this.model.changeNames([
      { directory: from.directory, name: from.name, node: undefined },
      { directory: to.directory, name: to.name, node: from.node },
    ]);
    return true;
  }

  #linked(node: Node | undefined, to: Place | undefined): Changed {
    if (to === undefined) return false;
    if (node === undefined) throw new Error(`a link to something unknown: ${to.path}`);
    return this.#made(to, node);
  }

  #synced(node: Node | undefined): Changed {
    if (node?.kind === 'file') this.model.syncFile(node);
    else if (node?.kind === 'directory') this.model.syncDirectory(node);
    return node !== undefined;
  }

  #syncedAll(): Changed {
    this.model.syncAll(this.#files);
    return true;
  }
}

const bytesOfArgument = (given: Buffer | string): Buffer => (Buffer.isBuffer(given) ? given : bytesOf(given));
// strace prints an offset as [10] or [10 => 20], and none as NULL.
const positionOf = (given: Buffer | string): number | undefined => {
  const [, position] = /^\[(\d+)/.exec(String(given)) ?? [];
  return position === undefined ? undefined : Number(position);
};

function fail(call: SystemCall): never {
  throw new Error(`the model does not know this call: ${call.name}(${call.args.join(', ')})`);
}
