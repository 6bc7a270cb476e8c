// The tests of the mocha suite that fail on Node for Windows under wine, with the reasons. wine-suite.ts fails for failures that
// are not listed here, and for listed tests that pass (unless `either` allows it). `whose`: "windows" is a documented difference
// (docs/platforms.md) or one between Windows and POSIX, "wine" is a fault of wine, and "test" is a test that assumes a POSIX
// system.

interface KnownGap {
  whose: 'windows' | 'wine' | 'test';
  why: string;
  /** The tests may also pass. */
  either?: boolean;
  /** Titles of tests, by file. */
  tests: Record<string, string[]>;
}

export const KNOWN_GAPS: KnownGap[] = [
  {
    whose: 'windows',
    why: 'names are text: a path of bytes must be UTF-8',
    tests: {
      'open/modes': ['open > takes paths as strings, bytes and file: URLs, and keeps the name'],
      'tempfile/mkstemp': [
        'mkstemp and mkdtemp > accept dir as a string, a URL, bytes that are not UTF-8, and relative to the current directory',
      ],
      'os/names-and-attributes': ['os > returns names that are not UTF-8 as bytes if requested'],
      'os/directories': ['directories > keeps the bytes of names that are not UTF-8'],
      'path/path': ['path > makes byte paths absolute that are not UTF-8'],
      'whole-file/atomic-replacement': [
        'writeAtomic > replaces the file that a link leads to if its name is not UTF-8',
      ],
      'whole-file/whole-files': ['whole files > stats many paths in order, as Stats, BigIntStats or Error'],
    },
  },
  {
    whose: 'windows',
    why: "modes know the owner's right to write only, and there is no umask",
    tests: {
      'open/modes': ['open > creates files with the given permissions, less the umask'],
      'tempfile/mkstemp': ['mkstemp and mkdtemp > have modes 0600 and 0700 regardless of the umask'],
      'tempfile/temporary-file': [
        'a named temporary file > can be opened by its name, and is removed by close',
      ],
      'tempfile/spooled-files': [
        'spooledTemporaryFile > rolls over once by rollover(), keeping position and content',
      ],
      'tempfile/spooled-temporary-file': [
        'a spooled file before and after it has left memory > answers stat alike, as Stats and as BigIntStats',
      ],
      'tempfile/temporary-directory': [
        'temporaryDirectory > is an empty directory of mode 0700 with the given prefix and suffix',
        'temporaryDirectory > removes a symbolic link to a directory, and leaves what it leads to as it was',
      ],
      'os/names-and-attributes': [
        'os > changes modes, owners and times',
        'os > rejects mkdir of an existing directory, and rmdir of one that is not empty',
      ],
      'os/directories': ['directories > makes a chain of directories, only the last with the mode'],
      'os/copy-move-and-remove': [
        'copies > copies a file with its permission bits, to a path or into a directory',
      ],
      'os/copies': ['copies with filter and progress > copy reports the number of copied bytes'],
      'whole-file/update-atomic': ['lockFile > creates the file, and leaves it'],
      'whole-file/atomic-replacement': [
        'writeAtomic > keeps mode, owner and attributes of the old file, and applies the umask to a new one',
      ],
      'whole-file/open-atomic-commit': [
        'openAtomic > creates the file with the given permissions, even if its owner cannot write to it',
      ],
    },
  },
  {
    whose: 'windows',
    why: 'a temporary file without a name has one that nobody can guess',
    tests: {
      'tempfile/temporary-file': ['a temporary file without a name > is in no directory while it is open'],
      'tempfile/spooled-files': [
        'spooledTemporaryFile > stays in memory up to maxSize bytes, and moves to disk with the next byte',
      ],
      'tempfile/process-end': [
        'the end of the process > leaves nothing when it is normal',
        'the end of the process > leaves nothing when it is process.exit',
        'the end of the process > leaves nothing when it is process.exit in an exit listener’s sight',
      ],
    },
  },
  {
    whose: 'windows',
    why: 'there are no signals: kill() ends a process at once, and it runs nothing more',
    tests: {
      'tempfile/process-end': [
        ...['SIGINT', 'SIGTERM', 'SIGHUP'].flatMap((signal) => [
          `the end of the process > leaves nothing after ${signal} has ended the program`,
          `the end of the process > leaves nothing after ${signal} while the program is stuck in a loop`,
        ]),
        'the end of the process > leaves nothing when the same signal comes several times',
        'the end of the process > is left to the listener of the program, and the files are removed at exit',
        'the end of the process > leaves all files in place if a listener lets the program continue',
        'the end of the process > removes the files again after the last listener is removed',
        'the end of the process > is detected without listeners of signals',
        'the end of the process > of a child process does not remove the files of its parent',
        'the end of the process > by a signal or process.exit leaves nothing of its workers',
      ],
    },
  },
  {
    whose: 'windows',
    why: 'a backslash in a pattern separates names and escapes nothing',
    tests: {
      'os/glob-results': ['glob > matches escaped characters literally, and ignores case with noCase'],
    },
  },
  {
    whose: 'wine',
    why: 'wine 8 says that it has made a symbolic link, and makes none',
    tests: {
      'tempfile/temporary-directory': [
        'temporaryDirectory > is not followed when it has been replaced by a link',
      ],
      'os/names-and-attributes': [
        'os > resolves to Stats and BigIntStats, as node:fs does',
        'os > creates, reads and follows links',
      ],
      'os/directories': [
        'directories > yields entries with their types',
        'directories > rejects renames below a dangling link',
      ],
      'os/walk': [
        'walk > follows links with followSymlinks, but not in circles',
        'walk > with stat > yields the Stats of every entry, and of links themselves',
      ],
      'os/glob-results': ['glob > follows links by name, and with ** only with followSymlinks'],
      'errors/system-errors': ['errors > name an empty path, as those of node:fs do'],
      'os/copies': [
        'copies with filter and progress > copytree omits what filter rejects',
        'copies with filter and progress > copytree reports its progress, and keeps existing files with overwrite: false',
        'copies with filter and progress > copytree refuses a directory where a link to one is, with and without hooks',
        'copies with filter and progress > copytree names both paths if it cannot copy the directory, or not to that place',
        'emptyDir > reaches every entry by a path that leads through one of them',
      ],
      'os/move': ['move > leaves a link to a directory in place if it is moved to its own name'],
      'os/makedirs': ['makedirs > rejects where a file or a dangling link is in the way'],
      'os/copy-move-and-remove': [
        'copies > rejects with ELOOP for a link that leads to itself, and removes nothing',
        'copies > refuses to overwrite when exclusive, and to copy a file onto itself',
        'copies > copies a tree, links as they stand, with modes and times',
        'copies > copies into an existing directory only with existOk, never a tree into itself, and follows links with symlinks: false',
      ],
      'path/path': [
        'path > reports whether a path exists, and what it is',
        'path > returns sizes in bytes and times in milliseconds',
        'path > recognizes the same file by two names, and by two descriptors',
      ],
      'python/aiofiles-os': [
        'os and path, as in the tests of aiofiles > exists, isfile, isdir and islink report what a path leads to',
        'os and path, as in the tests of aiofiles > symlink creates a link, and readlink returns its target',
        'os and path, as in the tests of aiofiles > samefile and sameopenfile distinguish one file from two',
      ],
      'native/reentrancy': [
        'a call of the library within another one > by a subscriber to the channel changes no answer',
      ],
      'whole-file/atomic-replacement': [
        'writeAtomic > replaces the file that a link leads to, and keeps the link',
      ],
      'whole-file/following': ['following a file > continues with another file that a link leads to'],
      'whole-file/update-atomic': ['updateAtomic > keeps the mode of the file, and keeps a link'],
    },
  },
  {
    whose: 'wine',
    why: 'wine says EIO of a position that the disk cannot have, to node:fs too',
    tests: { 'file/positional': ['positional I/O > passes 63-bit positions exactly'] },
  },
  {
    whose: 'wine',
    why: 'wine has no renames with POSIX semantics (FileRenameInfoEx), which replace a file that is open',
    tests: {
      'native/fake-timers': ['global functions and clocks', 'those of node:timers, too'].map(
        (fakes) =>
          `fake timers > that replace ${fakes} > do not stop locks, whole jobs, loops over lines and temporary files`,
      ),
      'whole-file/changed-directory': [
        'a relative path of a call that waits > leads updateAtomic to the file that it has read',
      ],
      'whole-file/update-atomic': [
        'updateAtomic > passes the content to the callback, or null if there is no file',
        'updateAtomic > loses no change of callers in one process, and gives them their turns in call order',
        'updateAtomic > waits for a lock of another process until its timeout or an abort',
        'updateAtomic > rejects after an abort or timeout while its callback is waiting, and lets the next call proceed',
        'updateAtomic > loses no change of 6 processes that sync',
        'updateAtomic > loses at most the update under way of each of 3 processes that are killed',
      ],
    },
  },
  {
    whose: 'windows',
    why: 'node:fs, which the test uses, does not replace a file that is open',
    tests: {
      'whole-file/following': [
        'following a file > continues with the file that replaces it, after the end of the old one',
      ],
      'whole-file/update-atomic': [
        'lockFile > locks the new file if the file has been replaced while it waited',
      ],
    },
  },
  {
    whose: 'windows',
    why: 'beneath() is not available',
    tests: {
      'arguments/permission-model': [
        'the permission model > also denies paths of beneath, realFileSystem and layers, and lets faults and noFiles work',
      ],
    },
  },
  {
    whose: 'wine',
    why: "node:fs's own working directory is longer than wine tells",
    tests: { 'os/walk': ['walk > walks deeper than the maximum length of a path'] },
  },
  {
    whose: 'wine',
    why: 'a server of node:http under wine closes what fetch asks of it',
    tests: {
      'file/web-streams': ['a readable stream of bytes > is a body for Response, and for fetch both ways'],
      'whole-file/sources': [
        'textFrom > gives lines of the body of an HTTP response, and ends the request when it is closed',
      ],
    },
  },
  {
    whose: 'windows',
    why: 'copies are not sparse',
    tests: { 'os/copy-move-and-remove': ['copies > preserves holes'] },
  },
  {
    whose: 'windows',
    why: 'the current directory of a process cannot be removed',
    tests: {
      'tempfile/gettempdir': [
        'gettempdir > works without a current directory if another candidate is usable',
      ],
    },
  },
  {
    whose: 'windows',
    why: 'sockets have no descriptors',
    tests: {
      'os/copy-move-and-remove': ['copies > sends more to a socket than it accepts at a time'],
      'os/sendfile': [
        'sendfile > uses no pool thread while its socket accepts nothing',
        'sendfile > reports how much was sent before an abort or timeout',
        'sendfile > continues when its socket accepts data again, and leaves the position after the sent data',
      ],
    },
  },
  {
    whose: 'test',
    why: 'TEMP and TMP cannot be taken out of the environment of a child: libuv puts them back',
    tests: {
      'tempfile/gettempdir': [
        'gettempdir > takes TMPDIR before TEMP before TMP before /tmp',
        'gettempdir > skips what is missing, is not a directory or is not writable, and leaves nothing behind',
      ],
    },
  },
  {
    whose: 'test',
    why: 'starts sh, for its ulimit',
    tests: {
      'open/modes': ['open > rejects with EMFILE without descriptors, and works again when there are some'],
      'tempfile/gettempdir': [
        'gettempdir > waits for a descriptor, in other functions until their call ends',
      ],
      'tempfile/full-disk': [
        'temporary files without descriptors > reject with EMFILE, leave nothing, and work again afterwards',
        'temporary files without descriptors > remove a directory as soon as descriptors are free',
      ],
    },
  },
  {
    whose: 'test',
    why: "compares with Linux's numbers of errors, or writes to /dev/full",
    tests: { 'errors/system-errors': ['errors > of a descriptor have no path'] },
  },
  {
    whose: 'test',
    why: 'reads /proc',
    tests: { 'tempfile/mkstemp': ['mkstemp and mkdtemp > open descriptors that are close-on-exec'] },
  },
  {
    whose: 'test',
    why: 'makes a FIFO',
    tests: { 'native/memory': ['memory > loses no bytes of a pipe when a view is detached during the read'] },
  },
  {
    whose: 'test',
    why: 'starts python3, or tsx',
    tests: {
      'python/fuzz': [
        'uvfiles compared with Python > shows no difference in 2000 inputs of codecs',
        'uvfiles compared with Python > shows no difference in 2000 sequences of operations on text files',
        'uvfiles compared with Python > shows no difference in 2000 sequences of operations on binary files',
        'uvfiles compared with Python > shows no difference in 2000 texts in the code pages of DOS, Windows and Macintosh',
        'uvfiles compared with Python > shows no difference in 2000 sequences of operations on two handles of one descriptor',
        'uvfiles compared with Python > shows no difference in 2000 sequences of operations on text files in memory',
        'uvfiles compared with Python > shows no difference in 2000 sequences of operations on binary files in memory',
        'uvfiles compared with Python > shows no difference in the sequences that once differed',
      ],
    },
  },
  {
    whose: 'windows',
    why: 'an atomic file that its process never commits has a name, and leaves it behind',
    tests: {
      'whole-file/open-atomic-commit': ['openAtomic > leaves nothing of a file that was never committed'],
    },
  },
];
