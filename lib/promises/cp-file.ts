// One file's content from one file system to another, or within one.
import { systemError, systemErrorNumber } from '../errors/index.js';
import { copyFileInto } from '../filesystem/generic/copy.js';
import { statCall, type Store } from '../filesystem/store.js';
import type { GivenOptions } from '../schedule/options.js';
import { renamed } from './file-system-error.js';

/** The source and the target of a copy. */
export interface FileJob {
  readonly store: Store;
  readonly target: Store;
  readonly call: GivenOptions;
}

/** Copies the content and the permission bits of `from` to `to`, which must not be a directory. */
export async function copyContent(
  { store, target, call }: FileJob,
  from: string,
  to: string,
  { exclusive, preserve = false }: { exclusive: boolean; preserve?: boolean },
): Promise<void> {
  const there = await target.stat(to, statCall(true, false), call).catch(() => undefined);
  if (there?.isDirectory() === true) {
    // A source that cannot be copied is reported first.
    await store.stat(from, statCall(true, false), call).catch((error: unknown) => {
      throw renamed(error, 'copyfile', from, to);
    });
    const code = exclusive && !to.endsWith('/') ? 'EEXIST' : 'EISDIR';
    throw systemError(systemErrorNumber(code), 'copyfile', from, to);
  }
  // As in Node, copying a file to itself has no effect.
  if (there !== undefined && !exclusive && store === target && (await store.sameFile(from, to, call))) return;
  await copyFileInto(store, from, target, to, { exclusive, preserve, followSymlinks: true }, call);
}
