// Calls that uvfiles cannot speed up. On real files they are Node's own. Mounted file systems perform them if they can.
import { constants } from 'node:fs';
import { resolve as resolveText } from 'node:path';

import { codeOf, UnsupportedOperationError } from '../errors/index.js';
import { FOLLOW, type Store, type Timestamp } from '../filesystem/store.js';
import { encoded, encodingOf, pathOf, type PlainPath, textOf } from './arguments.js';
import { copyContent } from './cp-over.js';
import { renamed } from './file-system-error.js';
import { node } from './node.js';
import { openPath, withHandle } from './open.js';
import { rm } from './rm.js';
import { realFiles, storeOf } from '../filesystem/mounts.js';
import type { GivenOptions } from '../schedule/options.js';

/** The store of `path`, if it is on a mounted file system. */
function mounted(path: PlainPath | undefined): Store | undefined {
  if (path === undefined) return undefined;
  const store = storeOf(path);
  return store === realFiles ? undefined : store;
}

function unsupported(store: Store, what: string): Error {
  return new UnsupportedOperationError(`${store.name} does not support ${what}`);
}

const ALL_COPY_MODES =
  constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE | constants.COPYFILE_FICLONE_FORCE;

function isCopyMode(mode: unknown): mode is number {
  return Number.isInteger(mode) && (mode as number) >= 0 && (mode as number) <= ALL_COPY_MODES;
}

// Node's promises are returned as they are: an async function around them would cost a turn of the microtask queue.
export function copyFile(
  call: GivenOptions,
  source: unknown,
  destination: unknown,
  mode: unknown,
): Promise<unknown> {
  const [from, to] = [pathOf(source), pathOf(destination)];
  const isMounted = mounted(from) !== undefined || mounted(to) !== undefined;
  const bits = mode ?? 0;
  if (from === undefined || to === undefined || !isMounted || !isCopyMode(bits))
    return node.copyFile(source as never, destination as never, mode as never);
  return copyMounted(call, from, to, bits);
}

async function copyMounted(call: GivenOptions, from: PlainPath, to: PlainPath, bits: number): Promise<void> {
  const job = { store: storeOf(from), target: storeOf(to), call };
  const exclusive = (bits & constants.COPYFILE_EXCL) !== 0;
  try {
    await copyContent(job, from, to, { exclusive });
  } catch (error) {
    throw renamed(error, 'copyfile', from, to);
  }
}

export function truncate(call: GivenOptions, path: unknown, length: unknown): Promise<unknown> {
  const plain = pathOf(path);
  if (plain === undefined || mounted(plain) === undefined)
    return node.truncate(path as never, length as never);
  return withHandle(openPath(plain, constants.O_RDWR, 0o666, call), (handle) => handle.truncate(length));
}

/** A time, in the forms that Node accepts. */
function timestamp(time: unknown): Timestamp | undefined {
  let seconds = time instanceof Date ? time.getTime() / 1000 : typeof time === 'string' ? Number(time) : time;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return undefined;
  if (seconds < 0 && !(time instanceof Date)) seconds = Date.now() / 1000;
  const whole = Math.floor(seconds as number);
  return { seconds: whole, nanoseconds: Math.round(((seconds as number) - whole) * 1e9) };
}

/** `utimes`, and `lutimes` if `followSymlinks` is false. */
export function times(
  call: GivenOptions,
  path: unknown,
  accessed: unknown,
  modified: unknown,
  followSymlinks: boolean,
): Promise<unknown> {
  const plain = pathOf(path);
  const store = mounted(plain);
  if (plain !== undefined && store !== undefined) {
    const [atime, mtime] = [timestamp(accessed), timestamp(modified)];
    if (atime !== undefined && mtime !== undefined)
      return setTimes(store, plain, atime, mtime, followSymlinks, call);
  }
  return followSymlinks
    ? node.utimes(path as never, accessed as never, modified as never)
    : node.lutimes(path as never, accessed as never, modified as never);
}

async function setTimes(
  store: Store,
  path: PlainPath,
  atime: Timestamp,
  mtime: Timestamp,
  followSymlinks: boolean,
  call: GivenOptions,
): Promise<void> {
  try {
    await store.setTimes(path, atime, mtime, { followSymlinks }, call);
  } catch (error) {
    throw renamed(error, followSymlinks ? 'utime' : 'lutime', path);
  }
}

export async function lchmod(_call: GivenOptions, path: unknown, mode: unknown): Promise<unknown> {
  const store = mounted(pathOf(path));
  if (store !== undefined) throw unsupported(store, 'lchmod');
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- as long as Node has it
  return node.lchmod(path as never, mode as never);
}

export function statfs(call: GivenOptions, path: unknown, options: unknown): Promise<unknown> {
  const plain = pathOf(path);
  const store = mounted(plain);
  if (plain === undefined || store === undefined) return node.statfs(path as never, options as never);
  return statMounted(store, plain, options, call);
}

async function statMounted(
  store: Store,
  plain: PlainPath,
  options: unknown,
  call: GivenOptions,
): Promise<unknown> {
  const { bigint = false } = (options ?? {}) as { bigint?: boolean };
  const { bsize, blocks, bfree, bavail, files, ffree } = await store
    .statvfs(plain, call)
    .catch((error: unknown) => {
      throw renamed(error, 'statfs', plain);
    });
  const answer = { type: 0, bsize, blocks, bfree, bavail, files, ffree };
  if (!bigint) return answer;
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, BigInt(value)]));
}

export async function mkdtemp(call: GivenOptions, prefix: unknown, options: unknown): Promise<unknown> {
  const plain = pathOf(prefix);
  const store = mounted(plain);
  const encoding = encodingOf(options);
  if (plain === undefined || store === undefined || encoding === undefined)
    return node.mkdtemp(prefix as never, options as never);
  for (let attempt = 1; ; attempt++) {
    const path = textOf(plain) + randomSuffix();
    try {
      await store.mkdir(path, 0o700, call);
      return encoded(Buffer.from(path), encoding);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || attempt === MOST_ATTEMPTS) throw renamed(error, 'mkdtemp', path);
    }
  }
}

const MOST_ATTEMPTS = 100;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

// Six characters, as Node documents.
function randomSuffix(): string {
  let suffix = '';
  for (const number of crypto.getRandomValues(new Uint32Array(6)))
    suffix += LETTERS.charAt(number % LETTERS.length);
  return suffix;
}

export async function mkdtempDisposable(
  call: GivenOptions,
  prefix: unknown,
  options: unknown,
): Promise<unknown> {
  const path = await mkdtemp(call, prefix, options);
  // A later chdir must not change which directory is removed.
  const absolute = mounted(pathOf(path)) === undefined ? resolveText(String(path)) : path;
  const remove = async (): Promise<void> => {
    await rm(call, absolute, { maxRetries: 0, recursive: true, force: true, retryDelay: 0 });
  };
  return { __proto__: null, path, remove, [Symbol.asyncDispose]: remove };
}

export function watch(_call: GivenOptions, path: unknown, options: unknown): unknown {
  const plain = pathOf(path);
  const store = mounted(plain);
  const own = (): AsyncIterable<unknown> => node.watch(path as never, options as never);
  return plain === undefined || store === undefined ? own() : watchMounted(store, plain, own);
}

// Node's own iterator, for real files behind a layer of `faults` or `trace`. Rejects at its first step, as in Node.
async function* watchMounted(
  store: Store,
  path: PlainPath,
  own: () => AsyncIterable<unknown>,
): AsyncGenerator {
  if (store.name !== realFiles.name) throw unsupported(store, 'watch');
  await store.stat(path, FOLLOW);
  yield* own();
}
