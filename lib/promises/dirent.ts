// fs.Dirent objects from the entries that a file system lists.
import { constants, Dirent } from 'node:fs';

import type { DirectoryItem, EntryType } from '../filesystem/filesystem.js';
import { encoded, type PlainPath } from './arguments.js';

/** How names are returned. */
export type Encoding = BufferEncoding | 'buffer';
type DirentConstructor = new (name: string | Buffer, type: number, path: string | Buffer) => Dirent;

// Node's numbers for the types of entries. Like the constructor of Dirent, they are not documented, but they have not
// changed since Node 10.
const TYPES = constants as unknown as Record<string, number>;
const TYPE_NUMBERS: Record<EntryType, number> = {
  unknown: TYPES.UV_DIRENT_UNKNOWN!,
  file: TYPES.UV_DIRENT_FILE!,
  directory: TYPES.UV_DIRENT_DIR!,
  symlink: TYPES.UV_DIRENT_LINK!,
  fifo: TYPES.UV_DIRENT_FIFO!,
  socket: TYPES.UV_DIRENT_SOCKET!,
  character: TYPES.UV_DIRENT_CHAR!,
  block: TYPES.UV_DIRENT_BLOCK!,
};

/** The bytes of a name. */
export const bytesOf = (name: PlainPath): Uint8Array => (typeof name === 'string' ? Buffer.from(name) : name);

/** An entry as an object of Node's class. */
export function direntOf(item: DirectoryItem, directory: string | Buffer, encoding: Encoding): Dirent {
  const name =
    encoding === 'utf8' && typeof item.name === 'string' ? item.name : encoded(bytesOf(item.name), encoding);
  return new (Dirent as unknown as DirentConstructor)(name, TYPE_NUMBERS[item.type], directory);
}
