// Takes files' pages out of the page cache, so that reads of them are cold.
import { execFileSync } from 'node:child_process';

const program = `
import os, sys
for path in sys.argv[1:]:
    fd = os.open(path, os.O_RDONLY)
    os.fsync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)
`;

/** Drops the pages of files; throws where there is no Python to ask the kernel with. */
export function dropCache(...paths: string[]): void {
  execFileSync('python3', ['-c', program, ...paths]);
}
