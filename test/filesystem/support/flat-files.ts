// A small file system of the tests' own: keys and bytes, as an object store has them, with directories that are prefixes.
import { constants } from 'node:fs';

import {
  type DirectoryItem,
  type FilePath,
  type FileSystem,
  type FileSystemFile,
  fileSystemError,
} from 'uvfiles/filesystem';

const {
  O_ACCMODE = 3,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_TRUNC,
} = constants as typeof constants & { O_ACCMODE?: number };

const textOf = (path: FilePath): string => (typeof path === 'string' ? path : Buffer.from(path).toString());
const plain = (path: FilePath): string =>
  textOf(path)
    .replaceAll(/\/+/g, '/')
    .replace(/(?<=.)\/$/, '');

/** Keeps files in a Map and can do everything but links, owners and locks. */
export class FlatFiles implements FileSystem {
  readonly name = 'flat';
  readonly capabilities = {
    randomWrite: true,
    append: true,
    truncate: true,
    rename: true,
    modes: true,
    times: true,
    sync: true,
    atomicReplace: true,
  };
  readonly files = new Map<string, { bytes: Buffer; mode: number; mtimeMs: number }>();
  readonly directories = new Set<string>(['/']);
  /** Every call, by its name and path. */
  readonly calls: string[] = [];
  openFiles = 0;

  #note(call: string, path: FilePath): string {
    this.calls.push(`${call} ${textOf(path)}`);
    return plain(path);
  }

  #requireParent(path: string, syscall: string): void {
    const parent = path.slice(0, path.lastIndexOf('/')) || '/';
    if (this.files.has(parent)) throw fileSystemError('ENOTDIR', syscall, path);
    if (!this.directories.has(parent)) throw fileSystemError('ENOENT', syscall, path);
  }

  async open(path: FilePath, flags: number, permissions: number): Promise<FileSystemFile> {
    const key = this.#note('open', path);
    if (this.directories.has(key)) throw fileSystemError('EISDIR', 'open');
    const there = this.files.get(key);
    if (there === undefined && (flags & O_CREAT) === 0) throw fileSystemError('ENOENT', 'open');
    if (there !== undefined && (flags & O_EXCL) !== 0) throw fileSystemError('EEXIST', 'open');
    if (there === undefined) this.#requireParent(key, 'open');
    const entry = there ?? { bytes: Buffer.alloc(0), mode: permissions, mtimeMs: Date.now() };
    if ((flags & O_TRUNC) !== 0) entry.bytes = Buffer.alloc(0);
    this.files.set(key, entry);
    this.openFiles++;
    const write = (data: Uint8Array, at: number): number => {
      const bytes = Buffer.alloc(Math.max(entry.bytes.length, at + data.length));
      entry.bytes.copy(bytes);
      bytes.set(data, at);
      entry.bytes = bytes;
      entry.mtimeMs = Date.now();
      return data.length;
    };
    const status = () => this.#statusOf(entry);
    const file: FileSystemFile = {
      pread: async (size, position) => entry.bytes.subarray(Number(position), Number(position) + size),
      stat: async () => status(),
      close: async () => {
        this.openFiles--;
      },
    };
    if ((flags & O_ACCMODE) === O_RDONLY) return file;
    return {
      ...file,
      pwrite: async (data, position) => write(data, Number(position)),
      append: async (data) => write(data, entry.bytes.length),
      truncate: async (size) => {
        const bytes = Buffer.alloc(Number(size));
        entry.bytes.copy(bytes);
        entry.bytes = bytes;
      },
      sync: async () => void this.calls.push(`sync ${key}`),
      ...((flags & O_APPEND) === 0 ? {} : { size: entry.bytes.length }),
    };
  }

  #statusOf(entry: { bytes: Buffer; mode: number; mtimeMs: number }) {
    return {
      size: entry.bytes.length,
      mode: entry.mode,
      mtimeMs: entry.mtimeMs,
      isFile: () => true,
      isDirectory: () => false,
    };
  }

  async stat(path: FilePath) {
    const key = this.#note('stat', path);
    const entry = this.files.get(key);
    if (entry !== undefined) return this.#statusOf(entry);
    if (!this.directories.has(key)) throw fileSystemError('ENOENT', 'stat');
    return { size: 0, isFile: () => false, isDirectory: () => true };
  }

  async *list(path: FilePath): AsyncGenerator<readonly DirectoryItem[]> {
    const key = this.#note('list', path);
    if (this.files.has(key)) throw fileSystemError('ENOTDIR', 'scandir');
    if (!this.directories.has(key)) throw fileSystemError('ENOENT', 'scandir');
    const above = key === '/' ? '/' : `${key}/`;
    const namesIn = (keys: Iterable<string>) =>
      [...keys]
        .filter((each) => each !== '/' && each.startsWith(above))
        .map((each) => each.slice(above.length));
    for (const name of namesIn(this.directories))
      if (name !== '' && !name.includes('/')) yield [{ name, type: 'directory' }];
    for (const name of namesIn(this.files.keys())) if (!name.includes('/')) yield [{ name, type: 'file' }];
  }

  async unlink(path: FilePath): Promise<void> {
    const key = this.#note('unlink', path);
    if (this.directories.has(key)) throw fileSystemError('EISDIR', 'unlink');
    if (!this.files.delete(key)) throw fileSystemError('ENOENT', 'unlink');
  }

  async mkdir(path: FilePath): Promise<void> {
    const key = this.#note('mkdir', path);
    if (this.directories.has(key) || this.files.has(key)) throw fileSystemError('EEXIST', 'mkdir');
    this.#requireParent(key, 'mkdir');
    this.directories.add(key);
  }

  async rmdir(path: FilePath): Promise<void> {
    const key = this.#note('rmdir', path);
    if (this.files.has(key)) throw fileSystemError('ENOTDIR', 'rmdir');
    if (!this.directories.has(key)) throw fileSystemError('ENOENT', 'rmdir');
    const below = [...this.directories, ...this.files.keys()].some((each) => each.startsWith(`${key}/`));
    if (below) throw fileSystemError('ENOTEMPTY', 'rmdir');
    this.directories.delete(key);
  }

  async rename(from: FilePath, to: FilePath): Promise<void> {
    const [old, fresh] = [this.#note('rename', from), plain(to)];
    this.#requireParent(fresh, 'rename');
    const entry = this.files.get(old);
    if (entry !== undefined) {
      this.files.delete(old);
      this.files.set(fresh, entry);
      return;
    }
    if (!this.directories.has(old)) throw fileSystemError('ENOENT', 'rename');
    for (const key of [...this.directories].filter((each) => each === old || each.startsWith(`${old}/`))) {
      this.directories.delete(key);
      this.directories.add(fresh + key.slice(old.length));
    }
    for (const [key, each] of [...this.files].filter(([name]) => name.startsWith(`${old}/`))) {
      this.files.delete(key);
      this.files.set(fresh + key.slice(old.length), each);
    }
  }

  async chmod(path: FilePath, mode: number): Promise<void> {
    const entry = this.files.get(plain(path));
    if (entry !== undefined) entry.mode = mode;
  }

  async utimes(path: FilePath, _accessed: number, modified: number): Promise<void> {
    const entry = this.files.get(plain(path));
    if (entry !== undefined) entry.mtimeMs = modified;
  }
}
