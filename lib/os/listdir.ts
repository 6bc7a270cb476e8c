// listdir: the names in a directory.
import { type EncodingOptions, readEncodingOptions } from '../arguments/encoding.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToRead } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Lists the names in a directory, without "." and "..", in arbitrary order.
 * @param path the directory. Default: the working directory
 * @returns strings, or Buffers with `{ encoding: 'buffer' }`
 * @throws the system's errors in Node's shape (ENOENT, ENOTDIR), TypeError for bad arguments, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms the same on Linux, macOS and Windows
 * @example for (const name of await os.listdir('inbox')) console.log(name);
 */
export function listdir(path: Path | undefined, o: OpOptions & { encoding: 'buffer' }): Promise<Buffer[]>;
export function listdir(path?: Path, o?: OpOptions & EncodingOptions): Promise<string[]>;
export async function listdir(
  path: Path = '.',
  o?: OpOptions & EncodingOptions,
): Promise<string[] | Buffer[]> {
  const { encoding: asBytes, call } = readEncodingOptions(o);
  const at = toPathBytes(path);
  const names = await storeToRead(at).names(at, asBytes, call);
  return asBytes
    ? (names as Buffer[])
    : names.map((name) => (typeof name === 'string' ? name : name.toString()));
}
