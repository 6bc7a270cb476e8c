// A path that has been checked in both ways: what it is, and whether the process may use it.
import { type Path, toPathBytes } from './path.js';
import { checkPermission, checkTreePermission } from './permission.js';

/** `path` for a call that only looks at it. Throws as `toPathBytes`, and ERR_ACCESS_DENIED. */
export function pathToRead(path: Path, name = 'path'): string | Uint8Array {
  const checked = toPathBytes(path, name);
  checkPermission('fs.read', checked);
  return checked;
}

/** `path` for a call that changes it. */
export function pathToWrite(path: Path, name = 'path'): string | Uint8Array {
  const checked = toPathBytes(path, name);
  checkPermission('fs.write', checked);
  return checked;
}

/** `path` for a call that reads it and all that is in it. */
export function treeToRead(path: Path, name = 'path'): string | Uint8Array {
  const checked = toPathBytes(path, name);
  checkTreePermission('fs.read', checked);
  return checked;
}

/** `path` for a call that changes it and all that is in it. */
export function treeToWrite(path: Path, name = 'path'): string | Uint8Array {
  const checked = toPathBytes(path, name);
  checkTreePermission('fs.write', checked);
  return checked;
}
