// What fails of the mocha suite on Node for Windows under wine, and why, test by test: wine-suite.ts fails for what is not
// here, and for what is here and passes (but where `either` says that it may). `whose`: "windows" is a difference that docs/platforms.md tells of or that the
// system has from POSIX, "wine" is wine's alone, "test" is a test that takes a POSIX system for granted.

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
        'mkstemp and mkdtemp > take dir as a string, a URL, bytes that are no UTF-8, and relative to the current directory',
      ],
      'os/names-and-attributes': ['os > keeps names that are no UTF-8 when asked for bytes'],
      'path/path': ['path > makes paths of bytes absolute that are no UTF-8'],
      'whole-file/whole-files': ['whole files > stats many paths in order, as Stats, BigIntStats or Error'],
    },
  },
  {
    whose: 'windows',
    why: "modes know the owner's right to write only, and there is no umask",
    tests: {
      'open/modes': ['open > creates with the permissions asked for, less the umask'],
      'tempfile/mkstemp': ['mkstemp and mkdtemp > are 0600 and 0700 whatever the umask'],
      'tempfile/temporary-file': [
        'a named temporary file > can be opened by its name by others, and is removed with close',
      ],
      'tempfile/spooled-files': [
        'spooledTemporaryFile > rolls over when told, once, keeping position and content',
      ],
      'tempfile/temporary-directory': [
        'temporaryDirectory > is an empty directory of mode 0700, named as told',
        'temporaryDirectory > removes a symbolic link to a directory, and leaves what it leads to as it was',
      ],
      'os/names-and-attributes': [
        'os > changes modes, owners and times',
        'os > makes no directory that is there, and removes none that is full',
      ],
      'os/directories': ['directories > makes a chain of directories, only the last with the mode'],
      'os/copy-move-and-remove': [
        'copies > copies a file with its permission bits, to a path or into a directory',
      ],
      'whole-file/atomic-replacement': [
        'writeAtomic > keeps mode, owner and attributes of the old file, and applies the umask to a new one',
      ],
      'whole-file/open-atomic-commit': [
        'openAtomic > gives the file the mode asked for, also one that its owner may not write to',
      ],
    },
  },
  {
    whose: 'windows',
    why: 'a temporary file without a name has one that nobody can guess',
    tests: {
      'tempfile/temporary-file': ['a temporary file without a name > is in no directory while it is open'],
      'tempfile/spooled-files': [
        'spooledTemporaryFile > stays in memory up to maxSize bytes and leaves it with the first byte more',
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
          `the end of the process > leaves nothing after ${signal}, of which the program dies`,
          `the end of the process > leaves nothing after ${signal} while the program is stuck in a loop`,
        ]),
        'the end of the process > leaves nothing when the same signal comes several times',
        'the end of the process > is decided by the program’s own listener, and the exit path cleans up',
        'the end of the process > goes on after a listener that only listens, with everything in place',
        'the end of the process > cleans up again once the last listener is gone',
        'the end of the process > is not to be seen among the listeners of signals',
        'the end of the process > of a child process does not touch what its parent has made',
        'the end of the process > by a signal or process.exit leaves nothing of its workers',
      ],
    },
  },
  {
    whose: 'windows',
    why: 'a backslash in a pattern separates names and escapes nothing',
    tests: { 'os/glob-results': ['glob > takes escaped characters as they are, and case as told'] },
  },
  {
    whose: 'wine',
    why: 'wine 8 says that it has made a symbolic link, and makes none',
    tests: {
      'tempfile/temporary-directory': [
        'temporaryDirectory > is not followed when a link has taken its own place',
      ],
      'os/names-and-attributes': [
        'os > gives Stats and BigIntStats as node:fs does',
        'os > links, reads links and follows them',
      ],
      'os/directories': ['directories > gives entries that know what they are'],
      'os/walk': [
        'walk > follows links when asked to, and not in circles',
        'walk > with stat > gives the status of every entry, of links themselves',
      ],
      'os/glob-results': ['glob > goes through links by name and not by **, unless told'],
      'os/copy-move-and-remove': [
        'copies > refuses to overwrite when exclusive, and to copy a file onto itself',
        'copies > copies a tree, links as they stand, with modes and times',
        'copies > copies into what is there only when told, never a tree into itself, and follows links when told',
      ],
      'path/path': [
        'path > tells what is there',
        'path > measures files, times in milliseconds',
        'path > knows the same file under two names, and two descriptors of it',
      ],
      'python/aiofiles-os': [
        'as aiofiles.os > exists, isfile, isdir and islink tell what is there',
        'as aiofiles.os > symlink and readlink make and read a link',
        'as aiofiles.os > samefile and sameopenfile know one file from two',
      ],
      'whole-file/atomic-replacement': ['writeAtomic > writes to what a link leads to, and keeps the link'],
    },
  },
  {
    whose: 'wine',
    why: 'wine says EIO of a position that the disk cannot have, to node:fs too',
    tests: { 'file/positional': ['positional I/O > passes 63-bit positions on exactly'] },
  },
  {
    whose: 'wine',
    why: "node:fs's own working directory is longer than wine tells",
    tests: { 'os/walk': ['walk > goes deeper than a path may be long'] },
  },
  {
    whose: 'wine',
    why: 'a server of node:http under wine closes what fetch asks of it',
    tests: {
      'file/web-streams': ['a readable stream of bytes > is a body for Response, and for fetch both ways'],
    },
  },
  {
    whose: 'windows',
    why: 'copies are not sparse',
    tests: { 'os/copy-move-and-remove': ['copies > leaves holes where they are'] },
  },
  {
    whose: 'windows',
    why: 'the current directory of a process cannot be removed',
    tests: {
      'tempfile/gettempdir': ['gettempdir > does without a current directory when another one serves'],
    },
  },
  {
    whose: 'windows',
    why: 'sockets have no descriptors',
    tests: { 'os/copy-move-and-remove': ['copies > sends more to a socket than it takes at a time'] },
  },
  {
    whose: 'test',
    why: 'TEMP and TMP cannot be taken out of the environment of a child: libuv puts them back',
    tests: {
      'tempfile/gettempdir': [
        'gettempdir > takes TMPDIR before TEMP before TMP before /tmp',
        'gettempdir > passes over what is missing, is no directory, or cannot be written to, and leaves nothing behind',
      ],
    },
  },
  {
    whose: 'test',
    why: 'starts sh, for its ulimit',
    tests: {
      'open/modes': ['open > waits for descriptors or says EMFILE, and goes on when there are some'],
      'tempfile/gettempdir': ['gettempdir > is looked for again after there was none'],
      'tempfile/full-disk': [
        'temporary files without descriptors > say EMFILE, leave nothing, and work again afterwards',
        'temporary files without descriptors > remove a directory as soon as somebody has closed one',
      ],
      'native/retry-on-emfile': [
        'at ulimit -n 64 > reads 5,000 files at once',
        'at ulimit -n 64 > reads 5,000 files at once while somebody else has all descriptors',
        'at ulimit -n 64 > writes whole files, with the bytes that were given at the call',
        'at ulimit -n 64 > goes on with lists, walks, listings, copies and atomic writes',
        'at ulimit -n 64 > stops waiting when aborted',
        'at ulimit -n 64 > tells the opener of more files than there may be',
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
    tests: { 'tempfile/mkstemp': ['mkstemp and mkdtemp > close the descriptor on exec'] },
  },
  {
    whose: 'test',
    why: 'makes a FIFO',
    tests: { 'native/memory': ['memory > a view spoilt under a read of a pipe loses none of its bytes'] },
  },
  {
    whose: 'test',
    why: 'starts python3',
    tests: {
      'python/fuzz': [
        'compared with Python > finds no difference in 2000 codecs',
        'compared with Python > finds no difference in 2000 sequences of operations on text files',
        'compared with Python > finds no difference in 2000 sequences of operations on binary files',
      ],
    },
  },
  {
    whose: 'windows',
    why: 'an atomic file that its process never commits has a name, and leaves it behind',
    tests: {
      'whole-file/open-atomic-commit': [
        'openAtomic > leaves nothing of a file that its process never committed',
      ],
    },
  },
];
