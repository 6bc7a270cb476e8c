// Finds the file that answers a request: anywhere, or below a root that nothing leads out of.
import { constants } from 'node:fs';
import { isAbsolute } from 'node:path';

import { filesBeneath } from '../filesystem/beneath.js';
import type { FilePath } from '../filesystem/filesystem.js';
import { textOf } from '../filesystem/mounted-path.js';
import { realFiles, storeToRead } from '../filesystem/mounts.js';
import type { OpenFile, StatedFile } from '../filesystem/open-file.js';
import type { Store } from '../filesystem/store.js';
import { type Call, NO_CALL } from '../schedule/call.js';

type FilesBeneath = ReturnType<typeof filesBeneath>;

// Opening a FIFO must not wait for its writer.
const BENEATH_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Where the file of a request is. */
interface Place {
  readonly files: {
    open(path: FilePath, flags: number, permissions: number, call: Call): Promise<unknown>;
    readStatedInline?(
      path: FilePath,
      call: Call | undefined,
    ): StatedFile | undefined | Promise<StatedFile | undefined>;
  };
  /** The path for `files`. */
  readonly path: FilePath;
  readonly flags: number;
  /** The root of a mounted store, which is checked for links that lead out of it. */
  readonly top?: string;
}

/**
 * Finds where `path` is. With a `root`, `path` is relative to it, even if it begins with a slash.
 * @throws ENOENT, ERR_OUTSIDE_ROOT for names that are not served
 */
export function placeOf(path: FilePath, root: FilePath | undefined): Place {
  if (root === undefined) return { files: storeToRead(path), path, flags: constants.O_RDONLY };
  const name = namesOf(path);
  if (latest?.root !== root) latest = rootOf(root);
  const { files, prefix } = latest;
  if (typeof root !== 'string' || !isAbsolute(root)) latest = undefined;
  const whole = `${prefix}${name}`;
  const store = storeToRead(whole);
  if (store === realFiles && files !== undefined) return { files, path: name, flags: BENEATH_FLAGS };
  return { files: store, path: whole, flags: constants.O_RDONLY, top: textOf(root) };
}

/** Opens the file of a request for reading. */
export async function openPlace(place: Place, call: Call | undefined): Promise<OpenFile> {
  const { files, path, flags, top } = place;
  if (top !== undefined) return openBelow(files as Store, top, path as string, call);
  return files.open(path, flags, 0, call ?? NO_CALL) as Promise<OpenFile>;
}

interface Root {
  readonly root: FilePath;
  readonly prefix: string;
  /** Undefined on Windows. */
  readonly files: FilesBeneath | undefined;
}

// Most servers have one root. A relative one depends on the working directory of the moment.
let latest: Root | undefined;

const rootOf = (root: FilePath): Root => ({
  root,
  prefix: `${textOf(root).replace(/[\\/]+$/, '')}/`,
  files: process.platform === 'win32' ? undefined : filesBeneath(root),
});

/** The error for a name that is not served. */
function refusal(code: 'ENOENT' | 'ERR_OUTSIDE_ROOT', name: string): Error {
  return Object.assign(new Error(`${code}: not a path below the root, serveFile '${name}'`), { code });
}

const PLAIN = /^\/?[^/.\\:][^/\\:]*(?:\/[^/.\\:][^/\\:]*)*$/;

/** The names of a path, joined again: without a slash in front, and without what `.`, `..` and `//` stand for. */
function namesOf(path: FilePath): string {
  const text = textOf(path);
  if (PLAIN.test(text)) return text.startsWith('/') ? text.slice(1) : text;
  const parts = text.split(process.platform === 'win32' ? /[\\/]/ : '/');
  // A file's name does not end with a slash.
  if (parts.length > 1 && parts.at(-1) === '') throw refusal('ENOENT', text);
  const names: string[] = [];
  for (const part of parts) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (names.pop() === undefined) throw refusal('ERR_OUTSIDE_ROOT', text);
      continue;
    }
    if (part.startsWith('.')) throw refusal('ENOENT', text);
    if (process.platform === 'win32' && part.includes(':')) throw refusal('ENOENT', text);
    names.push(part);
  }
  return names.join('/');
}

// If the kernel cannot check this, the real paths of both are compared.
async function openBelow(
  store: Store,
  root: string,
  path: string,
  call: Call | undefined,
): Promise<OpenFile> {
  if (store.can('links')) {
    const [top, real] = [await store.realpath(root, call), await store.realpath(path, call)];
    const prefix = `${top.toString().replace(/[\\/]+$/, '')}/`.replaceAll('\\', '/');
    if (!real.toString().replaceAll('\\', '/').startsWith(prefix)) throw refusal('ERR_OUTSIDE_ROOT', path);
    return store.open(real.toString(), constants.O_RDONLY, 0, call);
  }
  return store.open(path, constants.O_RDONLY, 0, call);
}
