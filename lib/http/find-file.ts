// Finds the file that answers a request: anywhere, or below a root that nothing leads out of.
import { constants } from 'node:fs';
import { isAbsolute } from 'node:path';

import type { FilePath, FileSystem } from '../filesystem/filesystem.js';
import { beneath } from '../filesystem/beneath.js';
import { realFiles, storeToRead } from '../filesystem/mounts.js';
import type { OpenFile } from '../filesystem/open-file.js';
import type { Store } from '../filesystem/store.js';
import { type Call, NO_CALL } from '../schedule/call.js';

// Opening a FIFO must not wait for its writer.
const BENEATH_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Opens `path` for reading. With a `root`, `path` is relative to it, even if it begins with a slash. */
export async function findFile(
  path: FilePath,
  root: FilePath | undefined,
  call: Call | undefined,
): Promise<OpenFile> {
  if (root === undefined) return storeToRead(path).open(path, constants.O_RDONLY, 0, call);
  const names = namesOf(path);
  const whole = `${textOf(root).replace(/[\\/]+$/, '')}/${names.join('/')}`;
  const store = storeToRead(whole);
  if (store === realFiles && process.platform !== 'win32')
    return (await filesBelow(root).open(
      `/${names.join('/')}`,
      BENEATH_FLAGS,
      0,
      call ?? NO_CALL,
    )) as OpenFile;
  return openBelow(store, textOf(root), whole, call);
}

// Most servers have one root. A relative one depends on the working directory of the moment.
let latest: { readonly root: string; readonly files: FileSystem } | undefined;

function filesBelow(root: FilePath): FileSystem {
  if (latest?.root === root) return latest.files;
  const files = beneath(root);
  if (typeof root === 'string' && isAbsolute(root)) latest = { root, files };
  return files;
}

const textOf = (path: FilePath): string => (typeof path === 'string' ? path : Buffer.from(path).toString());

/** The error for a name that is not served. */
function refusal(code: 'ENOENT' | 'ERR_OUTSIDE_ROOT', name: string): Error {
  return Object.assign(new Error(`${code}: not a path below the root, serveFile '${name}'`), { code });
}

function namesOf(path: FilePath): string[] {
  const text = textOf(path);
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
  return names;
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
