// Whole files in one operation of the addon's queue, or none if they are small and cached.
import { constants } from 'node:fs';

import { isDescriptorShortage } from '../../errors/index.js';
import { rejectWhereAwaited } from '../../errors/where-awaited.js';
import type { FilePath } from '../../filesystem/filesystem.js';
import type { GivenOptions } from '../../schedule/options.js';
import { addon } from '../addon.js';
import { retryOnDescriptors } from '../descriptor-wait.js';
import { deferred, FEW_DEFERRED, mayDefer, mayInline } from '../inline-budget.js';
import { readFileCached } from '../inline-paths.js';
import * as P from '../protocol.js';
import * as R from '../requests.js';
import { sharedWhole } from '../sharing.js';

/**
 * Reads a whole file: immediately if it is small and cached.
 * @param most the size from which on a regular file is EFBIG. 0: none
 */
export function readWhole(path: FilePath, most: number, o: GivenOptions): Promise<Buffer> {
  if (sharedWhole(o)) {
    // Below.
  } else if (mayInline(o)) {
    const bytes = readFileCached(path, o);
    if (bytes !== undefined) return Promise.resolve(bytes);
  } else if (mayDefer(FEW_DEFERRED, o)) {
    return deferred(undefined, () => readWhole(path, most, o));
  }
  return readFilePooled(path, most, o).catch((error: unknown) =>
    isDescriptorShortage(error)
      ? retryOnDescriptors(() => readFilePooled(path, most, o), error, o)
      : rejectWhereAwaited(error as Error),
  );
}

function readFilePooled(path: FilePath, most: number, o: GivenOptions): Promise<Buffer> {
  const slot = R.begin(P.KIND_READ_FILE, R.AS_BYTES, undefined);
  R.name(slot, 'open', path);
  const refused = R.applyOptions(slot, o, true);
  if (refused !== undefined) return refused;
  R.args[P.ARG_OPEN_FLAGS] = constants.O_RDONLY;
  R.args[P.ARG_SIZE] = most;
  addon.submitPath(path);
  return R.sent(slot);
}
