// The native tasks that make temporary files and directories and register them for removal when the process ends.
//
// A listener of a signal often removes itself at its end and sends the same signal to the process again, to end it. When the
// last listener is removed, Node restores the default, and nothing else runs before the signal: temporary files would stay. So
// the library listens for the removal of the listener.
import { constants } from 'node:os';

import { builtinWorkerThreads } from '../builtins.js';
import { ProcessListener } from '../process-listener.js';
import type { FilePath } from '../filesystem/filesystem.js';
import type { TempFileKind, TempPlace } from '../filesystem/store.js';
import type { GivenOptions } from '../schedule/options.js';
import { addon } from './addon.js';
import { descriptorFreed } from './descriptor-wait.js';
import { uint64At } from './records.js';
import { ensureOpen } from './requests.js';
import { TEMP_DIRECTORY, TEMP_DISCARD, TEMP_FILE, TEMP_FINISH } from './task-kinds.js';
import { startTask } from './tasks.js';

// Node's own listener, which restores the default, was added at start-up, and so runs first.
const removals = new ProcessListener('removeListener', (event) => {
  if (typeof event === 'string' && event in constants.signals) addon.rewatchSignals();
});

/** Whether temporary files are removed when a signal has lost its last listener. True while there are temporary files. */
function watchSignalListeners(wanted: boolean): void {
  if (!wanted) {
    removals.release();
    return;
  }
  // Workers get no signals.
  if (process.platform === 'win32' || !builtinWorkerThreads().isMainThread) return;
  // Also the signals whose listeners were removed meanwhile.
  if (removals.need()) addon.rewatchSignals();
}

// TempFileFlags of src-native/core/tasks/temp_file.h.
const ANONYMOUS = 1;
const REGISTERED = 2;
const APPENDING = 4;

/** A file that was created. It belongs to this environment, open and registered, until `giveAway` releases it. */
export interface MadeFile {
  fd: number;
  /** Its number among the open files. */
  id: number;
  /** The number under which it is registered; 0 if it is not. */
  registration: number;
  /** Empty for a file without a name. Bytes if the directory was given as bytes. */
  path: FilePath;
}

let owner = 0;

// The owner under which this environment's files are registered. They are removed with it.
function tempOwner(): number {
  if (owner === 0) {
    ensureOpen();
    owner = addon.openTempOwner();
  }
  return owner;
}

// The registered files of this environment, which the end of the process would remove, and the number of files that are
// being created.
const registered = new Set<number>();
let beingMade = 0;

function updateWatch(): void {
  watchSignalListeners(beingMade > 0 || registered.size > 0);
}

// `count`: 1 when the creation of a registered file begins, -1 when it ends. The signals are watched meanwhile.
function countCreation(count: number): void {
  beingMade += count;
  updateWatch();
}

function addRegistered(registration: number): void {
  if (registration !== 0) registered.add(registration);
}

function removed(registration: number): void {
  registered.delete(registration);
  updateWatch();
}

/** Creates a file, in one operation. */
export async function makeTempFile(
  { dir, prefix, suffix }: TempPlace,
  { anonymous, appending }: TempFileKind,
  o: GivenOptions,
): Promise<MadeFile> {
  const flags = (anonymous ? ANONYMOUS : REGISTERED) | (appending ? APPENDING : 0);
  const count = anonymous ? 0 : 1;
  countCreation(count);
  try {
    const { output, file, fd } = await startTask(TEMP_FILE, [dir, prefix, suffix], [flags, tempOwner()], o);
    const registration = uint64At(output, 0);
    addRegistered(registration);
    return { fd, id: file, registration, path: pathIn(output, dir) };
  } finally {
    countCreation(-count);
  }
}

/**
 * From now on, the caller closes and removes the file. One request to the addon changes both at the end, because a
 * worker that is terminated in between would leave a file that no caller has.
 */
export function giveAway({ id, registration }: MadeFile): void {
  removed(registration);
  addon.releaseFile(id, registration);
}

/** Creates a directory, in one operation. It is registered. */
export async function makeTempDirectory(
  { dir, prefix, suffix }: TempPlace,
  o: GivenOptions,
): Promise<{ registration: number; path: FilePath }> {
  countCreation(1);
  try {
    const { output } = await startTask(TEMP_DIRECTORY, [dir, prefix, suffix], [REGISTERED, tempOwner()], o);
    const registration = uint64At(output, 0);
    addRegistered(registration);
    return { registration, path: pathIn(output, dir) };
  } finally {
    countCreation(-1);
  }
}

const REGISTRATION_BYTES = 8;

function pathIn(output: Buffer, dir: FilePath): FilePath {
  return typeof dir === 'string'
    ? output.toString('utf8', REGISTRATION_BYTES)
    : output.subarray(REGISTRATION_BYTES);
}

/** Removes a file. It is not an error if it does not exist any more. */
export async function discardTempFile(path: FilePath, registration: number): Promise<void> {
  await startTask(TEMP_DISCARD, [path], [registration], undefined);
  removed(registration);
}

/** Whether no operation uses an open file. */
export function isIdle(id: number): boolean {
  return addon.isFileIdle(id);
}

/** Writes `data` at `at`, closes and removes an idle file, in one operation, which owns its descriptor from then on. */
export async function finishTempFile(
  id: number,
  path: FilePath,
  registration: number,
  data: Uint8Array,
  at: number,
): Promise<void> {
  try {
    await startTask(TEMP_FINISH, [path, data], [id, registration, at], undefined);
  } finally {
    descriptorFreed();
  }
  removed(registration);
}

/** Removes a file from the open ones, with its descriptor. False while operations use it. */
export function releaseFile(id: number): boolean {
  return addon.releaseFile(id, 0);
}

/** The end of the process need not remove it any more. */
export function forgetTemp(registration: number): void {
  if (registration === 0) return;
  removed(registration);
  addon.forgetTemp(registration);
}
