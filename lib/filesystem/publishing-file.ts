// Open files of mounted file systems as they are handed out: each call is published to the `uvfiles:op` channel, under the name that it
// has on a real file.
import type { BigIntStats, Stats } from 'node:fs';

import { published } from '../schedule/diagnostics.js';
import type { OpOptions } from '../schedule/options.js';
import type { LockRange } from './filesystem.js';
import type { FileKind, FileRange, OpenFile } from './open-file.js';
import { PositionedFile } from './positioned.js';

/** The same file, publishing. Real files publish already, whoever opened them. */
export function publishingFile(file: OpenFile): OpenFile {
  return file instanceof PositionedFile ? new PublishingFile(file) : file;
}

// A message about an open file has no path, as one about a real file.
const NO_PATH = undefined;

class PublishingFile implements OpenFile {
  readonly fd: number;
  readonly kind: FileKind;
  readonly owned: boolean;
  readonly seekable: boolean;
  readonly openedAt: number;
  readonly fileSystem: string;
  readonly lockSpace: object | undefined;
  readonly abort?: (reason?: unknown) => Promise<void>;
  readonly preadMany?: (ranges: readonly FileRange[], o?: OpOptions) => Promise<Buffer[]>;
  readonly #file: PositionedFile;

  constructor(file: PositionedFile) {
    this.#file = file;
    this.fd = file.fd;
    this.kind = file.kind;
    this.owned = file.owned;
    this.seekable = file.seekable;
    this.openedAt = file.openedAt;
    this.fileSystem = file.fileSystem;
    this.lockSpace = file.lockSpace;
    if (file.abort !== undefined)
      this.abort = (reason) => published('close', NO_PATH, undefined, () => file.abort!(reason));
    if (file.preadMany !== undefined)
      this.preadMany = (ranges, o) => published('read', NO_PATH, o, () => file.preadMany!(ranges, o));
  }

  read(size: number, at: number, fully: boolean, o?: OpOptions): Promise<Buffer> {
    return published('read', NO_PATH, o, () => this.#file.read(size, at, fully, o));
  }

  readinto(view: Uint8Array, at: number, o?: OpOptions): Promise<number> {
    return published('read', NO_PATH, o, () => this.#file.readinto(view, at, o));
  }

  readToEnd(at: number, o?: OpOptions): Promise<Buffer> {
    return published('read', NO_PATH, o, () => this.#file.readToEnd(at, o));
  }

  write(data: Uint8Array, at: number, transferred: boolean, o?: OpOptions): Promise<number> {
    return published('write', NO_PATH, o, () => this.#file.write(data, at, transferred, o));
  }

  writeToEnd(data: Uint8Array, transferred: boolean, o?: OpOptions): Promise<number> {
    return published('write', NO_PATH, o, () => this.#file.writeToEnd(data, transferred, o));
  }

  seek(offset: number | bigint, whence: number, o?: OpOptions): Promise<number> {
    return published('lseek', NO_PATH, o, () => this.#file.seek(offset, whence, o));
  }

  pread(size: number, position: number | bigint, o?: OpOptions, fully?: boolean): Promise<Buffer> {
    return published('read', NO_PATH, o, () => this.#file.pread(size, position, o, fully));
  }

  preadinto(view: Uint8Array, position: number | bigint, o?: OpOptions, fully?: boolean): Promise<number> {
    return published('read', NO_PATH, o, () => this.#file.preadinto(view, position, o, fully));
  }

  preadOver(memory: Uint8Array, position: number | bigint, o?: OpOptions, fully?: boolean): Promise<number> {
    return published('read', NO_PATH, o, () => this.#file.preadOver(memory, position, o, fully));
  }

  pwrite(data: Uint8Array, position: number | bigint, o?: OpOptions, transferred?: boolean): Promise<number> {
    return published('write', NO_PATH, o, () => this.#file.pwrite(data, position, o, transferred));
  }

  truncate(size: number | bigint, o?: OpOptions): Promise<void> {
    return published('ftruncate', NO_PATH, o, () => this.#file.truncate(size, o));
  }

  sync(o?: OpOptions): Promise<void> {
    return published('fsync', NO_PATH, o, () => this.#file.sync(o));
  }

  datasync(o?: OpOptions): Promise<void> {
    return published('fdatasync', NO_PATH, o, () => this.#file.datasync(o));
  }

  stat(o?: OpOptions): Promise<Stats> {
    return published('fstat', NO_PATH, o, () => this.#file.stat(o));
  }

  statBigInt(o?: OpOptions): Promise<BigIntStats> {
    return published('fstat', NO_PATH, o, () => this.#file.statBigInt(o));
  }

  tryLock(range: LockRange, shared: boolean, o?: OpOptions): Promise<boolean> {
    return published('lock', NO_PATH, o, () => this.#file.tryLock(range, shared, o));
  }

  unlock(range: LockRange): Promise<void> {
    return published('lock', NO_PATH, undefined, () => this.#file.unlock(range));
  }

  close(): Promise<void> {
    return published('close', NO_PATH, undefined, () => this.#file.close());
  }

  isatty(): Promise<boolean> {
    return this.#file.isatty();
  }

  settleNow(): number {
    return this.#file.settleNow();
  }

  writeNow(data: Uint8Array, at: number): void {
    this.#file.writeNow(data, at);
  }
}
