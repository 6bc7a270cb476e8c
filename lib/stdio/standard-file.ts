// A descriptor that the process started with, as a file. It is examined at its first use, because the six handles always
// exist and most programs use none of them.
import { type BigIntStats, fstatSync, type Stats } from 'node:fs';

import { builtinTty } from '../builtins.js';

import type { OpenFile, FileKind } from '../filesystem/open-file.js';
import { realFiles } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/** Whether a descriptor is a terminal. */
export function isTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice() && builtinTty().isatty(fd);
  } catch {
    return false; // the process started without it
  }
}

/** Descriptor 0, 1 or 2. `close` leaves it open. */
export class StandardFile implements OpenFile {
  readonly fd: number;
  readonly owned = false;
  /** Called at first use with the position of the descriptor. */
  onAdopted: ((position: number) => void) | undefined;
  #file: OpenFile | undefined;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Throws EBADF if the process was started without the descriptor. */
  get #adopted(): OpenFile {
    if (this.#file === undefined) {
      this.#file = realFiles.adoptNow(this.fd);
      this.onAdopted?.(this.#file.openedAt);
    }
    return this.#file;
  }

  // Calls reject with the error. Properties have the values of a file that can do nothing.
  #described(): OpenFile | undefined {
    try {
      return this.#adopted;
    } catch {
      return undefined;
    }
  }

  get kind(): FileKind {
    return this.#described()?.kind ?? 'other';
  }

  get seekable(): boolean {
    return this.#described()?.seekable ?? false;
  }

  get polled(): boolean {
    return this.#described()?.polled ?? false;
  }

  get openedAt(): number {
    return this.#file?.openedAt ?? 0;
  }

  async read(size: number, at: number, fully: boolean, o?: OpOptions): Promise<Buffer> {
    return this.#adopted.read(size, at, fully, o);
  }

  async readinto(view: Uint8Array, at: number, o?: OpOptions): Promise<number> {
    return this.#adopted.readinto(view, at, o);
  }

  async readToEnd(at: number, o?: OpOptions): Promise<Buffer> {
    return this.#adopted.readToEnd(at, o);
  }

  async write(data: Uint8Array, at: number, transferred: boolean, o?: OpOptions): Promise<number> {
    return this.#adopted.write(data, at, transferred, o);
  }

  async writeToEnd(data: Uint8Array, transferred: boolean, o?: OpOptions): Promise<number> {
    return this.#adopted.writeToEnd(data, transferred, o);
  }

  async seek(offset: number | bigint, whence: number, o?: OpOptions): Promise<number> {
    return this.#adopted.seek(offset, whence, o);
  }

  async pread(size: number, position: number | bigint, o?: OpOptions, fully = true): Promise<Buffer> {
    return this.#adopted.pread(size, position, o, fully);
  }

  async preadinto(view: Uint8Array, position: number | bigint, o?: OpOptions, fully = true): Promise<number> {
    return this.#adopted.preadinto(view, position, o, fully);
  }

  async pwrite(
    data: Uint8Array,
    position: number | bigint,
    o?: OpOptions,
    transferred = false,
  ): Promise<number> {
    return this.#adopted.pwrite(data, position, o, transferred);
  }

  async truncate(size: number | bigint, o?: OpOptions): Promise<void> {
    return this.#adopted.truncate(size, o);
  }

  async sync(o?: OpOptions): Promise<void> {
    return this.#adopted.sync(o);
  }

  async datasync(o?: OpOptions): Promise<void> {
    return this.#adopted.datasync(o);
  }

  async stat(o?: OpOptions): Promise<Stats> {
    return this.#adopted.stat(o);
  }

  async statBigInt(o?: OpOptions): Promise<BigIntStats> {
    return this.#adopted.statBigInt(o);
  }

  isatty(): Promise<boolean> {
    return Promise.resolve(isTerminal(this.fd));
  }

  stopWaiting(): void {
    this.#file?.stopWaiting?.();
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  settleNow(): number {
    return this.#file?.settleNow() ?? 0;
  }

  writeNow(data: Uint8Array, at: number): void {
    this.#adopted.writeNow(data, at);
  }
}
