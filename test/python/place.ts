// Where the files of sequences are, by UVFILES_TEST_FS: on the disk, in `memory`, in an object store in memory (`objects`), or in
// Ceph (`ceph`).
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, basename } from 'node:path';
import { readBytes } from 'uvfiles';
import { mount } from 'uvfiles/filesystem';
import { objectFiles, type ObjectStore } from 'uvfiles/s3';
import { memoryFiles } from 'uvfiles/testing';

const where = process.env.UVFILES_TEST_FS;
/** Bytes of a window of reading ahead. Small ones put borders into small files. */
const WINDOWS = [0, 1, 3, 17, 8 << 20];
let mounts = 0;
let bucket: Promise<ObjectStore> | undefined;

export interface Place {
  path: string;
  /** What the file has in the end, as hexadecimal text. Null for no file. */
  readonly end: () => string | null | Promise<string | null>;
}

/** Whether files there cannot be changed in place, so that only sequences that read can run. */
export const isReadOnly = where === 'objects' || where === 'ceph';

/** A file with that content: hexadecimal text, or null for no file. */
export async function place(path: string, content: string | null): Promise<Place> {
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

function inMemory(path: string, bytes: Buffer | null): Place {
  const at = `${dirname(path)}/mount-${mounts++}`;
  const name = basename(path);
  const files = memoryFiles(bytes === null ? {} : { [name]: bytes }, { at });
  const end = () => {
    const left = files.tree()[name];
    files.unmount();
    return left === undefined ? null : Buffer.from(left as Buffer).toString('hex');
  };
  return { path: `${at}/${name}`, end };
}

async function asObject(bytes: Buffer | null): Promise<Place> {
  const id = mounts++;
  const store = await (bucket ??= openBucket());
  const key = `fuzz-${process.pid}-${id}`;
  const prefix = `s3://fuzz-${id}`;
  if (bytes !== null) await store.put(key, bytes, {});
  const mounted = mount(prefix, objectFiles(store, { readAhead: WINDOWS[id % WINDOWS.length]! }));
  const path = `${prefix}/${key}`;
  const end = async () => {
    try {
      return (await readBytes(path)).toString('hex');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return null;
    } finally {
      await store.delete([key], {});
      mounted.unmount();
    }
  };
  return { path, end };
}

async function openBucket(): Promise<ObjectStore> {
  if (where === 'objects') return new (await import('../s3/support/memory-store.ts')).MemoryStore();
  const { BUCKET, SERVERS, signedOn } = await import('../s3/support/targets.ts');
  return signedOn({ ...SERVERS.ceph!, bucket: BUCKET });
}
