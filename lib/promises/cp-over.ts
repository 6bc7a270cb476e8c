// cp from or to a mounted file system: item by item, with Node's rules for existing items.
import type { BigIntStats } from 'node:fs';
import { posix, resolve, sep } from 'node:path';
import { constants } from 'node:os';

import { systemError, systemErrorNumber } from '../errors/index.js';
import { copyFileInto } from '../filesystem/generic/copy.js';
import { FOLLOW, FOLLOW_BIGINT, statCall, type Store } from '../filesystem/store.js';
import type { GivenOptions } from '../schedule/options.js';
import { identityAt } from '../filesystem/generic/lookups.js';
import { parentOf } from '../filesystem/generic/directories.js';
import { requireInside } from '../filesystem/generic/inside.js';
import type { FilePath } from '../filesystem/filesystem.js';
import { isSameFile } from '../filesystem/identity.js';
import { absolute, SCHEME } from '../filesystem/mounted-path.js';
import { fileSystemError, renamed, undefinedWhereMissing } from './file-system-error.js';
import { textOf } from './arguments.js';
import { linkText, makeAll } from './names.js';
import { CP_LINKS_TO_FILES, CP_REFUSES_DIRECTORIES } from './node.js';

/** The source and the target of a copy. */
interface FileJob {
  readonly store: Store;
  readonly target: Store;
  readonly call: GivenOptions;
}

/** Copies the content and the permission bits of `from` to `to`, which must not be a directory. */
export async function copyContent(
  { store, target, call }: FileJob,
  from: FilePath,
  to: FilePath,
  { exclusive, preserve = false }: { exclusive: boolean; preserve?: boolean },
): Promise<void> {
  const there = await target.stat(to, statCall(true, false), call).catch(() => undefined);
  if (there?.isDirectory() === true) {
    // A source that cannot be copied is reported first.
    await store.stat(from, statCall(true, false), call).catch((error: unknown) => {
      throw renamed(error, 'copyfile', from, to);
    });
    const code = exclusive && !textOf(to).endsWith('/') ? 'EEXIST' : 'EISDIR';
    throw systemError(systemErrorNumber(code), 'copyfile', from, to);
  }
  // As in Node, copying a file to itself has no effect.
  if (there !== undefined && !exclusive && store === target && (await store.sameFile(from, to, call))) return;
  await copyFileInto(store, from, target, to, { exclusive, preserve, followSymlinks: true }, call);
}

interface Directory {
  /** Absolute, with a separator at its end. */
  readonly path: string;
  readonly identity: string;
}

/** The directories that a copy is in. It visits directories depth first, one at a time. */
export class Circles {
  readonly #store: Store;
  /** The directory that is copied to, if it is on the same store. */
  readonly #to: string | undefined;
  readonly #call: GivenOptions;
  #target: string | undefined;
  readonly #above: Directory[] = [];

  constructor(store: Store, to: string | undefined, call: GivenOptions) {
    this.#store = store;
    this.#to = to;
    this.#call = call;
  }

  /**
   * Called for each item before it is copied.
   * @throws ELOOP, with both paths, for a link to a directory above it, and for the directory that is copied to
   */
  async check(from: string, to: string): Promise<void> {
    const path = resolve(from) + sep;
    const above = this.#above;
    while (above.length > 0 && !path.startsWith(above.at(-1)!.path)) above.pop();
    const itself = await this.#stat(from, false);
    const isLink = itself?.isSymbolicLink() === true;
    const stats = isLink ? await this.#stat(from, true) : itself;
    if (stats?.isDirectory() !== true) return;
    const identity = await identityAt(this.#store, from, stats, this.#call);
    // A directory can have two names without a link, too: a bind mount does not contain itself.
    const isAbove = isLink && above.some((each) => each.identity === identity);
    if (isAbove || (above.length > 0 && identity === (await this.#targetOf())))
      throw systemError(systemErrorNumber('ELOOP'), 'cp', from, to);
    above.push({ path, identity });
  }

  // It exists since the copy has entered a directory.
  async #targetOf(): Promise<string | undefined> {
    if (this.#to === undefined || this.#target !== undefined) return this.#target;
    const stats = await this.#stat(this.#to, true);
    if (stats === undefined) return undefined;
    return (this.#target = await identityAt(this.#store, this.#to, stats, this.#call));
  }

  // What cannot be looked up is reported by the copy.
  #stat(path: string, follow: boolean): Promise<BigIntStats | undefined> {
    const stats = this.#store.stat(path, follow ? FOLLOW_BIGINT : statCall(false, true), this.#call);
    return (stats as Promise<BigIntStats>).catch(() => undefined);
  }
}

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

/** The source and the target of a copy. */
interface CopyJob extends FileJob {
  readonly options: CpOptions;
  /** Where links are followed. */
  readonly circles: Circles | undefined;
}

/** The messages of Node's codes, and the corresponding codes of the system. */
const REFUSALS = {
  ERR_FS_CP_DIR_TO_NON_DIR: ['Cannot overwrite non-directory with directory', 'EISDIR'],
  ERR_FS_CP_EEXIST: ['Target already exists', 'EEXIST'],
  ERR_FS_CP_EINVAL: ['Invalid src or dest', 'EINVAL'],
  ERR_FS_CP_FIFO_PIPE: ['Cannot copy a FIFO pipe', 'EINVAL'],
  ERR_FS_CP_NON_DIR_TO_DIR: ['Cannot overwrite directory with non-directory', 'ENOTDIR'],
  ERR_FS_CP_SOCKET: ['Cannot copy a socket file', 'EINVAL'],
  ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY: ['Cannot overwrite symlink in subdirectory of self', 'EINVAL'],
  ERR_FS_CP_UNKNOWN: ['Cannot copy an unknown file type', 'EINVAL'],
  ERR_FS_EISDIR: ['Path is a directory', 'EISDIR'],
} as const;

function refusal(reason: keyof typeof REFUSALS, message: string, path: string): Error {
  const [prefix, code] = REFUSALS[reason];
  return fileSystemError(reason, prefix, {
    syscall: 'cp',
    code,
    errno: constants.errno[code],
    message,
    path,
  });
}

const invalid = (message: string, path: string): Error => refusal('ERR_FS_CP_EINVAL', message, path);

const exists = (path: string): Error => refusal('ERR_FS_CP_EEXIST', `${path} already exists`, path);

/** Node's errors for kinds of files that cannot be copied. */
export function typeError(type: string, path: string): Error {
  if (type === 'socket') return refusal('ERR_FS_CP_SOCKET', `cannot copy a socket file: ${path}`, path);
  if (type === 'fifo') return refusal('ERR_FS_CP_FIFO_PIPE', `cannot copy a FIFO pipe: ${path}`, path);
  return refusal('ERR_FS_CP_UNKNOWN', `cannot copy an unknown file type: ${path}`, path);
}

/** Copies `from` to `to`: the first call of `cp`. */
export async function copyOver(job: CopyJob, from: string, to: string): Promise<void> {
  const { store, target, call } = job;
  if (store === target && isWithin(to, from)) {
    const same = withoutSlash(to) === withoutSlash(from);
    const message = same ? SAME : `cannot copy ${from} to a subdirectory of self ${to}`;
    const isDirectory = (await store.stat(from, statCall(false, false), call)).isDirectory();
    if (same || isDirectory) throw invalid(message, to);
  }
  await copyItem(job, from, to, true);
}

const SAME = 'src and dest cannot be the same';

/** Without slashes at the end, except for those of `s3://`. */
function withoutSlash(path: string): string {
  const scheme = SCHEME.exec(path)?.[0] ?? '';
  return scheme + path.slice(scheme.length).replace(/\/+$/, '');
}

const withSlash = (path: string): string => withoutSlash(path).replace(/(?<!\/)$/, '/');

/** Whether `path` is `top` or below it. */
const isWithin = (path: string, top: string): boolean => withSlash(path).startsWith(withSlash(top));

/** Whether both are the same file, even by different names. */
const isSame = ({ store, target }: CopyJob, source: BigIntStats, there: BigIntStats): boolean =>
  store === target && isSameFile(source, there);

async function copyItem(
  job: CopyJob,
  from: string,
  to: string,
  isTop: boolean,
  name: FilePath = '',
): Promise<void> {
  const { store, target, call, options } = job;
  if (options.filter !== undefined && !(await options.filter(from, to))) return;
  requireInside(target, name, from, to);
  const how = statCall(options.dereference, true);
  const source = (await store.stat(from, how, call)) as BigIntStats;
  const there = (await target.stat(to, how, call).catch(undefinedWhereMissing)) as BigIntStats | undefined;
  if (there !== undefined) {
    if (isSame(job, source, there)) throw invalid(SAME, to);
    checkKinds(source, there, from, to);
  }
  if (isTop && source.isDirectory()) await checkAbove(job, source, from, to);
  if (isTop && there === undefined) await makeAll(target, parentOf(to), 0o777, call);
  if (source.isDirectory()) await job.circles?.check(from, to);
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

/** A directory is not copied into itself, even through another path. */
async function checkAbove(job: CopyJob, source: BigIntStats, from: string, to: string): Promise<void> {
  if (job.store !== job.target || source.ino === 0n) return;
  for (let at = withoutSlash(absolute(to)); ; at = parentOf(at)) {
    const above = parentOf(at);
    if (above === at) return;
    const stats = await job.target.stat(above, FOLLOW_BIGINT, job.call).catch(undefinedWhereMissing);
    if (stats !== undefined && isSame(job, source, stats as BigIntStats))
      throw invalid(`cannot copy ${from} to a subdirectory of self ${at}`, at);
  }
}

function checkKinds(source: BigIntStats, there: BigIntStats, from: string, to: string): void {
  if (source.isDirectory() && !there.isDirectory())
    throw refusal(
      'ERR_FS_CP_DIR_TO_NON_DIR',
      `cannot overwrite non-directory ${to} with directory ${from}`,
      to,
    );
  if (!source.isDirectory() && there.isDirectory())
    throw refusal(
      'ERR_FS_CP_NON_DIR_TO_DIR',
      `cannot overwrite directory ${to} with non-directory ${from}`,
      to,
    );
}

async function copyDirectory(
  job: CopyJob,
  source: BigIntStats,
  there: BigIntStats | undefined,
  from: string,
  to: string,
): Promise<void> {
  const { store, target, call, options } = job;
  if (!options.recursive) throw refusal('ERR_FS_EISDIR', `${from} is a directory (not copied)`, from);
  if (there !== undefined && CP_REFUSES_DIRECTORIES && options.errorOnExist && !options.force)
    throw exists(to);
  if (there === undefined) await target.mkdir(to, Number(source.mode ?? 0o777) & 0o7777, call);
  const listing = store.listing(from, call);
  try {
    for (let batch = await listing.next(); batch !== undefined; batch = await listing.next())
      for (const { name } of batch) {
        const [item, copy] = [from, to].map((each) => withSlash(each) + textOf(name)) as [string, string];
        await copyItem(job, item, copy, false, name);
      }
  } finally {
    listing.close();
  }
}

async function copyLink(
  job: CopyJob,
  there: BigIntStats | undefined,
  from: string,
  to: string,
): Promise<void> {
  const { store, target, call, options } = job;
  const text = await linkText(store, from, call);
  const leadsTo = options.verbatimSymlinks ? text : targetOf(from, text);
  // A link is replaced. Anything else stays, and the call rejects with EEXIST.
  if (there?.isSymbolicLink() === true) {
    await checkLinks(job, leadsTo, from, to);
    await target.unlink(to, call);
  }
  await target.symlink(leadsTo, to, call);
}

/** The target of the link at `path`. An absolute one on the mount of a URL begins with that URL. */
const targetOf = (path: string, text: string): string =>
  posix.isAbsolute(text) || SCHEME.test(text)
    ? text
    : withoutSlash(absolute(withSlash(parentOf(path)) + text));

/**
 * A link to a directory does not replace a link to a directory above or below it, because the one below could no longer
 * be reached.
 */
async function checkLinks(job: CopyJob, leadsTo: string, from: string, to: string): Promise<void> {
  const { store, target, call } = job;
  const source = absolute(leadsTo);
  const old = targetOf(to, await linkText(target, to, call));
  const checkInside = (): void => {
    if (isWithin(old, source)) throw invalid(`cannot copy ${leadsTo} to a subdirectory of self ${old}`, to);
  };
  if (!CP_LINKS_TO_FILES) checkInside();
  if (!(await store.stat(from, FOLLOW, call)).isDirectory()) return;
  checkInside();
  if (isWithin(source, old))
    throw refusal('ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY', `cannot overwrite ${old} with ${leadsTo}`, to);
}
