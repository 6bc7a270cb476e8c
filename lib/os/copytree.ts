// copytree: a directory with all that is in it under another name.
import { flag, optionReader } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { copyTreeBetween } from '../filesystem/generic/copy.js';
import { storeOfTreeToRead, storeOfTreeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/** Options of `copytree`. */
export interface CopytreeOptions extends OpOptions {
  /** True copies links as they stand, false what they lead to. Default true. */
  symlinks?: boolean | undefined;
  /** Copies into a directory that is there, over files of the same names. Default false. */
  existOk?: boolean | undefined;
  /** Keeps times, modes and extended attributes. Default true. */
  preserve?: boolean | undefined;
}

const readOptions = optionReader({ symlinks: flag(true), existOk: flag(false), preserve: flag(true) });

/**
 * Copies a tree, making the directories above `dst` as needed. It stops at the first failure, and what has been copied by
 * then stays; so does what an abort interrupts, whole files only.
 * @throws the system's errors in Node's shape with `path` and `dest`: EEXIST where `dst` is there (unless `existOk`),
 *   EINVAL where it is inside `src`, ELOOP where followed links lead back; TypeError for bad paths, AbortError, TimeoutError
 * @example await os.copytree('template', 'site');
 */
export async function copytree(src: Path, dst: Path, o?: CopytreeOptions): Promise<void> {
  const options = readOptions(o);
  const from = toPathBytes(src, 'src');
  const to = toPathBytes(dst, 'dst');
  const source = storeOfTreeToRead(from);
  const target = storeOfTreeToWrite(to);
  if (source === target) await source.copyTree(from, to, options, options.call);
  else await copyTreeBetween(source, from, target, to, options, options.call);
}
