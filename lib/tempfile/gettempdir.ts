// The directory for temporary files: the first one in which a file can be created.
import path from 'node:path';

import { checkTreePermission } from '../arguments/permission.js';
import { isDescriptorShortage } from '../errors/index.js';
import { isAnyMounted, realFiles, storeToWrite } from '../filesystem/mounts.js';
import type { Call } from '../schedule/call.js';

let cached: Promise<string> | undefined;
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
 * @throws ENOENT when there is no such directory; EMFILE, ENFILE if no descriptor becomes free for ten seconds
 * @cancelling takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example const where = await gettempdir();
 */
export function gettempdir(): Promise<string> {
  return findTempdir(undefined);
}

/** As `gettempdir`. Waits for a descriptor until `call` ends. */
export function findTempdir(call: Call | undefined): Promise<string> {
  // A mount may hide the directory that was found, and may be removed again.
  if (isAnyMounted()) return findMounted(call);
  return realFiles.withDescriptors(findOnce, call);
}

// Calls share one search, but not the wait for a descriptor, which ends with the call.
function findOnce(): Promise<string> {
  cached ??= find();
  return cached;
}

/** The directory, once it has been found. */
export function knownTempdir(): string | undefined {
  return isAnyMounted() ? undefined : known;
}

// Under --permission, only allowed directories are tried. If there is none, the call rejects with the permission error.
function permitted(dirs: string[]): string[] {
  let refusal: unknown;
  const allowed = dirs.filter((dir) => {
    try {
      checkTreePermission('fs.write', dir);
      return true;
    } catch (error) {
      refusal ??= error;
      return false;
    }
  });
  if (allowed.length === 0) throw refusal;
  return allowed;
}

async function find(): Promise<string> {
  try {
    const dirs = permitted(candidates());
    return (known = dirs[await realFiles.findTemporaryDirectory(dirs)] as string);
  } catch (error) {
    cached = undefined;
    throw error;
  }
}

async function findMounted(call: Call | undefined): Promise<string> {
  let failure: unknown;
  for (const dir of candidates()) {
    try {
      const place = { dir, prefix: 'tmp', suffix: '' };
      const kind = { anonymous: true, appending: false, deleteOnClose: true };
      await (await storeToWrite(dir).createTemporaryFile(place, kind, call)).file.close();
      return dir;
    } catch (error) {
      // Without a descriptor, the directory may still be the right one.
      if (isDescriptorShortage(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}
