// One PUT, with or without a condition. A condition that fails because of this write's own object is not a failure: a
// client that retries after a lost answer finds the object that it has just stored.
import { randomUUID } from 'node:crypto';

import type { Conditions, Requirement } from './conditions.js';
import { failed, isMissing, isRefused } from './failures.js';
import { type NewObject, type ObjectStore, ObjectStoreError, type StoreCall } from './object-store.js';

/** The largest object that one PUT can store. */
const LARGEST_PUT = 5 * 2 ** 30;
/** How often a PUT can conflict with a concurrent one before it rejects. */
const MOST_CONFLICTS = 5;
/** The metadata by which a write recognizes its own object. */
const WRITE_ID = 'uvfiles-write';

/** Metadata for one write, by which it is recognized afterwards. */
export type WriteId = Readonly<Record<typeof WRITE_ID, string>>;

export const newWriteId = (): WriteId => ({ [WRITE_ID]: randomUUID() });

/** Whether the current object at `key` was stored by the write with this id. */
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

/** Stores `data` at `key` if `required` holds. Otherwise, rejects with ESTALE or EEXIST. */
export async function putObject(
  { store, conditions }: { store: ObjectStore; conditions: Conditions },
  key: string,
  data: Uint8Array,
  required: Requirement | undefined,
  call: NewObject & StoreCall,
): Promise<void> {
  if (data.length > LARGEST_PUT) throw failed('EFBIG', 'write');
  if (required === undefined) {
    await store.put(key, data, call);
    return;
  }
  const condition = await conditions.forPut(required);
  const id = newWriteId();
  const metadata = { ...call.metadata, ...id };
  for (let conflicts = 0; ; conflicts++) {
    try {
      await store.put(key, data, { ...condition, ...call, metadata });
      return;
    } catch (error) {
      if (mayHaveLanded(error) && (await hasLanded(store, key, id, call))) return;
      if (isConflict(error) && conflicts < MOST_CONFLICTS) continue;
      throw refusal(error, required);
    }
  }
}

/** The error of a conditional write in Node's shape, if the condition did not hold. */
export function refusal(error: unknown, required: Requirement | undefined): unknown {
  if (required === undefined || !(error instanceof ObjectStoreError)) return error;
  // AWS answers an If-Match with 404 if there is no object.
  const gone = isMissing(error) && error.code !== 'NoSuchBucket' && error.code !== 'NoSuchUpload';
  if (!isRefused(error) && !gone) return error;
  return failed('absent' in required ? 'EEXIST' : 'ESTALE', 'open', error.cause ?? error);
}

/** Whether the write may have succeeded in spite of the error: there was no answer, or the answer is that of a retry. */
export function mayHaveLanded(error: unknown): boolean {
  if (!(error instanceof ObjectStoreError)) return false;
  return error.status === undefined || error.status >= 500 || error.attempts > 1;
}

// Another write of the same key is in progress.
function isConflict(error: unknown): boolean {
  return error instanceof ObjectStoreError && error.status === 409;
}
