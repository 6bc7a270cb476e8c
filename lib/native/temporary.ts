// The native tasks that make temporary files and directories and register them for removal when the process ends.
import type { OpOptions } from '../schedule/options.js';
import { addon } from './addon.js';
import { LITTLE_ENDIAN } from './remove-tree.js';
import { TEMP_DIRECTORY, TEMP_DISCARD, TEMP_FILE, TEMP_FINISH, TEMP_PROBE } from './task-kinds.js';
import { runTask } from './tasks.js';

// TempFileFlags of src-native/core/tasks/temp_file.h.
const ANONYMOUS = 1;
const REGISTERED = 2;
const APPENDING = 4;

/** Where a temporary thing is made and what it is called: around 80 random bits. */
export interface TempPlace {
  readonly dir: string | Uint8Array;
  readonly prefix: string;
  readonly suffix: string;
}

/** A file that was made. */
export interface MadeFile {
  fd: number;
  /** Number under which it is registered; 0 when it is not. */
  registration: number;
  /** Empty for a file without a name. */
  path: Buffer;
}

let owner = 0;

// Under which this environment's files are registered: they go with it.
function tempOwner(): number {
  if (owner === 0) owner = addon.openTempOwner();
  return owner;
}

/** Creates a file, in one operation. The descriptor is the caller's from then on. */
export async function makeTempFile(
  place: TempPlace,
  how: { anonymous?: boolean; registered?: boolean; appending?: boolean },
  o?: OpOptions,
): Promise<MadeFile> {
  const flags =
    (how.anonymous === true ? ANONYMOUS : 0) |
    (how.registered === true ? REGISTERED : 0) |
    (how.appending === true ? APPENDING : 0);
  const output = await runTask(TEMP_FILE, [place.dir, place.prefix, place.suffix], [flags, tempOwner()], o);
  const view = viewOf(output);
  return {
    fd: view.getInt32(0, LITTLE_ENDIAN),
    registration: Number(view.getBigUint64(8, LITTLE_ENDIAN)),
    path: output.subarray(16),
  };
}

/** Creates a directory, in one operation. */
export async function makeTempDirectory(
  place: TempPlace,
  registered: boolean,
  o?: OpOptions,
): Promise<{ registration: number; path: Buffer }> {
  const output = await runTask(
    TEMP_DIRECTORY,
    [place.dir, place.prefix, place.suffix],
    [registered ? REGISTERED : 0, tempOwner()],
    o,
  );
  return { registration: Number(viewOf(output).getBigUint64(0, LITTLE_ENDIAN)), path: output.subarray(8) };
}

/** Removes a file; that it is gone already is fine. */
export async function discardTempFile(
  path: string | Uint8Array,
  registration: number,
  o?: OpOptions,
): Promise<void> {
  await runTask(TEMP_DISCARD, [path], [registration], o);
}

/** Writes `data` at `at`, closes and removes the file, in one operation. `fd` is the operation's from then on. */
export async function finishTempFile(
  fd: number,
  path: string | Uint8Array,
  registration: number,
  data: Uint8Array,
  at: number,
): Promise<void> {
  await runTask(TEMP_FINISH, [path, data], [fd, registration, at]);
}

/** Gives a file that was just made, regular and empty, its number among the open files. */
export function adoptFresh(fd: number): number {
  return addon.adoptFresh(fd);
}

/** Takes a file from among the open ones, descriptor and all; false while operations hold it. */
export function releaseFile(id: number): boolean {
  return addon.releaseFile(id);
}

/** The index of the first of `candidates` in which a file can be written. */
export async function findTempDirectory(candidates: readonly string[], o?: OpOptions): Promise<number> {
  const output = await runTask(TEMP_PROBE, candidates, [], o);
  return viewOf(output).getUint32(0, LITTLE_ENDIAN);
}

/** The end of the process need not remove it any more. */
export function forgetTemp(registration: number): void {
  if (registration !== 0) addon.forgetTemp(registration);
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
