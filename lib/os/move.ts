// move: renames a file or a tree, also across file systems.
import { readCall } from '../arguments/options.js';
import { nameFor, type Path, toPathBytes } from '../arguments/path.js';
import { moveBetween } from '../filesystem/generic/move.js';
import { storeOfTreeToRead, storeOfTreeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Moves a file or a directory tree by renaming it. If `dst` is on another file system, copies it with times, modes, owners
 * and extended attributes, syncs the copy, and then removes `src`. If the copy fails or is aborted, it is removed, and `src`
 * stays.
 * @param dst the new path, or a directory to move into
 * @returns the new path: a Buffer if `src` or `dst` is a byte path, which may not be UTF-8
 * @throws the system's errors in Node's shape with `path` and `dest`; EEXIST if the directory `dst` has such an entry,
 *   EINVAL if it is inside `src`; TypeError for bad paths, AbortError, TimeoutError
 * @cancelling a rename that runs is completed; a copy is removed, and `src` stays
 * @platforms Windows creates links on another volume only if the user may
 * @example await os.move('upload.tmp', '/srv/files/');
 */
export function move(src: string | URL, dst: string | URL, o?: OpOptions): Promise<string>;
export function move(src: Uint8Array, dst: Path, o?: OpOptions): Promise<Buffer>;
export function move(src: Path, dst: Uint8Array, o?: OpOptions): Promise<Buffer>;
export function move(src: Path, dst: Path, o?: OpOptions): Promise<string | Buffer>;
export async function move(src: Path, dst: Path, o?: OpOptions): Promise<string | Buffer> {
  const call = readCall(o);
  const from = toPathBytes(src, 'src');
  const to = toPathBytes(dst, 'dst');
  storeOfTreeToRead(from);
  const source = storeOfTreeToWrite(from);
  const target = storeOfTreeToWrite(to);
  const moved =
    source === target
      ? await source.moveInto(from, to, call)
      : await moveBetween(source, from, target, to, call);
  return nameFor(moved, src, dst);
}
