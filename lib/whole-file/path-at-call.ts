// Paths of calls that wait: a relative one keeps the meaning that it had at the call, even if the current directory changes
// later.
import { isAbsolute } from 'node:path';

import type { FilePath } from '../filesystem/filesystem.js';
import { joined, textOf } from '../filesystem/mounted-path.js';
import { isMountedUrl } from '../filesystem/mounts.js';

/** Returns the path for each of the steps of a call: `path` as it was given, unless the current directory has changed since. */
export function pathAtCall(path: FilePath): () => FilePath {
  if (path.length === 0 || isAbsolute(textOf(path)) || isMountedUrl(path)) return () => path;
  const directory = currentDirectory();
  if (directory === undefined) return () => path;
  return () => (currentDirectory() === directory ? path : joined(directory, path));
}

// Undefined if it has been removed.
function currentDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}
