// copytree: copies a directory and everything in it.
import { callback, flag, optionReader } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import type { CopyHooks } from '../filesystem/generic/copy.js';
import { copyTreeBetween } from '../filesystem/generic/copy-tree.js';
import { textOf } from '../filesystem/mounted-path.js';
import { storeOfTreeToRead, storeOfTreeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';
import { unlessEnded } from '../schedule/watch-call.js';

/** Options of `copytree`. */
export interface CopytreeOptions extends OpOptions {
  /** True copies links as links, false copies their targets. Default true. */
  symlinks?: boolean | undefined;
  /** Copies into an existing directory, over files with the same names. Default false. */
  existOk?: boolean | undefined;
  /** Keeps times, modes and extended attributes. Default true. */
  preserve?: boolean | undefined;
  /** False keeps files that exist already. Default true: they are replaced. Matters with `existOk`. */
  overwrite?: boolean | undefined;
  /**
   * Called with the paths of `src` itself and of each file, link and directory below it, some at a time. A false answer, or a
   * promise of one, leaves it out; a directory with all that is in it.
   */
  filter?: ((src: string, dst: string) => boolean | Promise<boolean>) | undefined;
  /** Called after each file. */
  onProgress?: ((progress: CopytreeProgress) => unknown) | undefined;
}

/** How far the copy of a tree has come. */
export interface CopytreeProgress {
  /** The file that has just been copied. */
  readonly src: string;
  /** Its copy. */
  readonly dst: string;
  /** Files that have been copied so far, links included. */
  readonly files: number;
  /** Bytes that have been copied so far. */
  readonly bytes: number;
}

const readOptions = optionReader({
  symlinks: flag(true),
  existOk: flag(false),
  preserve: flag(true),
  overwrite: flag(true),
  filter: callback<(src: string, dst: string) => boolean | Promise<boolean>>(),
  onProgress: callback<(progress: CopytreeProgress) => unknown>(),
});

type Options = ReturnType<typeof readOptions>;

/**
 * Copies a directory tree, and creates missing parent directories of `dst`. Stops at the first error or abort. Files that
 * have been copied by then stay, and each of them is complete.
 * @param o `symlinks` (true), `existOk` (false), `preserve` (true), `overwrite` (true), `filter`, `onProgress`, `signal`, `lane`,
 *   `timeout`. What `filter` or `onProgress` throws ends the copy.
 * @returns nothing
 * @throws the system's errors in Node's shape with `path` and `dest`: EEXIST if `dst` exists (unless `existOk`),
 *   EINVAL if it is inside `src`, ELOOP if followed links lead back; TypeError for bad paths, AbortError, TimeoutError
 * @cancelling stops at the next entry or batch; changes made by then remain
 * @platforms as `copy`. Windows creates links only if the user has permission to
 * @example await os.copytree('template', 'site');
 */
export async function copytree(src: Path, dst: Path, o?: CopytreeOptions): Promise<void> {
  const options = readOptions(o);
  const from = toPathBytes(src, 'src');
  const to = toPathBytes(dst, 'dst');
  const source = storeOfTreeToRead(from);
  const target = storeOfTreeToWrite(to);
  const hooks = hooksOf(options);
  if (source === target && hooks === undefined) await source.copyTree(from, to, options, options.call);
  else await copyTreeBetween(source, from, target, to, options, options.call, hooks);
}

// Undefined if the caller has neither, because the store's own copy is faster.
function hooksOf({ overwrite, filter, onProgress, call }: Options): CopyHooks | undefined {
  if (overwrite && filter === undefined && onProgress === undefined) return undefined;
  let files = 0;
  let bytes = 0;
  return {
    overwrite,
    filter:
      filter === undefined ? undefined : (src, dst) => unlessEnded(filter(textOf(src), textOf(dst)), call),
    onFile:
      onProgress === undefined
        ? undefined
        : (src, dst, size) => {
            files++;
            bytes += size;
            return unlessEnded(onProgress({ src: textOf(src), dst: textOf(dst), files, bytes }), call);
          },
  };
}
