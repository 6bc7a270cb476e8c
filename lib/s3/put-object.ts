// One PUT, with or without a condition. What a condition says of an object that this very write has made is not taken
// for a failure: a client that tries again after a lost answer finds its own object there.
import { randomUUID } from 'node:crypto';

import type { Conditions, Requirement } from './conditions.js';
import { failed, isMissing, isRefused } from './failures.js';
import { type ObjectStore, ObjectStoreError, type StoreCall } from './object-store.js';

/** The largest object that one PUT can store. */
const LARGEST_PUT = 5 * 2 ** 30;
/** PUTs that lose against another one that is being made at the same moment, before it is given up. */
const MOST_CONFLICTS = 5;
/** The metadata that tells one's own object from another. */
const WRITE_ID = 'uvfiles-write';

/** Metadata for one write, by which it is known afterwards. */
export type WriteId = Readonly<Record<typeof WRITE_ID, string>>;

export const newWriteId = (): WriteId => ({ [WRITE_ID]: randomUUID() });

/** Whether the object that is at `key` now was stored by the write with this id. */
export async function hasLanded(
  store: ObjectStore,
  key: string,
  id: WriteId,
  call: StoreCall,
): Promise<boolean> {
  try {
    return (await store.head(key, call)).metadata?.[WRITE_ID] === id[WRITE_ID];
  } catch {
    return false;
  }
}

/** Stores `data` at `key`, where `required` holds. Rejects with ESTALE or EEXIST where it does not. */
export async function putObject(
  { store, conditions }: { store: ObjectStore; conditions: Conditions },
  key: string,
  data: Uint8Array,
  required: Requirement | undefined,
  call: StoreCall,
): Promise<void> {
  if (data.length > LARGEST_PUT) throw failed('EFBIG', 'write');
  if (required === undefined) {
    await store.put(key, data, call);
    return;
  }
  const condition = await conditions.forPut(required);
  const metadata = newWriteId();
  for (let conflicts = 0; ; conflicts++) {
    try {
      await store.put(key, data, { ...condition, ...call, metadata });
      return;
    } catch (error) {
      if (mayHaveLanded(error) && (await hasLanded(store, key, metadata, call))) return;
      if (isConflict(error) && conflicts < MOST_CONFLICTS) continue;
      throw refusal(error, required);
    }
  }
}

/** The error of a conditional write in Node's shape, where the condition did not hold. */
export function refusal(error: unknown, required: Requirement | undefined): unknown {
  if (required === undefined || !(error instanceof ObjectStoreError)) return error;
  // AWS answers 404 to an If-Match where nothing is there.
  const gone = isMissing(error) && error.code !== 'NoSuchBucket' && error.code !== 'NoSuchUpload';
  if (!isRefused(error) && !gone) return error;
  return failed('absent' in required ? 'EEXIST' : 'ESTALE', 'open', error.cause ?? error);
}

/** Whether the write may have been done all the same: no answer came, or the answer is that of a second try. */
export function mayHaveLanded(error: unknown): boolean {
  if (!(error instanceof ObjectStoreError)) return false;
  return error.status === undefined || error.status >= 500 || error.attempts > 1;
}

// Another write of the same key is under way.
function isConflict(error: unknown): boolean {
  return error instanceof ObjectStoreError && error.status === 409;
}
