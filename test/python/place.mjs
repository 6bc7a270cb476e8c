// Where the files of sequences are: on the disk, or in memory where UVFILES_TEST_FS is `memory`.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, basename } from 'node:path';
import { memoryFiles } from '../../dist/esm/testing/index.js';

const inMemory = process.env.UVFILES_TEST_FS === 'memory';
let mounts = 0;

/** A file with that content (null: none): its path, and what it has in the end, as hexadecimal text. */
export function place(path, content) {
  const bytes = content === null ? null : Buffer.from(content, 'hex');
  if (inMemory) {
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
