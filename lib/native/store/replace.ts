// Real files that are replaced in one step: a temporary file beside the target, fsync, rename, fsync of the directory.
import { constants } from 'node:fs';

import {
  isDescriptorShortage,
  type SystemError,
  systemError,
  systemErrorNumber,
} from '../../errors/index.js';
import { lacking } from '../../filesystem/errors.js';
import type { FilePath, ReplaceOptions } from '../../filesystem/filesystem.js';
import type { OpenFile } from '../../filesystem/open-file.js';
import type { Replacement } from '../../filesystem/store.js';
import { callOf } from '../../schedule/call.js';
import type { GivenOptions } from '../../schedule/options.js';
import { descriptorFreed, descriptorTurn } from '../descriptor-wait.js';
import { int32At } from '../records.js';
import { OPEN_ATOMIC, WRITE_ATOMIC } from '../task-kinds.js';
import { nextBatch, runTask, TaskCursor } from '../tasks.js';

// AtomicFlags of src-native/core/tasks/write_atomic.h.
const DURABLE = 1;
const PERMISSIONS_GIVEN = 2;
const EXCLUSIVE = 4;
const IN_PLACE_IF_BUSY = 8;

function numbersOf(
  { durable, permissions, inPlaceIfBusy = false }: ReplaceOptions,
  exclusive: boolean,
): [number, number] {
  const flags =
    (durable ? DURABLE : 0) |
    (permissions === undefined ? 0 : PERMISSIONS_GIVEN) |
    (exclusive ? EXCLUSIVE : 0) |
    (inPlaceIfBusy ? IN_PLACE_IF_BUSY : 0);
  return [flags, permissions ?? 0o666];
}

// If the condition were ignored, a write would succeed that the caller forbids.
function refuseCondition({ ifMatch }: ReplaceOptions): void {
  if (ifMatch !== undefined) throw lacking('native', 'conditional', 'make a write conditional');
}

// Throws if the task could not sync the directory after the new content was in place.
function throwIfNotSynced(output: Buffer): void {
  if (output.length === 0) return;
  const error: SystemError & { committed?: boolean } = systemError(
    int32At(output, 0),
    'fsync',
    output.subarray(4),
  );
  error.committed = true;
  throw error;
}

/** Replaces the file with `data`, in one task. */
export async function replaceFile(
  path: FilePath,
  data: Uint8Array,
  options: ReplaceOptions,
  o: GivenOptions,
  waits = true,
): Promise<void> {
  refuseCondition(options);
  const takes = waits
    ? undefined
    : (): never => {
        throw systemError(systemErrorNumber('EMFILE'), 'open', path);
      };
  const numbers = numbersOf(options, false);
  throwIfNotSynced(await runTask(WRITE_ATOMIC, [path, data], numbers, o, 'open', takes));
}

/** Opens the file that will replace `path`, by calling `open`. */
export async function openReplacement(
  path: FilePath,
  flags: number,
  options: ReplaceOptions & { readonly exclusive: boolean },
  o: GivenOptions,
  open: (path: FilePath, flags: number) => Promise<OpenFile>,
): Promise<Replacement> {
  refuseCondition(options);
  // It exists, and is empty.
  const present = flags & ~(constants.O_CREAT | constants.O_EXCL);
  const call = callOf(o);
  for (;;) {
    const cursor = new TaskCursor(OPEN_ATOMIC, [path], numbersOf(options, options.exclusive));
    try {
      const { output } = await nextBatch(cursor, call, 'open', path);
      return new NativeReplacement(await open(output, present), cursor);
    } catch (error) {
      // The new file holds two descriptors, so it is dropped before the wait for one.
      cursor.close();
      if (!isDescriptorShortage(error) || !(await descriptorTurn(call))) throw error;
    }
  }
}

class NativeReplacement implements Replacement {
  readonly file: OpenFile;
  readonly #cursor: TaskCursor;

  constructor(file: OpenFile, cursor: TaskCursor) {
    this.file = file;
    this.#cursor = cursor;
  }

  async publish(): Promise<void> {
    try {
      throwIfNotSynced((await this.#cursor.next()).output);
    } finally {
      await this.drop();
    }
  }

  async drop(): Promise<void> {
    this.#cursor.close();
    descriptorFreed();
  }
}
