// Tests that run only on the real disk, with the reason: folders and files of tests, and single tests by a part of their
// titles. All others run on files in memory, too.

const PROGRAM = 'runs programs, which do not see the files in the memory of this process';
const DESCRIPTOR = 'is about descriptors, which files in memory do not have';
const KERNEL = 'is about the kernel: devices, mounts, processes, the current directory, its limits';
const ADDON = 'is about the addon and the thread pool';
const OWN = 'mounts file systems of its own';
const PACKAGE = 'is about the package, its documentation and its examples';

/** By path from the root of the project. If two match, the longer one counts. */
export const DISK_ONLY: Readonly<Record<string, string | Readonly<Record<string, string>>>> = {
  'test/arguments/bytes.': OWN,
  'test/arguments/every-function.': OWN,
  'test/arguments/permission-model.': PROGRAM,
  'test/cli/': PROGRAM,
  'test/docs.': PACKAGE,
  'test/errors/system-errors.': {
    "have node:fs's code": KERNEL,
    'of a pipe say that it is not seekable': KERNEL,
    'handles show their name, mode and state': DESCRIPTOR,
  },
  'test/file/cancelled-waits.': KERNEL,
  'test/file/exit-while-waiting.': KERNEL,
  'test/file/failing-disks.': PROGRAM,
  'test/file/fifos.': KERNEL,
  'test/file/garbage.': DESCRIPTOR,
  'test/file/handles.': {
    'writes nothing at exit if its descriptor belongs to another file by then': PROGRAM,
    'do not prevent cached reads without a thread': ADDON,
  },
  'test/file/large-files.': KERNEL,
  'test/file/layers.': { 'leaves the position of the descriptor directly after the line': DESCRIPTOR },
  'test/file/locks.': {
    'on a borrowed descriptor': DESCRIPTOR,
    'of another process are waited for': PROGRAM,
    'end with a terminated worker': PROGRAM,
    'end with a handle that is garbage collected': PROGRAM,
    'use no pool thread while 4,096 requests wait for one file': PROGRAM,
    'do not keep the process alive': PROGRAM,
    'exclude programs that use locks of their own': PROGRAM,
    'name the call that failed': PROGRAM,
  },
  'test/file/process-end.': PROGRAM,
  'test/file/raw-file.': {
    'leaves bytes that it read and could not deliver to the next user of the descriptor': DESCRIPTOR,
    'is closed although the position of its descriptor cannot be set': DESCRIPTOR,
  },
  'test/file/streams.': {
    'does not keep the handle of a stream that was dropped':
      'counts what the garbage collector closes in the whole process',
  },
  'test/file/writing.': { 'moves the descriptor to the position of the handle on flush': DESCRIPTOR },
  'test/filesystem/': OWN,
  'test/http/': DESCRIPTOR,
  'test/native/': ADDON,
  'test/open/modes.': {
    'that children do not inherit': DESCRIPTOR,
    'opens a descriptor, and closes it unless closefd is false': DESCRIPTOR,
    "starts at the position of a descriptor, and at the end in mode 'a'": DESCRIPTOR,
    'does not close a descriptor that it fails to open': DESCRIPTOR,
    'opens the file with the opener': DESCRIPTOR,
    "closes an opener's descriptor": DESCRIPTOR,
    'rejects after an abort or timeout while its opener is waiting, and closes a descriptor that is opened later':
      DESCRIPTOR,
  },
  'test/os/copy-move-and-remove.': {
    'preserves holes': DESCRIPTOR,
    'moves across file systems': KERNEL,
    'sends a range of a file to another file': DESCRIPTOR,
    'sends more to a socket than it accepts at a time': DESCRIPTOR,
  },
  'test/os/copy.': DESCRIPTOR,
  'test/os/few-descriptors.': PROGRAM,
  'test/os/glob-random.': PROGRAM,
  'test/os/names-and-attributes.': {
    'checks access for the real ids, and resolves to false for a missing path': PROGRAM,
    'truncates files, and returns file system information and the current directory': KERNEL,
  },
  'test/os/sendfile.': DESCRIPTOR,
  'test/os/slow-removals.': PROGRAM,
  'test/os/walk.': {
    'skips directories that it cannot list, or passes the error to onError, which may end the walk': PROGRAM,
    'walks deeper than the maximum length of a path': KERNEL,
  },
  'test/os/xattr.': KERNEL,
  'test/package/': PACKAGE,
  'test/path/path.': {
    'recognizes the same file by two names, and by two descriptors': DESCRIPTOR,
    'recognizes mount points': KERNEL,
  },
  'test/promises/': 'compares with node:fs itself',
  'test/python/aiofiles-files.': { 'are closed with all layers below': DESCRIPTOR },
  'test/python/aiofiles-opening.': { 'if stdin is open for writing only': PROGRAM },
  'test/python/aiofiles-os.': {
    'sendfile copies from one file to another': DESCRIPTOR,
    'access reports the rights of the process': PROGRAM,
    'samefile and sameopenfile': DESCRIPTOR,
  },
  'test/python/fuzz.': OWN,
  'test/python/tempfile.': {
    'truncates a spooled file at its position': DESCRIPTOR,
    'rejects if dir is missing': DESCRIPTOR,
    'in a directory that it cannot write to': PROGRAM,
    "never changes the mode of a link's target in cleanup": PROGRAM,
  },
  'test/reliability/': PROGRAM,
  'test/runtime/': ADDON,
  'test/s3/': OWN,
  'test/schedule/': ADDON,
  'test/scripts/lists-of-tests.': PROGRAM,
  'test/scripts/package-contents.': { 'refuses to pack': PROGRAM },
  'test/stdio/': KERNEL,
  'test/tempfile/creation-faults.': PROGRAM,
  'test/tempfile/full-disk.': PROGRAM,
  'test/tempfile/gettempdir.': PROGRAM,
  'test/tempfile/mkstemp.': {
    'give a file open for reading and writing': DESCRIPTOR,
    'relative to the current directory': KERNEL,
    'have modes 0600 and 0700 regardless of the umask': PROGRAM,
    'open descriptors that are close-on-exec': DESCRIPTOR,
    'are not affected by a polluted Object.prototype': PROGRAM,
    'reject with the error of the system and its path': DESCRIPTOR,
    'leave nothing of an aborted creation': DESCRIPTOR,
    'nothing removes them at exit': PROGRAM,
  },
  'test/tempfile/process-end.': PROGRAM,
  'test/tempfile/safe-cleanup.': PROGRAM,
  'test/tempfile/spooled-files.': {
    'stays in memory up to maxSize bytes, and moves to disk with the next byte': DESCRIPTOR,
    'a process without descriptors': PROGRAM,
    'makes no system call on files': PROGRAM,
  },
  'test/tempfile/temporary-directory.': {
    'is kept by await using and by the end of the process': PROGRAM,
    'removes read-only directories and files': PROGRAM,
    'reports what it could not remove, continues with the rest, and tries again in the next call': PROGRAM,
    'resolves with ignoreCleanupErrors even if something stays': PROGRAM,
    'is not removed by garbage collection, but at the end of the process': PROGRAM,
    'keeps the process alive no longer than its work': PROGRAM,
  },
  'test/tempfile/temporary-file.': {
    'is in no directory while it is open': DESCRIPTOR,
    'where the file system has no O_TMPFILE': KERNEL,
    'is removed with a warning when its handle is garbage collected': PROGRAM,
  },
  'test/tempfile/ways-to-end.': PROGRAM,
  'test/testing/': OWN,
  'test/whole-file/atomic-replacement.': {
    'with injected faults': PROGRAM,
    'leaves the old or the new file when it is killed at any time': PROGRAM,
  },
  'test/whole-file/changed-directory.': PROGRAM,
  'test/whole-file/following.': 'watches files through the kernel',
  'test/whole-file/lines.': { 'of 10 GB are found in a few reads': PROGRAM },
  'test/whole-file/open-atomic-commit.': {
    'does not replace a file that was created meanwhile, even without hard links': PROGRAM,
    'creates the file with the given permissions, even if its owner cannot write to it': PROGRAM,
    'leaves nothing of a file that was never committed': PROGRAM,
  },
  'test/whole-file/open-atomic.': { 'keeps the old file when the program ends before the commit': PROGRAM },
  'test/whole-file/power-cuts.': KERNEL,
  'test/whole-file/sources.': { 'of a gunzip stream': 'reads through a stream of node:fs' },
  'test/whole-file/update-atomic.': {
    'loses no change of 6 processes': PROGRAM,
    'loses at most the update under way of each': PROGRAM,
  },
  'test/whole-file/whole-files.': {
    'takes one operation for a small file': ADDON,
    'that outlives its memory': PROGRAM,
    'never reads into memory of files that are still in use': PROGRAM,
    'holds a few batches of a long list in memory': PROGRAM,
  },
  'test/whole-file/write-atomic.': { 'does not contain the name of its target': PROGRAM },
};
