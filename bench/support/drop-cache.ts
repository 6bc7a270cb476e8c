// Takes files' pages out of the page cache, so that reads of them are cold.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

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

/** Drops all names and inodes of the system that nobody uses; throws where the process may not. */
export function dropNames(): void {
  execFileSync('sync');
  writeFileSync('/proc/sys/vm/drop_caches', '2');
}
