// exists and lexists: is there such a path?
import type { Path } from '../arguments/path.js';
import type { OpOptions } from '../schedule/options.js';
import { lstat, stat } from './stat.js';

/** False for an error of the system, which says that there is no telling; anything else is thrown. */
export function falseWhereTheSystemRefuses(error: unknown): false {
  if (typeof (error as { errno?: unknown } | null)?.errno === 'number') return false;
  throw error;
}

/**
 * Whether the path leads to something; false for a link to nothing, and where the system does not tell.
 * @throws TypeError for a bad path, AbortError, TimeoutError
 * @example if (!(await os.exists('config.json'))) await writeDefaults();
 */
export async function exists(path: Path, o?: OpOptions): Promise<boolean> {
  try {
    await stat(path, o);
    return true;
  } catch (error) {
    return falseWhereTheSystemRefuses(error);
  }
}

/** The same, true also for a link to nothing. */
export async function lexists(path: Path, o?: OpOptions): Promise<boolean> {
  try {
    await lstat(path, o);
    return true;
  } catch (error) {
    return falseWhereTheSystemRefuses(error);
  }
}
