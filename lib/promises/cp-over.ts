// cp from or to a mounted file system: item by item, with Node's rules for existing items.
import { constants } from 'node:os';
import { posix } from 'node:path';

import { copyContent, type FileJob } from './cp-file.js';
import { type ErrorContext, fileSystemError } from './file-system-error.js';
import { statCall, type Store } from '../filesystem/store.js';
import type { OpOptions } from '../schedule/options.js';
import { textOf } from './arguments.js';
import { makeAll } from './names.js';
import { CP_REFUSES_DIRECTORIES } from './versions.js';

/** Options of `cp`, with their defaults. */
export interface CpOptions {
  dereference: boolean;
  errorOnExist: boolean;
  force: boolean;
  preserveTimestamps: boolean;
  recursive: boolean;
  verbatimSymlinks: boolean;
  mode: number | undefined;
  filter: ((source: string, destination: string) => boolean | Promise<boolean>) | undefined;
}

/** What is copied from and to. */
interface CopyJob extends FileJob {
  readonly options: CpOptions;
}

type Status = Awaited<ReturnType<Store['stat']>>;

function refusal(
  code: string,
  prefix: string,
  name: keyof typeof constants.errno,
  message: string,
  path: string,
): Error {
  const context: ErrorContext = { syscall: 'cp', code: name, errno: constants.errno[name], message, path };
  return fileSystemError(code, prefix, context);
}

const exists = (path: string): Error =>
  refusal('ERR_FS_CP_EEXIST', 'Target already exists', 'EEXIST', `${path} already exists`, path);

/** What Node says of things that cannot be copied. */
export function typeError(type: string, path: string): Error {
  if (type === 'socket')
    return refusal(
      'ERR_FS_CP_SOCKET',
      'Cannot copy a socket file',
      'EINVAL',
      `cannot copy a socket file: ${path}`,
      path,
    );
  if (type === 'fifo')
    return refusal(
      'ERR_FS_CP_FIFO_PIPE',
      'Cannot copy a FIFO pipe',
      'EINVAL',
      `cannot copy a FIFO pipe: ${path}`,
      path,
    );
  return refusal(
    'ERR_FS_CP_UNKNOWN',
    'Cannot copy an unknown file type',
    'EINVAL',
    `cannot copy an unknown file type: ${path}`,
    path,
  );
}

async function statusOrNothing(
  store: Store,
  path: string,
  follow: boolean,
  call: OpOptions | undefined,
): Promise<Status | undefined> {
  try {
    return await store.stat(path, statCall(follow, false), call);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Copies `from` to `to`: the first call of `cp`. */
export async function copyOver(job: CopyJob, from: string, to: string): Promise<void> {
  const { store, target, call } = job;
  if (store === target && `${withoutSlash(to)}/`.startsWith(`${withoutSlash(from)}/`)) {
    const same = withoutSlash(to) === withoutSlash(from);
    const message = same
      ? 'src and dest cannot be the same'
      : `cannot copy ${from} to a subdirectory of self ${to}`;
    const isDirectory = (await store.stat(from, statCall(false, false), call)).isDirectory();
    if (same || isDirectory) throw refusal('ERR_FS_CP_EINVAL', 'Invalid src or dest', 'EINVAL', message, to);
  }
  await copyItem(job, from, to, true);
}

const withoutSlash = (path: string): string => path.replace(/\/+$/, '');

async function copyItem(job: CopyJob, from: string, to: string, isTop: boolean): Promise<void> {
  const { store, target, call, options } = job;
  if (options.filter !== undefined && !(await options.filter(from, to))) return;
  const source = await store.stat(from, statCall(options.dereference, false), call);
  const there = await statusOrNothing(target, to, options.dereference, call);
  if (there !== undefined) checkKinds(source, there, from, to);
  if (isTop && there === undefined) await makeAll(target, parentOf(to), 0o777, call);
  if (source.isDirectory()) return copyDirectory(job, source, there, from, to);
  if (source.isSymbolicLink()) return copyLink(job, there, from, to);
  if (!source.isFile() && !source.isCharacterDevice() && !source.isBlockDevice())
    throw typeError(source.isSocket() ? 'socket' : source.isFIFO() ? 'fifo' : 'unknown', to);
  if (there !== undefined) {
    if (!options.force) {
      if (!options.errorOnExist) return;
      throw exists(to);
    }
    await target.unlink(to, call);
  }
  await copyContent(job, from, to, { exclusive: false, preserve: options.preserveTimestamps });
}

function parentOf(path: string): string {
  const text = withoutSlash(path);
  // The scheme of a mounted URL is no directory.
  const root = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i.exec(text)?.[0] ?? '';
  return root + posix.dirname(text.slice(root.length) || '/');
}

function checkKinds(source: Status, there: Status, from: string, to: string): void {
  if (source.isDirectory() && !there.isDirectory())
    throw refusal(
      'ERR_FS_CP_DIR_TO_NON_DIR',
      'Cannot overwrite non-directory with directory',
      'EISDIR',
      `cannot overwrite non-directory ${to} with directory ${from}`,
      to,
    );
  if (!source.isDirectory() && there.isDirectory())
    throw refusal(
      'ERR_FS_CP_NON_DIR_TO_DIR',
      'Cannot overwrite directory with non-directory',
      'ENOTDIR',
      `cannot overwrite directory ${to} with non-directory ${from}`,
      to,
    );
}

async function copyDirectory(
  job: CopyJob,
  source: Status,
  there: Status | undefined,
  from: string,
  to: string,
): Promise<void> {
  const { store, target, call, options } = job;
  if (!options.recursive)
    throw refusal(
      'ERR_FS_EISDIR',
      'Path is a directory',
      'EISDIR',
      `${from} is a directory (not copied)`,
      from,
    );
  if (there !== undefined && CP_REFUSES_DIRECTORIES && options.errorOnExist && !options.force)
    throw exists(to);
  if (there === undefined) await target.mkdir(to, Number(source.mode ?? 0o777) & 0o7777, call);
  const listing = store.listing(from, call);
  try {
    for (let batch = await listing.next(); batch !== undefined; batch = await listing.next())
      for (const { name } of batch)
        await copyItem(
          job,
          `${withoutSlash(from)}/${textOf(name)}`,
          `${withoutSlash(to)}/${textOf(name)}`,
          false,
        );
  } finally {
    listing.close();
  }
}

async function copyLink(job: CopyJob, there: Status | undefined, from: string, to: string): Promise<void> {
  const { store, target, call, options } = job;
  const text = (await store.readlink(from, call)).toString();
  const absolute =
    options.verbatimSymlinks || posix.isAbsolute(text) ? text : posix.join(parentOf(from), text);
  // A link is replaced. Anything else stays, and EEXIST says so.
  if (there?.isSymbolicLink() === true) await target.unlink(to, call);
  await target.symlink(absolute, to, call);
}
