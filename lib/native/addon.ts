// The addon, with the types of its functions. Nothing else in lib/ loads a binary.
import { loadAddon } from './load.js';

const TAKEN = Symbol.for('uvfiles.addon.taken');

/** The addon's functions. Numbers travel through the `arguments` array given to `open`. */
export interface Addon {
  /** The file it was loaded from. */
  readonly file: string;
  open(shared: SharedWithAddon, waitsInHook: boolean): void;
  submitFile(): void;
  /** Reads on the file ARG_FILE get what is there or fail, now and from now on. */
  stopWaiting(): void;
  /** A file on the descriptor ARG_POSITION, which stays somebody else's; answers in the same array. */
  adoptNow(): void;
  /** Writes them, or reads into memory that was handed over: ARG_KIND. */
  submitBytes(bytes: Uint8Array): void;
  submitPath(path: string | Uint8Array): void;
  submitWriteFile(path: string | Uint8Array, bytes: Uint8Array): void;
  copyOut(index: number, view: Uint8Array): boolean;
  copyLate(index: number, view: Uint8Array): number;
  cancel(slot: number): 0 | 1 | 2;
  finishNow(slot: number): number;
  /** Makes the task (src-native/core/task.h) that ARG_TASK_KIND and what follows describe; its number in ARG_FILE. */
  makeTask(...bytes: readonly (string | Uint8Array)[]): void;
  /** The same, and runs it until it has a batch or ends, with which it goes. */
  runTask(...bytes: readonly (string | Uint8Array)[]): void;
  submitTask(): void;
  freeTask(): void;
  addLane(priority: number, concurrency: number, queueLimit: number): number;
  /** Nothing will be submitted to the lane any more: its number may be given again. */
  retireLane(lane: number): void;
  laneFigures(lane: number, figures: Float64Array): boolean;
  poolFigures(): PoolFigures;
  setReserve(threads: number): void;
  inlineRead(view: Uint8Array): void;
  inlineStat(path: string | Uint8Array): void;
  inlineReadFile(path: string | Uint8Array, view: Uint8Array): void;
  inlineReadlink(path: string | Uint8Array, view: Uint8Array): void;
  inlineAccess(path: string | Uint8Array): void;
  inlineOpen(path: string | Uint8Array): void;
  nextIteration(): void;
  inlineFigures(figures: Float64Array): void;
  setInlineFault(fault: number): void;
  /** A buffer of `size` bytes that `textOf` can make a string of; undefined where the runtime cannot. */
  textMemory(size: number): Buffer | undefined;
  /** The first `length` bytes as latin-1, sharing the memory, which must not change any more; undefined when it fails. */
  textOf(memory: Buffer, length: number): string | undefined;
  openTempOwner(): number;
  forgetTemp(registration: number): void;
  releaseFile(file: number): boolean;
  registeredTemps(): number;
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

/** How the process shares libuv's pool at this moment. */
export interface PoolFigures {
  /** Threads of libuv's pool (UV_THREADPOOL_SIZE). */
  threads: number;
  /** Threads kept free for dns, crypto, zlib and node:fs. */
  reserved: number;
  /** Drain jobs allowed at a time, all environments together. */
  jobLimit: number;
  /** Drain jobs of this environment in the pool now. */
  jobs: number;
  /** Operations submitted and not yet settled. */
  outstanding: number;
  /** Times the event loop was woken by us. */
  wakeups: number;
  /** Memory kept for reuse, in bytes. */
  cachedBytes: number;
}

export const addon = ownAddon();

// The arguments and answers of one addon's calls are in memory that it shares with one copy of this module. A second copy in
// the process (Jest evaluates modules anew for each test file, a bundle may stand beside the package) gets an addon of its
// own from the same binary, where require would give it the first one's.
function ownAddon(): Addon {
  const loaded = loadAddon() as Addon & { [TAKEN]?: boolean };
  if (loaded[TAKEN] !== true) {
    loaded[TAKEN] = true;
    return loaded;
  }
  if (loaded.file === '')
    throw new Error('uvfiles: this system does not tell where to load a second copy from');
  const anew: { exports: unknown } = { exports: {} };
  process.dlopen(anew, loaded.file);
  return anew.exports as Addon;
}
