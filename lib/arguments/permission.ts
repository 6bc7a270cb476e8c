// Node's permission model (`--permission`) does not see the system calls of an addon. So each path is checked here first.
import { resolve } from 'node:path';

import { textOf } from './path.js';

/** The kind of access that is checked. */
type PermissionScope = 'fs.read' | 'fs.write';

interface ProcessPermission {
  has(scope: string, reference?: string): boolean;
}

// The names that Node's own errors carry.
const NAMES = { 'fs.read': 'FileSystemRead', 'fs.write': 'FileSystemWrite' } as const;

// A name that no entry has. A grant that covers it covers everything in the directory.
const ANY_ENTRY = '.uvfiles-any-entry';

/** Whether this process runs under the permission model at all. */
export const isRestricted = (process as { permission?: ProcessPermission }).permission !== undefined;

function refuseUnless(scope: PermissionScope, path: string): void {
  const { permission } = process as { permission?: ProcessPermission };
  if (permission === undefined || permission.has(scope, path)) return;
  const error = new Error('Access to this API has been restricted') as Error & Record<string, unknown>;
  error.code = 'ERR_ACCESS_DENIED';
  error.permission = NAMES[scope];
  error.resource = path;
  throw error;
}

/**
 * Checks that the process may use `path`. Does nothing where there is no permission model.
 * @throws Error ERR_ACCESS_DENIED, with `permission` and `resource` as Node's
 */
export function checkPermission(scope: PermissionScope, path: string | Uint8Array): void {
  if (isRestricted) refuseUnless(scope, resolve(textOf(path)));
}

/** The same for `path` and everything in it, as a walk or a copy of a tree needs it. */
export function checkTreePermission(scope: PermissionScope, path: string | Uint8Array): void {
  if (!isRestricted) return;
  const top = resolve(textOf(path));
  refuseUnless(scope, top);
  refuseUnless(scope, resolve(top, ANY_ENTRY));
}
