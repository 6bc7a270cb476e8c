// rm: a file, or a tree.
import { constants } from 'node:os';

import { codeOf } from '../errors/index.js';
import { statCall, type Store } from '../filesystem/store.js';
import { pathOf, type PlainPath } from './arguments.js';
import { fileSystemError } from './file-system-error.js';
import { node } from './node.js';
import { storeOf } from '../filesystem/mounts.js';
import type { GivenOptions } from '../schedule/options.js';
import { pause } from '../schedule/watch-call.js';

interface RmOptions {
  force: boolean;
  recursive: boolean;
  maxRetries: number;
  retryDelay: number;
}

const BUSY: ReadonlySet<unknown> = new Set(['EBUSY', 'EMFILE', 'ENFILE', 'ENOTEMPTY', 'EPERM']);

/** The options, if they are clearly valid. */
function rmOptions(options: unknown): RmOptions | undefined {
  const given = {
    force: false,
    recursive: false,
    maxRetries: 0,
    retryDelay: 100,
    ...(options as Partial<RmOptions>),
  };
  const { force, recursive, maxRetries, retryDelay } = given;
  const right =
    (options === undefined || (typeof options === 'object' && options !== null && !Array.isArray(options))) &&
    typeof force === 'boolean' &&
    typeof recursive === 'boolean' &&
    typeof maxRetries === 'number' && // a symbol or a bigint has no `>>>`
    typeof retryDelay === 'number' &&
    maxRetries >>> 0 === maxRetries &&
    (retryDelay | 0) === retryDelay &&
    retryDelay >= 0;
  return right ? given : undefined;
}

export async function rm(call: GivenOptions, path: unknown, options: unknown): Promise<unknown> {
  const plain = pathOf(path);
  const checked = rmOptions(options);
  if (plain === undefined || checked === undefined) return node.rm(path as never, options as never);
  const store = storeOf(plain);
  let isDirectory: boolean;
  try {
    isDirectory = (await store.stat(plain, statCall(false, false), call)).isDirectory();
  } catch (error) {
    if (checked.force && codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  if (isDirectory && !checked.recursive)
    throw fileSystemError('ERR_FS_EISDIR', 'Path is a directory', {
      syscall: 'rm',
      code: 'EISDIR',
      errno: constants.errno.EISDIR,
      message: 'is a directory',
      path: typeof plain === 'string' ? plain : Buffer.from(plain),
    });
  await remove(store, plain, isDirectory, checked, call);
  return undefined;
}

async function remove(
  store: Store,
  path: PlainPath,
  isDirectory: boolean,
  { maxRetries, retryDelay }: RmOptions,
  call: GivenOptions,
): Promise<void> {
  for (let tried = 0; ; tried++) {
    try {
      if (isDirectory) await store.removeTree(path, { ignoreErrors: false }, call);
      else await store.unlink(path, call);
      return;
    } catch (error) {
      const code = codeOf(error);
      // Another caller has removed it.
      if (code === 'ENOENT') return;
      if (tried >= maxRetries || !BUSY.has(code)) throw error;
      await pause((tried + 1) * retryDelay, undefined);
    }
  }
}
