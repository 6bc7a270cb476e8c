// Calls on names that the file systems perform. Arguments that are not clearly valid, and calls on real files that
// cannot be faster here, go to Node's own functions.
import { constants } from 'node:fs';

import { codeOf, systemError, systemErrorNumber } from '../errors/index.js';
import { SCHEME } from '../filesystem/mounted-path.js';
import { seenTarget } from '../filesystem/outer-path.js';
import { statCall, type Store } from '../filesystem/store.js';
import { encoded, encodingOf, modeOf, pathOf, type PlainPath } from './arguments.js';
import { checkSignal } from './checks.js';
import { untilAborted } from './contents.js';
import { renamed } from './file-system-error.js';
import { acceptedByNode, node, own, STAT_TAKES_SIGNAL } from './node.js';
import { realFiles, storeOf } from '../filesystem/mounts.js';
import type { GivenOptions } from '../schedule/options.js';

const LINUX_OR_MAC = process.platform !== 'win32';

function handOn(path: unknown, options: unknown, follow: boolean): Promise<unknown> {
  return follow ? node.stat(path as never, options as never) : node.lstat(path as never, options as never);
}

/** `stat`, and `lstat` if `follow` is false. */
export function status(
  call: GivenOptions,
  path: unknown,
  options: unknown,
  follow: boolean,
): Promise<unknown> {
  try {
    const plain = pathOf(path);
    if (plain !== undefined) {
      if (options === undefined) return storeOf(plain).stat(plain, statCall(follow, false), call);
      const store = storeOf(plain);
      if (store !== realFiles && !isUsualOptions(options))
        return mountedStatus(call, store, plain, options, follow);
      // Options other than `bigint`, null, and options that a version rejects are handled by Node.
      if (STAT_TAKES_SIGNAL && (typeof options !== 'object' || Array.isArray(options)))
        return handOn(path, options, follow);
      const {
        bigint,
        throwIfNoEntry = true,
        signal,
      } = (options ?? { throwIfNoEntry: false }) as Record<string, unknown>;
      const watched = STAT_TAKES_SIGNAL && signal !== undefined;
      if (throwIfNoEntry === true && (!watched || store !== realFiles)) {
        const found = (): Promise<unknown> => store.stat(plain, statCall(follow, bigint === true), call);
        return watched ? untilAborted(found, checkSignal(signal)!) : found();
      }
    }
    return handOn(path, options, follow);
  } catch (error) {
    return Promise.reject(error);
  }
}

function isUsualOptions(options: unknown): boolean {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return false;
  const { throwIfNoEntry = true } = options as { throwIfNoEntry?: unknown };
  return throwIfNoEntry === true;
}

// Options that not every version of Node accepts, or has.
async function mountedStatus(
  call: GivenOptions,
  store: Store,
  path: PlainPath,
  options: unknown,
  follow: boolean,
): Promise<unknown> {
  const toleratesMissing = await acceptedByNode((nowhere) =>
    follow ? own.stat(nowhere, options as never) : own.lstat(nowhere, options as never),
  );
  const { bigint, signal } = (options ?? {}) as { bigint?: unknown; signal?: unknown };
  const found = (): Promise<unknown> => store.stat(path, statCall(follow, bigint === true), call);
  try {
    return await (STAT_TAKES_SIGNAL && signal !== undefined
      ? untilAborted(found, checkSignal(signal)!)
      : found());
  } catch (error) {
    if (toleratesMissing && ['ENOENT', 'ENOTDIR'].includes(String(codeOf(error)))) return undefined;
    throw error;
  }
}

const ALL_MODES = constants.R_OK | constants.W_OK | constants.X_OK;

export async function access(
  call: GivenOptions,
  path: unknown,
  mode: unknown = constants.F_OK,
): Promise<unknown> {
  const plain = pathOf(path);
  const valid = typeof mode === 'number' && (mode & ALL_MODES) === mode;
  if (plain === undefined || (!valid && storeOf(plain) === realFiles))
    return node.access(path as never, mode as never);
  // Some versions accept null.
  if (!valid) await acceptedByNode((nowhere) => own.access(nowhere, mode as never));
  const store = storeOf(plain);
  if (await store.access(plain, valid ? mode : constants.F_OK, call)) return undefined;
  // Node's call reports the reason.
  if (store === realFiles) return node.access(path as never, mode as never);
  try {
    await store.stat(plain, statCall(true, false), call);
  } catch (error) {
    throw renamed(error, 'access', plain);
  }
  throw systemError(systemErrorNumber('EACCES'), 'access', plain);
}

/** The common store of both paths. Throws EXDEV if they are on different stores. */
function storeOfBoth(from: PlainPath, to: PlainPath, syscall: string): Store {
  const store = storeOf(from);
  if (storeOf(to) !== store) throw systemError(systemErrorNumber('EXDEV'), syscall, from, to);
  return store;
}

export async function rename(call: GivenOptions, oldPath: unknown, newPath: unknown): Promise<unknown> {
  const from = pathOf(oldPath);
  const to = pathOf(newPath);
  if (from === undefined || to === undefined) return node.rename(oldPath as never, newPath as never);
  await storeOfBoth(from, to, 'rename').rename(from, to, call);
  return undefined;
}

export async function link(call: GivenOptions, existingPath: unknown, newPath: unknown): Promise<unknown> {
  const existing = pathOf(existingPath);
  const path = pathOf(newPath);
  if (existing === undefined || path === undefined) return node.link(existingPath as never, newPath as never);
  await storeOfBoth(existing, path, 'link').link(existing, path, call);
  return undefined;
}

export async function symlink(
  call: GivenOptions,
  target: unknown,
  path: unknown,
  type: unknown,
): Promise<unknown> {
  const text = pathOf(target);
  const plain = pathOf(path);
  const valid =
    type === undefined || type === null || type === 'file' || type === 'dir' || type === 'junction';
  // Windows has several kinds of links, and Node determines the right one.
  const isOwn = plain !== undefined && storeOf(plain) !== realFiles;
  if (text === undefined || plain === undefined || (!valid && !isOwn) || !LINUX_OR_MAC)
    return node.symlink(target as never, path as never, type as never);
  if (!valid) await acceptedByNode((nowhere) => own.symlink(target as never, nowhere, type as never));
  await storeOf(plain).symlink(text, plain, call);
  return undefined;
}

export async function unlink(call: GivenOptions, path: unknown): Promise<unknown> {
  const plain = pathOf(path);
  if (plain === undefined) return node.unlink(path as never);
  await storeOf(plain).unlink(plain, call);
  return undefined;
}

export async function readlink(call: GivenOptions, path: unknown, options: unknown): Promise<unknown> {
  const plain = pathOf(path);
  const encoding = encodingOf(options);
  if (plain === undefined || encoding === undefined) return node.readlink(path as never, options as never);
  const store = storeOf(plain);
  return encoded(seenTarget(store.prefix, await store.readlink(plain, call)), encoding);
}

/** The target of a link, as the program sees it. */
export async function linkText(store: Store, path: string, call: GivenOptions): Promise<string> {
  return seenTarget(store.prefix, await store.readlink(path, call)).toString();
}

export async function realpath(call: GivenOptions, path: unknown, options: unknown): Promise<unknown> {
  const plain = pathOf(path);
  const encoding = encodingOf(options);
  if (plain === undefined || encoding === undefined) return node.realpath(path as never, options as never);
  return encoded(await storeOf(plain).realpath(plain, call), encoding);
}

export async function chmod(call: GivenOptions, path: unknown, mode: unknown): Promise<unknown> {
  const plain = pathOf(path);
  const bits = modeOf(mode);
  if (plain === undefined || bits === undefined) return node.chmod(path as never, mode as never);
  await storeOf(plain).chmod(plain, bits & 0o7777, call);
  return undefined;
}

const LARGEST_ID = 2 ** 32 - 1;

function isId(id: unknown): id is number {
  return typeof id === 'number' && Number.isInteger(id) && id >= -1 && id <= LARGEST_ID;
}

/** `chown`, and `lchown` if `followSymlinks` is false. */
export async function changeOwner(
  call: GivenOptions,
  path: unknown,
  uid: unknown,
  gid: unknown,
  followSymlinks: boolean,
): Promise<unknown> {
  const plain = pathOf(path);
  if (plain === undefined || !isId(uid) || !isId(gid))
    return followSymlinks
      ? node.chown(path as never, uid as never, gid as never)
      : node.lchown(path as never, uid as never, gid as never);
  const [owner, group] = [uid, gid].map((id) => (id === -1 ? LARGEST_ID : id)) as [number, number];
  await storeOf(plain).chown(plain, owner, group, { followSymlinks }, call);
  return undefined;
}

export async function mkdir(call: GivenOptions, path: unknown, options: unknown): Promise<unknown> {
  const plain = pathOf(path);
  const { recursive = false, mode } = (
    typeof options === 'object' && options !== null ? options : { mode: options }
  ) as {
    recursive?: unknown;
    mode?: unknown;
  };
  const bits = modeOf(mode, 0o777);
  if (plain === undefined || bits === undefined || typeof recursive !== 'boolean')
    return node.mkdir(path as never, options as never);
  const store = storeOf(plain);
  if (!recursive) {
    await store.mkdir(plain, bits & 0o7777, call);
    return undefined;
  }
  // Node's own function, because it returns the first directory that was created.
  if (store === realFiles) return node.mkdir(path as never, options as never);
  return makeAll(store, plain, bits & 0o7777, call);
}

/**
 * Creates `path` and its missing parent directories. Resolves to the first directory that was created, or undefined if
 * there was none.
 */
export async function makeAll(
  store: Store,
  path: PlainPath,
  permissions: number,
  call: GivenOptions,
): Promise<string | undefined> {
  const given = typeof path === 'string' ? path : Buffer.from(path).toString();
  const missing: string[] = [];
  // Above `s3://` there is nothing.
  const scheme = SCHEME.exec(given)?.[0].length ?? 0;
  for (let at = given; at.length > scheme && /[^/]/.test(at) && at !== '.'; at = above(at)) {
    try {
      const stats = await store.stat(at, statCall(true, false), call);
      if (stats.isDirectory()) break;
      throw systemError(systemErrorNumber(at === given ? 'EEXIST' : 'ENOTDIR'), 'mkdir', path);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw renamed(error, 'mkdir', path);
      missing.unshift(at);
    }
  }
  for (const each of missing)
    await store.mkdir(each, permissions, call).catch(async (error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
      // Another caller was faster, or it is a dangling link.
      const why = await whyNoDirectory(store, each, call);
      if (why === undefined) return;
      throw systemError(systemErrorNumber(each === given ? why : 'ENOTDIR'), 'mkdir', each);
    });
  return missing[0];
}

// The path above, with its slashes if there are several, as Node cuts it off.
function above(path: string): string {
  const text = path.replace(/\/+$/, '');
  return text.slice(0, Math.max(0, text.lastIndexOf('/')));
}

async function whyNoDirectory(
  store: Store,
  path: string,
  call: GivenOptions,
): Promise<'ENOENT' | 'EEXIST' | undefined> {
  try {
    return (await store.stat(path, statCall(true, false), call)).isDirectory() ? undefined : 'EEXIST';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'ENOENT';
    throw renamed(error, 'mkdir', path);
  }
}

export async function rmdir(call: GivenOptions, path: unknown, options: unknown): Promise<unknown> {
  const plain = pathOf(path);
  const store = plain === undefined ? undefined : storeOf(plain);
  if (plain === undefined || store === undefined || (options !== undefined && store === realFiles))
    return node.rmdir(path as never, options as never);
  if (options !== undefined) {
    await acceptedByNode((nowhere) => own.rmdir(nowhere, options as never));
    // In versions that still have `recursive`, which Node warns of.
    const isTree =
      (options as { recursive?: unknown }).recursive === true &&
      (await store.stat(plain, statCall(true, false), call)).isDirectory();
    if (isTree) {
      await store.removeTree(plain, { ignoreErrors: false }, call);
      return undefined;
    }
  }
  await store.rmdir(plain, call);
  return undefined;
}
