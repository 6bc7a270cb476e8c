// Questions about a path that are answered by its status.
import type { Stats } from 'node:fs';

import { falseWhereTheSystemRefuses } from '../filesystem/errors.js';

/** Whether the file `found` is of a kind. False if the system reports an error. */
export async function whether(found: Promise<Stats>, isOfKind: (stats: Stats) => boolean): Promise<boolean> {
  try {
    return isOfKind(await found);
  } catch (error) {
    return falseWhereTheSystemRefuses(error);
  }
}

/** For `whether`: any kind of file. */
export const isAnything = (): boolean => true;
/** For `whether`. */
export const isDirectory = (stats: Stats): boolean => stats.isDirectory();
