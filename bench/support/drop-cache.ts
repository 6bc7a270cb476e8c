// Removes files' pages from the page cache, so that reads of them are uncached.
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

/** Drops the pages of files. Throws if Python, which makes the system call, is missing. */
export function dropCache(...paths: string[]): void {
  execFileSync('python3', ['-c', program, ...paths]);
}

/** Drops all unused names and inodes of the system. Throws if the process is not permitted to. */
export function dropNames(): void {
  execFileSync('sync');
  writeFileSync('/proc/sys/vm/drop_caches', '2');
}
