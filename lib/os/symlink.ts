// symlink: a link by name.
import { dirname, resolve } from 'node:path';

import { readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { checkPermission, isRestricted } from '../arguments/permission.js';
import { realFiles, storeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Creates the symbolic link `path` to `target`. The target does not have to exist. A relative target is resolved from the
 * directory of the link.
 * @returns nothing
 * @throws the system's errors in Node's shape (EEXIST), TypeError for bad paths, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Windows creates links only if the user has permission to
 * @example await os.symlink('releases/42', 'current');
 */
export async function symlink(target: Path, path: Path, o?: OpOptions): Promise<void> {
  const call = readCall(o);
  const text = toPathBytes(target, 'target');
  const at = toPathBytes(path);
  const store = storeToWrite(at);
  // Otherwise a link could lead to files that the process may not use.
  if (isRestricted && store === realFiles) {
    const leadsTo = resolve(dirname(resolve(Buffer.from(at).toString())), Buffer.from(text).toString());
    checkPermission('fs.read', leadsTo);
    checkPermission('fs.write', leadsTo);
  }
  await store.symlink(text, at, call);
}
