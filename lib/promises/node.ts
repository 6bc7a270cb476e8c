// Node's own functions, and what the running version of them accepts.
import { devNull } from 'node:os';
import * as promises from 'node:fs/promises';

import { systemError, systemErrorNumber } from '../errors/index.js';
import { isSystemError } from '../filesystem/errors.js';
import { isAnyMounted, realFiles, storeOf } from '../filesystem/mounts.js';
import { pathOf, type PlainPath } from './arguments.js';

type NodePromises = typeof promises;
type AnyFunction = (...args: unknown[]) => Promise<unknown>;

/** Node's own functions as they are. Functions that the running version lacks are missing. */
export const own: NodePromises = { ...promises };

/** Nothing can be there, and nothing can be created there. */
const NOWHERE = `${devNull}/uvfiles`;

/** The arguments that are paths, and the system call in errors. */
const PATHS: Readonly<Record<string, readonly [syscall: string, ...places: number[]]>> = {
  access: ['access', 0],
  appendFile: ['open', 0],
  chmod: ['chmod', 0],
  chown: ['chown', 0],
  copyFile: ['copyfile', 0, 1],
  cp: ['cp', 0, 1],
  lchmod: ['open', 0],
  lchown: ['lchown', 0],
  link: ['link', 0, 1],
  lstat: ['lstat', 0],
  lutimes: ['lutime', 0],
  mkdir: ['mkdir', 0],
  mkdtemp: ['mkdtemp', 0],
  mkdtempDisposable: ['mkdtemp', 0],
  open: ['open', 0],
  opendir: ['opendir', 0],
  readFile: ['open', 0],
  readdir: ['scandir', 0],
  readlink: ['readlink', 0],
  realpath: ['realpath', 0],
  rename: ['rename', 0, 1],
  rm: ['rm', 0],
  rmdir: ['rmdir', 0],
  stat: ['stat', 0],
  statfs: ['statfs', 0],
  symlink: ['symlink', 1],
  truncate: ['open', 0],
  unlink: ['unlink', 0],
  utimes: ['utime', 0],
  writeFile: ['open', 0],
};

/**
 * Asks Node about a path where nothing is. Rejects if it does not accept the other arguments.
 * @returns whether Node's answer was no error
 */
export async function acceptedByNode(ask: (nowhere: string) => Promise<unknown>): Promise<boolean> {
  try {
    await ask(NOWHERE);
    return true;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return false;
  }
}

// Arguments for a mounted path are passed on so that Node rejects them. It must never look for the path on the disk.
function exceptMounted(call: AnyFunction, syscall: string, places: readonly number[]): AnyFunction {
  return (...args) => {
    // An empty path, or an empty target, is refused before anything is changed.
    const isEmpty = syscall === 'symlink' ? args[0] === '' : places.some((place) => args[place] === '');
    if (isEmpty || !isAnyMounted()) return call(...args);
    let mounted: PlainPath | undefined;
    const elsewhere = args.map((arg, i) => {
      const path = places.includes(i) ? pathOf(arg) : undefined;
      if (path === undefined || storeOf(path) === realFiles) return arg;
      mounted ??= path;
      return ArrayBuffer.isView(arg) ? Buffer.from(NOWHERE) : NOWHERE;
    });
    const path = mounted;
    if (path === undefined) return call(...args);
    return acceptedByNode(() => call(...elsewhere)).then(() => {
      throw systemError(systemErrorNumber('EINVAL'), syscall, path);
    });
  };
}

/**
 * Node's own functions, for real files. For a path on a mounted file system, they reject with the error that Node has for the
 * arguments, or else with EINVAL.
 */
export const node: NodePromises = Object.fromEntries(
  Object.entries(own).map(([name, value]) => {
    const [syscall, ...places] = PATHS[name] ?? [];
    return [name, syscall === undefined ? value : exceptMounted(value as AnyFunction, syscall, places)];
  }),
) as NodePromises;

const sourceOf = (called: unknown): string => Function.prototype.toString.call(called);

const major = Number.parseInt(process.versions.node, 10);

/** A recursive `readdir` returns one level after the other, and follows links to directories even with types. */
export const LISTS_IN_LEVELS = major >= 26;
/** `readFile` accepts memory to read into, as `options.buffer`. */
export const TAKES_BUFFER = sourceOf(own.readFile).includes('validateReadFileBufferOptions');
/** `stat`, `lstat` and `FileHandle.stat` accept a signal. */
export const STAT_TAKES_SIGNAL = sourceOf(own.stat).includes('validateAbortSignal');
/** `errorOnExist` of `cp` applies to directories, too (since Node 22). */
export const CP_REFUSES_DIRECTORIES = major >= 22;
/** `cp` replaces links to files by links to the same files (since Node 24). */
export const CP_LINKS_TO_FILES = major >= 24;
