// A descriptor that the process started with, as a file. It is examined at its first use, because the six handles always
// exist and most programs use none of them.
import { fstatSync } from 'node:fs';

import { builtinTty } from '../builtins.js';

import type { OpenFile, FileKind } from '../filesystem/open-file.js';
import { realFiles } from '../filesystem/mounts.js';

/** Whether a descriptor is a terminal. */
export function isTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice() && builtinTty().isatty(fd);
  } catch {
    return false; // the process started without it
  }
}

/** The calls that are made on the file of the descriptor. They reject if the process was started without it. */
const ON_DESCRIPTOR = [
  'read',
  'readinto',
  'readToEnd',
  'write',
  'writeToEnd',
  'seek',
  'pread',
  'preadinto',
  'pwrite',
  'truncate',
  'sync',
  'datasync',
  'stat',
  'statBigInt',
] as const;
type OnDescriptor = Pick<OpenFile, (typeof ON_DESCRIPTOR)[number]>;
type Call = (a?: unknown, b?: unknown, c?: unknown, d?: unknown) => Promise<unknown>; // no call has more arguments

/** Descriptor 0, 1 or 2. `close` leaves it open. */
type StandardFile = Descriptor & OnDescriptor;

/** Makes the file of descriptor `fd`. */
export function standardFile(fd: number): StandardFile {
  return new Descriptor(fd) as StandardFile;
}

class Descriptor implements Omit<OpenFile, keyof OnDescriptor> {
  readonly fd: number;
  readonly owned = false;
  /** Called at first use with the position of the descriptor. */
  onAdopted: ((position: number) => void) | undefined;
  #file: OpenFile | undefined;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Throws EBADF if the process was started without the descriptor. */
  get adopted(): OpenFile {
    if (this.#file === undefined) {
      this.#file = realFiles.adoptNow(this.fd);
      this.onAdopted?.(this.#file.openedAt);
    }
    return this.#file;
  }

  // Calls reject with the error. Properties have the values of a file that can do nothing.
  #described(): OpenFile | undefined {
    try {
      return this.adopted;
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
    this.adopted.writeNow(data, at);
  }
}

for (const name of ON_DESCRIPTOR) {
  const call: Call = async function (this: Descriptor, ...args) {
    return (this.adopted[name] as Call)(...args);
  };
  Object.assign(Descriptor.prototype, { [name]: call });
}
