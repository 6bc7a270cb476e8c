// The addon, with the types of its functions. Nothing else in lib/ loads a binary.
import { loadAddon } from './load.js';

const TAKEN = Symbol.for('uvfiles.addon.taken');

/** The addon's functions. Numbers travel through the `arguments` array given to `open`. */
interface Addon {
  /** The file it was loaded from. */
  readonly file: string;
  /** The parts of `shared` come again one by one: a worker that is being terminated cannot read properties. */
  open(
    shared: SharedWithAddon,
    waitsInHook: boolean,
    complete: SharedWithAddon['complete'],
    allocate: SharedWithAddon['allocate'],
    args: Float64Array,
    records: Float64Array,
  ): void;
  submitFile(): void;
  /** From now on, reads of the file ARG_FILE return the available bytes or fail, and do not wait. */
  stopWaiting(): void;
  /** Makes a file of the descriptor ARG_POSITION, which stays the caller's. Answers in the same array. */
  adoptNow(): void;
  /** Closes the file ARG_FILE on this thread. ARG_STATUS: 0, a negative code, or 1 while operations use the file. */
  closeNow(): void;
  /** Writes `bytes`, or reads into them if they were handed over: see ARG_KIND. */
  submitBytes(bytes: Uint8Array): void;
  submitPath(path: string | Uint8Array): void;
  submitWriteFile(path: string | Uint8Array, bytes: Uint8Array): void;
  copyOut(index: number, view: Uint8Array): boolean;
  copyLate(index: number, view: Uint8Array): number;
  cancel(slot: number): 0 | 1 | 2;
  finishNow(slot: number): number;
  /** Makes the task (src-native/core/task.h) that ARG_TASK_KIND and the numbers after it describe. Its number is in ARG_FILE. */
  makeTask(...bytes: readonly (string | Uint8Array)[]): void;
  /** The same, and runs the task until it has a batch or ends. The task is freed then. */
  runTask(...bytes: readonly (string | Uint8Array)[]): void;
  submitTask(): void;
  freeTask(): void;
  addLane(priority: number, concurrency: number, queueLimit: number): number;
  /** Nothing will be submitted to the lane any more: its number may be reused. */
  readonly retireLane: (lane: number) => void;
  /** Fills in the figures of ReadLaneFigures in src-native/binding/lanes.cc, in the same order. */
  readonly laneFigures: (lane: number, figures: Float64Array) => boolean;
  readonly poolFigures: () => PoolFigures;
  /** Leaves this number of pool threads to others. */
  readonly setReserve: (threads: number) => void;
  inlineRead(view: Uint8Array): void;
  inlineStat(path: string | Uint8Array): void;
  inlineReadFile(path: string | Uint8Array, view: Uint8Array, root?: string | Uint8Array): void;
  inlineReadlink(path: string | Uint8Array, view: Uint8Array): void;
  inlineAccess(path: string | Uint8Array): void;
  inlineOpen(path: string | Uint8Array, root?: string | Uint8Array): void;
  deliverFinished(): void;
  nextIteration(): void;
  inlineFigures(figures: Float64Array): void;
  setInlineFault(fault: number): void;
  /** A buffer of `size` bytes that `textOf` can turn into a string. Undefined if the runtime cannot do that. */
  readonly textMemory: (size: number) => Buffer | undefined;
  /** The first `length` bytes as latin-1. The string shares the memory, which must not change any more. Undefined on failure. */
  readonly textOf: (memory: Buffer, length: number) => string | undefined;
  openTempOwner(): number;
  forgetTemp(registration: number): void;
  releaseFile(file: number, registration: number): boolean;
  /** Whether the file is open and no operation uses it. */
  isFileIdle(file: number): boolean;
  watchedSignals(): number;
  rewatchSignals(): void;
}

/** What the addon and this module share. The addon keeps it alive while something is outstanding, and only then. */
export interface SharedWithAddon {
  readonly complete: (
    count: number,
    chunk: Buffer | undefined,
    external: Buffer | undefined,
    shared: boolean,
  ) => void;
  readonly allocate: (size: number) => Buffer | undefined;
  readonly arguments: Float64Array;
  readonly records: Float64Array;
}

/** How the process shares libuv's pool now. */
export interface PoolFigures {
  /** Threads of libuv's pool (UV_THREADPOOL_SIZE). */
  threads: number;
  /** Threads kept free for dns, crypto, zlib and node:fs. */
  reserved: number;
  /** The maximum number of drain jobs at a time, over all environments. */
  jobLimit: number;
  /** Drain jobs of this environment in the pool now. */
  jobs: number;
  /** Operations submitted and not yet settled. */
  outstanding: number;
  /** How often the library has woken the event loop. */
  wakeups: number;
}

export const addon = ownAddon();

// An addon shares the memory of its arguments and answers with one copy of this module. A second copy in the process (Jest
// evaluates modules again for each test file; a bundle may be next to the package) gets its own addon from the same binary.
// `require` would return the first one.
function ownAddon(): Addon {
  const loaded = loadAddon() as Addon & { [TAKEN]?: boolean };
  if (loaded[TAKEN] !== true) {
    loaded[TAKEN] = true;
    return loaded;
  }
  if (loaded.file === '')
    throw new Error('uvfiles: the system does not report the file from which a second copy can be loaded');
  const anew: { exports: unknown } = { exports: {} };
  process.dlopen(anew, loaded.file);
  return anew.exports as Addon;
}
