// Copies within one bucket: by the server, and through this process only if the server's copy does not guarantee
// enough.
import type { CallOptions } from '../filesystem/filesystem.js';
import type { Requirement } from './conditions.js';
import { failed, isMissing, isRefused } from './failures.js';
import { deleteKeys, Lookup } from './lookup.js';
import { knownSize } from './memory.js';
import type { DeleteCall, ObjectInfo, StoreCall } from './object-store.js';
import { ObjectReader } from './object-reader.js';
import { ObjectWriter, type Target } from './object-writer.js';
import { Upload } from './upload.js';

/** The size of each part that the server copies. */
const COPIED_PART = 1 << 30;
/** The number of bytes that are in memory at a time if the server does not copy. */
const PIECE = 1 << 20;

/** How large an object the server copies in one request, and how much is read ahead if the server does not copy. */
export interface CopyLimits {
  readonly copyLimit: number;
  readonly readAhead: number;
}

/** Copies one object within the server: in one request up to `copyLimit`, in parts above. */
export async function copyObject(
  target: Target & CopyLimits,
  from: string,
  info: ObjectInfo,
  to: string,
  call: StoreCall,
): Promise<void> {
  const { store, copyLimit } = target;
  knownSize(info.size, 'copyfile');
  if (info.size <= copyLimit) return store.copy({ key: from }, to, call);
  const { contentType, metadata } = info;
  const upload = await Upload.begin(store, to, target.parts, { contentType, metadata });
  await upload.during(call.signal, async () => {
    const part = Math.min(COPIED_PART, copyLimit);
    for (let start = 0; start < info.size; start += part)
      await upload.add({ key: from, start, end: Math.min(start + part, info.size) });
    await upload.arrived();
    // If the source has been replaced meanwhile, the copy would be a mixture. Ceph ignores a condition on the source, and in
    // Swift it never holds for objects in parts.
    if ((await store.head(from, call)).etag !== info.etag) throw failed('ESTALE', 'copyfile');
  });
  await upload.complete({}, undefined);
}

/** How often the source can be replaced during a move before it rejects. */
const MOST_RESTARTS = 3;

/**
 * Copies one object within the server, then deletes the source. If the source has been replaced meanwhile, the new one is copied, too.
 *
 * Where the server does not honour `If-Match` for deletions, the source is checked with a HEAD right before. What is written to it
 * between the HEAD and the DELETE is lost.
 */
export async function moveObject(
  target: Target & CopyLimits,
  from: string,
  info: ObjectInfo,
  to: string,
  call: StoreCall,
): Promise<void> {
  let copied = info;
  for (let restarts = 0; ; restarts++) {
    await copyObject(target, from, copied, to, call);
    const other = await deleteCopied(target, from, copied.etag, call);
    if (other === undefined) return;
    if (restarts === MOST_RESTARTS) throw failed('ESTALE', 'rename');
    copied = other;
  }
}

/** Deletes the object with this ETag. If the key has another object, resolves to that one, and deletes nothing. */
export async function deleteCopied(
  target: Target,
  key: string,
  etag: string,
  call: StoreCall,
): Promise<ObjectInfo | undefined> {
  const { store, conditions } = target;
  const ifMatch = await conditions.forDelete(etag);
  const remove = (o: DeleteCall): Promise<void> =>
    deleteKeys(store, [key], o).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  if (ifMatch !== undefined) {
    try {
      await remove({ ...call, ifMatch });
      return undefined;
    } catch (error) {
      if (!isRefused(error)) throw error;
      // It has been replaced, or the server compares another ETag, as Swift does for objects that were uploaded in parts.
    }
  }
  const info = await new Lookup(store).find(key, call);
  if (info === undefined) return undefined; // what is written from now on was never copied
  if (info.etag !== etag) return info;
  await remove(call);
  return undefined;
}

/**
 * Copies one object to a key without an object. No known server supports a conditional copy, but some support a
 * conditional PUT. So the bytes pass through this process.
 */
export async function copyNew(
  target: Target & CopyLimits,
  from: string,
  info: ObjectInfo,
  to: string,
  call: CallOptions,
): Promise<void> {
  const { store } = target;
  knownSize(info.size, 'copyfile');
  const required: Requirement = { absent: true };
  if (await new Lookup(store).isObject(to, { signal: call.signal })) throw failed('EEXIST', 'copyfile');
  await target.conditions.forPut(required);
  const { etag, size, modified, contentType, metadata } = info;
  const source = new ObjectReader(
    { store, key: from, etag, size },
    { modified, readAhead: target.readAhead, concurrency: 1 },
  );
  const copy = new ObjectWriter(target, to, required, { contentType, metadata });
  try {
    for (let at = 0; at < size; at += PIECE) await copy.pwrite(await source.pread(PIECE, at, call), at, call);
  } catch (error) {
    await copy.abort();
    throw error;
  } finally {
    await source.close();
  }
  await copy.close();
}
