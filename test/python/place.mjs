// Where the files of sequences are, by UVFILES_TEST_FS: on the disk, in `memory`, in an object store in memory (`objects`), or in
// Ceph (`ceph`).
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, basename } from 'node:path';
import { readBytes } from '../../dist/esm/index.js';
import { mount } from '../../dist/esm/filesystem/index.js';
import { objectFiles, signedStore } from '../../dist/esm/s3/index.js';
import { memoryFiles } from '../../dist/esm/testing/index.js';

const where = process.env.UVFILES_TEST_FS;
/** Bytes of a window of reading ahead. Small ones put borders into small files. */
const WINDOWS = [0, 1, 3, 17, 8 << 20];
let mounts = 0;
let bucket;

/** Whether files there cannot be changed in place, so that only sequences that read can run. */
export const isReadOnly = where === 'objects' || where === 'ceph';

/** A file with that content (null: none): its path, and what it has in the end, as hexadecimal text. */
export async function place(path, content) {
  const bytes = content === null ? null : Buffer.from(content, 'hex');
  if (where === 'memory') return inMemory(path, bytes);
  if (isReadOnly) return asObject(bytes);
  rmSync(path, { force: true });
  if (bytes !== null) writeFileSync(path, bytes);
  const end = () => {
    try {
      return readFileSync(path, 'hex');
    } catch {
      return null;
    }
  };
  return { path, end };
}

function inMemory(path, bytes) {
  const at = `${dirname(path)}/mount-${mounts++}`;
  const name = basename(path);
  const files = memoryFiles(bytes === null ? {} : { [name]: bytes }, { at });
  const end = () => {
    const left = files.tree()[name];
    files.unmount();
    return left === undefined ? null : Buffer.from(left).toString('hex');
  };
  return { path: `${at}/${name}`, end };
}

async function asObject(bytes) {
  const id = mounts++;
  const store = await (bucket ??= openBucket());
  const key = `fuzz-${process.pid}-${id}`;
  const prefix = `s3://fuzz-${id}`;
  if (bytes !== null) await store.put(key, bytes, {});
  const mounted = mount(prefix, objectFiles(store, { readAhead: WINDOWS[id % WINDOWS.length] }));
  const path = `${prefix}/${key}`;
  const end = async () => {
    try {
      return (await readBytes(path)).toString('hex');
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
      return null;
    } finally {
      await store.delete([key], {});
      mounted.unmount();
    }
  };
  return { path, end };
}

async function openBucket() {
  if (where === 'objects') return new (await import('../s3/support/memory-store.ts')).MemoryStore();
  const { BUCKET, SERVERS } = await import('../s3/support/targets.ts');
  return signedStore({ ...SERVERS.ceph, bucket: BUCKET });
}
