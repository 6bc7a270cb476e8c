// The directory for temporary files: the first one in which a file can be created.
import path from 'node:path';

import {
  codeOf,
  isDescriptorShortage,
  isEndOfCall,
  systemError,
  systemErrorNumber,
} from '../errors/index.js';
import { isSystemError } from '../filesystem/errors.js';
import { isAnyMounted, storeOfTreeToWrite } from '../filesystem/mounts.js';
import { CURRENT } from '../filesystem/open-file.js';
import type { Call } from '../schedule/call.js';

const PROBE = Buffer.from('probe');

let known: string | undefined;

function candidates(): string[] {
  const { env } = process;
  const fromEnvironment = ['TMPDIR', 'TEMP', 'TMP']
    .map((name) => env[name])
    .filter((value) => value !== undefined && value !== '');
  const fromPlatform =
    process.platform === 'win32'
      ? [
          `${env.USERPROFILE ?? ''}\\AppData\\Local\\Temp`,
          `${env.SYSTEMROOT ?? 'C:\\Windows'}\\Temp`,
          'C:\\TEMP',
          'C:\\TMP',
          '\\TEMP',
          '\\TMP',
        ]
      : ['/tmp', '/var/tmp', '/usr/tmp'];
  return [...(fromEnvironment as string[]), ...fromPlatform, '.'].flatMap(absolute);
}

// Undefined if it is relative and the current directory has been removed. The other candidates may still be usable.
function absolute(dir: string): string[] {
  try {
    return [path.resolve(dir)];
  } catch {
    return [];
  }
}

/**
 * Finds the directory for temporary files. It is the first directory in which a file can be created and written,
 * among `TMPDIR`, `TEMP`, `TMP`, the directories of the platform, and the current directory. The result is remembered.
 * @returns an absolute path
 * @throws ENOENT if there is no such directory; EMFILE, ENFILE if no descriptor becomes free for ten seconds
 * @cancelling takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example const where = await gettempdir();
 * @see https://docs.python.org/3/library/tempfile.html#tempfile.gettempdir
 */
export function gettempdir(): Promise<string> {
  return findTempdir(undefined);
}

/** As `gettempdir`. Waits for a descriptor until `call` ends. */
export async function findTempdir(call: Call | undefined): Promise<string> {
  const found = knownTempdir();
  if (found !== undefined) return found;
  const wasMounted = isAnyMounted();
  const dir = await firstUsable(candidates(), call);
  if (!wasMounted) known = dir;
  return dir;
}

/** The directory, once it has been found. A mount may hide it, and may be removed again. */
export function knownTempdir(): string | undefined {
  return isAnyMounted() ? undefined : known;
}

// Permissions, read-only mounts and full disks are only known by trying.
async function firstUsable(dirs: readonly string[], call: Call | undefined): Promise<string> {
  const kind = { anonymous: true, appending: false, deleteOnClose: true };
  // Not the system's, such as ERR_ACCESS_DENIED under --permission.
  let refusal: Error | undefined;
  for (const dir of dirs) {
    try {
      const store = storeOfTreeToWrite(dir);
      const { file } = await store.createTemporaryFile({ dir, prefix: 'tmp', suffix: '' }, kind, call);
      try {
        // A separate write would meet the faults that a test has set up for its program.
        if (!isAnyMounted()) await file.write(PROBE, CURRENT, false);
      } finally {
        await file.close();
      }
      return dir;
    } catch (error) {
      if (saysNothing(error)) throw error;
      if (!isSystemError(error)) refusal ??= error as Error;
    }
  }
  throw refusal ?? systemError(systemErrorNumber('ENOENT'), 'open', dirs.at(-1));
}

// Whether an error says nothing about the directory. The next one would be taken in its place.
function saysNothing(error: unknown): boolean {
  return isEndOfCall(error) || isDescriptorShortage(error) || codeOf(error) === 'ENOMEM';
}
