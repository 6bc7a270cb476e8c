// The answer of statvfs, as the addon packs it.
import type { StatVfs } from '../../filesystem/filesystem.js';
import { uint64At } from '../records.js';

const FIELDS = [
  'bsize',
  'frsize',
  'blocks',
  'bfree',
  'bavail',
  'files',
  'ffree',
  'favail',
  'flag',
  'namemax',
  'fsid',
] as const;

export function statVfsOf(answer: Buffer): StatVfs {
  return Object.fromEntries(
    FIELDS.map((name, index) => [name, uint64At(answer, index * 8)]),
  ) as unknown as StatVfs;
}
