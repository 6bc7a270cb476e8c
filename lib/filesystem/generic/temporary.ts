// Temporary files and directories on a mounted file system: created exclusively under names that cannot be guessed.
import { constants } from 'node:fs';

import { AbortError, codeOf } from '../../errors/index.js';
import { NO_CALL } from '../../schedule/call.js';
import type { GivenOptions } from '../../schedule/options.js';
import { throwIfEnded } from '../../schedule/watch-call.js';
import { completeError } from '../errors.js';
import { joined } from '../mounted-path.js';
import type { MountedStore } from '../mounted-store.js';
import type { OpenFile } from '../open-file.js';
import { PositionedFile } from '../positioned.js';
import {
  LINK_ITSELF,
  type TempFileKind,
  type TemporaryDirectoryEntry,
  type TemporaryFile,
  type TempPlace,
} from '../store.js';
import { removeTreeOf } from './remove-tree.js';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
const LENGTH = 16;

/** 80 random bits as 16 characters, which are distinct even on a file system that ignores case. */
export function randomName(): string {
  let name = '';
  // The global `crypto`, because importing node:crypto costs as much as half of the library.
  for (const byte of crypto.getRandomValues(new Uint8Array(LENGTH)))
    name += LETTERS.charAt(byte % LETTERS.length);
  return name;
}

const ATTEMPTS = 100;
const FILE = 0o600;
const DIRECTORY = 0o700;
const { O_APPEND, O_CREAT, O_EXCL, O_RDWR } = constants;

async function exclusively<T>(
  { dir, prefix, suffix }: TempPlace,
  make: (path: string | Uint8Array) => Promise<T>,
): Promise<{ path: string | Uint8Array; made: T }> {
  for (let attempt = 1; ; attempt++) {
    const path = joined(dir, prefix + randomName() + suffix);
    try {
      return { path, made: await make(path) };
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || attempt === ATTEMPTS) throw error;
    }
  }
}

// The owner gets back the permissions that the umask has removed.
async function giveOwner(store: MountedStore, path: string | Uint8Array, permissions: number): Promise<void> {
  if (!store.can('modes') || store.fileSystem.chmod === undefined) return;
  const mode = Number((await store.stat(path, LINK_ITSELF)).mode);
  if ((mode & PERMISSIONS) !== permissions) await store.chmod(path, (mode & INHERITED) | permissions);
}

const PERMISSIONS = 0o777;
const INHERITED = 0o2000;

export async function createFileIn(
  store: MountedStore,
  place: TempPlace,
  { anonymous, appending, deleteOnClose }: TempFileKind,
  o: GivenOptions,
): Promise<TemporaryFile> {
  const { fileSystem } = store;
  throwIfEnded(o);
  if (anonymous && fileSystem.createTemporary !== undefined) {
    const nameless = await fileSystem
      .createTemporary(store.inner(place.dir, 'open'), o ?? NO_CALL)
      .catch((error: unknown) => Promise.reject(completeError(error, 'open', place.dir) as Error));
    const file = new PositionedFile(nameless, { fileSystem: store.name, appending, position: 0 });
    return { file, path: '', keep: () => undefined, discard: () => Promise.resolve() };
  }
  const flags = O_RDWR | O_CREAT | O_EXCL | (appending ? O_APPEND : 0);
  const { path, made } = await exclusively(place, (each) => store.open(each, flags, FILE, o));
  let gone: Promise<void> | undefined;
  const discard = (): Promise<void> => {
    gone ??= store.unlink(path).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return;
      gone = undefined;
      throw error;
    });
    return gone;
  };
  const file = anonymous || deleteOnClose ? discardedOnClose(made, discard) : made;
  try {
    await giveOwner(store, path, FILE);
    // A file of the operating system stays usable without its name.
    if (anonymous && made.fd >= 0 && process.platform !== 'win32') await discard();
    if (o?.signal?.aborted === true) throw new AbortError(o.signal.reason);
  } catch (error) {
    // The first error is the one to report.
    await file.close().catch(() => undefined);
    await discard().catch(() => undefined);
    throw error;
  }
  return { file, path, keep: () => undefined, discard };
}

function discardedOnClose(file: OpenFile, discard: () => Promise<void>): OpenFile {
  const close = file.close.bind(file);
  file.close = async () => {
    for (const outcome of await Promise.allSettled([close(), discard()])) {
      if (outcome.status === 'rejected') throw outcome.reason;
    }
  };
  return file;
}

export async function createDirectoryIn(
  store: MountedStore,
  place: TempPlace,
  o: GivenOptions,
): Promise<TemporaryDirectoryEntry> {
  const { path } = await exclusively(place, (each) => store.mkdir(each, DIRECTORY, o));
  try {
    await giveOwner(store, path, DIRECTORY);
  } catch (error) {
    await store.rmdir(path).catch(() => undefined); // the first error is the one to report
    throw error;
  }
  return {
    path,
    keep: () => undefined,
    async remove(ignoreErrors) {
      try {
        return await removeTreeOf(store, path, { ignoreErrors }, undefined);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return 0;
        throw error;
      }
    },
  };
}
