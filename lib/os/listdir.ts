// listdir: the names in a directory.
import { pathToRead } from '../arguments/checked-path.js';
import { type EncodingOptions, wantsBytes } from '../arguments/encoding.js';
import type { Path } from '../arguments/path.js';
import { splitBuffers, splitNames } from '../native/names.js';
import { opOptions, runPatiently } from '../native/run-patiently.js';
import { SCAN_DIRECTORY } from '../native/task-kinds.js';
import type { OpOptions } from '../schedule/options.js';

const NAMES_ONLY = 1;

/**
 * The names in a directory, without "." and "..", in no order.
 * @param path the working directory unless told
 * @returns strings, or Buffers with `{ encoding: 'buffer' }`
 * @throws the system's errors in Node's shape (ENOENT, ENOTDIR), TypeError for bad arguments, AbortError, TimeoutError
 * @example for (const name of await os.listdir('inbox')) console.log(name);
 */
export function listdir(path: Path | undefined, o: OpOptions & { encoding: 'buffer' }): Promise<Buffer[]>;
export function listdir(path?: Path, o?: OpOptions & EncodingOptions): Promise<string[]>;
export async function listdir(
  path: Path = '.',
  o?: OpOptions & EncodingOptions,
): Promise<string[] | Buffer[]> {
  const asBytes = wantsBytes(o?.encoding);
  const names = await runPatiently(SCAN_DIRECTORY, [pathToRead(path)], [NAMES_ONLY], opOptions(o), 'scandir');
  return asBytes ? splitBuffers(names, 0) : splitNames(names, 0);
}
