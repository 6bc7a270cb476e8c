// Takes a file's pages out of the page cache, so that reads of it are cold.
import { execFileSync } from 'node:child_process';

const program = `
import os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
os.fsync(fd)
os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
`;

/** Drops the pages of one file; throws where there is no Python to ask the kernel with. */
export function dropCache(path: string): void {
  execFileSync('python3', ['-c', program, path]);
}
