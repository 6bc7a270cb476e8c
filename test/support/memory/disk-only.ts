// What is about the real disk only, with the reason: folders and files of tests, and single tests by a part of their titles.
// Everything else runs on files in memory, too.

const PROGRAM = 'runs programs, which do not see the files in the memory of this process';
const DESCRIPTOR = 'is about descriptors, which files in memory do not have';
const KERNEL = 'is about the kernel: devices, mounts, processes, the current directory, its limits';
const ADDON = 'is about the addon and the thread pool';
const OWN = 'mounts file systems of its own';
const PACKAGE = 'is about the package, its documentation and its examples';

/** By path from the root of the project; of two that fit the longer one counts. */
export const DISK_ONLY: Readonly<Record<string, string | Readonly<Record<string, string>>>> = {
  'test/arguments/bytes.': OWN,
  'test/arguments/every-function.': OWN,
  'test/arguments/permission-model.': PROGRAM,
  'test/cli/': PROGRAM,
  'test/docs.': PACKAGE,
  'test/errors/system-errors.': {
    "have node:fs's code": KERNEL,
    'of a pipe say that it cannot be sought': KERNEL,
    'handles show their name, mode and state': DESCRIPTOR,
  },
  'test/file/cancelled-waits.': KERNEL,
  'test/file/exit-while-waiting.': KERNEL,
  'test/file/failing-disks.': PROGRAM,
  'test/file/fifos.': KERNEL,
  'test/file/garbage.': DESCRIPTOR,
  'test/file/handles.': {
    'where its descriptor has become another file': PROGRAM,
    'leave cached data to be answered without a thread': ADDON,
  },
  'test/file/large-files.': KERNEL,
  'test/file/layers.': { 'leaves the descriptor itself just behind the line': DESCRIPTOR },
  'test/file/locks.': {
    'on a borrowed descriptor': DESCRIPTOR,
    'of another process are waited for': PROGRAM,
    'end with a terminated worker': PROGRAM,
    'end with a handle that is garbage collected': PROGRAM,
    'leave the pool to others': PROGRAM,
    'let the process end that holds one': PROGRAM,
    'exclude programs that use locks of their own': PROGRAM,
  },
  'test/file/process-end.': PROGRAM,
  'test/file/streams.': {
    'does not keep the handle of a stream that was dropped':
      'counts what the garbage collector closes in the whole process',
  },
  'test/file/writing.': { 'flush brings the descriptor to where the user stands': DESCRIPTOR },
  'test/filesystem/': OWN,
  'test/http/': DESCRIPTOR,
  'test/native/': ADDON,
  'test/open/modes.': {
    'that children do not inherit': DESCRIPTOR,
    'works on a descriptor': DESCRIPTOR,
    'stands where a descriptor stands': DESCRIPTOR,
    'leaves it to its owner': DESCRIPTOR,
    'has an opener open the file': DESCRIPTOR,
    "closes an opener's descriptor": DESCRIPTOR,
    'while an opener keeps it waiting': DESCRIPTOR,
  },
  'test/os/copy-move-and-remove.': {
    'leaves holes where they are': DESCRIPTOR,
    'moves across file systems': KERNEL,
    'sends a range of a file to another file': DESCRIPTOR,
    'sends more to a socket than it takes at a time': DESCRIPTOR,
  },
  'test/os/copy.': DESCRIPTOR,
  'test/os/few-descriptors.': PROGRAM,
  'test/os/glob-random.': PROGRAM,
  'test/os/names-and-attributes.': {
    'tells access by real ids': PROGRAM,
    'truncates, tells of file systems, and knows where it is': KERNEL,
  },
  'test/os/sendfile.': DESCRIPTOR,
  'test/os/slow-removals.': PROGRAM,
  'test/os/walk.': {
    'passes over what it cannot list': PROGRAM,
    'goes deeper than a path may be long': KERNEL,
  },
  'test/os/xattr.': KERNEL,
  'test/package/': PACKAGE,
  'test/path/path.': {
    'two descriptors of it': DESCRIPTOR,
    'knows where file systems begin': KERNEL,
  },
  'test/promises/': 'compares with node:fs itself',
  'test/python/aiofiles-files.': { 'are closed with all that is below': DESCRIPTOR },
  'test/python/aiofiles-opening.': { 'where there is nothing to read from': PROGRAM },
  'test/python/aiofiles-os.': {
    'sendfile copies from file to file': DESCRIPTOR,
    'access tells what may be done': PROGRAM,
    'samefile and sameopenfile': DESCRIPTOR,
  },
  'test/python/fuzz.': OWN,
  'test/python/tempfile.': {
    'is truncated where it stands, to less': DESCRIPTOR,
    'in what is no directory or is missing': DESCRIPTOR,
    'in what must not be written to': PROGRAM,
    'cleanup changes no mode of what links lead to': PROGRAM,
  },
  'test/reliability/': PROGRAM,
  'test/runtime/': ADDON,
  'test/s3/': OWN,
  'test/schedule/': ADDON,
  'test/scripts/package-contents.': { 'refuses to pack': PROGRAM },
  'test/stdio/': KERNEL,
  'test/tempfile/creation-faults.': PROGRAM,
  'test/tempfile/full-disk.': PROGRAM,
  'test/tempfile/gettempdir.': PROGRAM,
  'test/tempfile/mkstemp.': {
    'give a file open for reading and writing': DESCRIPTOR,
    'relative to the current directory': KERNEL,
    'are 0600 and 0700 whatever the umask': PROGRAM,
    'close the descriptor on exec': DESCRIPTOR,
    'whatever Object.prototype has been given': PROGRAM,
    'reject with the error of the system and its path': DESCRIPTOR,
    'leave nothing of an aborted creation': DESCRIPTOR,
    'nothing removes them at exit': PROGRAM,
  },
  'test/tempfile/process-end.': PROGRAM,
  'test/tempfile/safe-cleanup.': PROGRAM,
  'test/tempfile/spooled-files.': {
    'leaves it with the first byte more': DESCRIPTOR,
    'a process without descriptors': PROGRAM,
    'makes no system call on files': PROGRAM,
  },
  'test/tempfile/temporary-directory.': {
    'is kept by await using and by the end of the process': PROGRAM,
    'removes read-only directories and files': PROGRAM,
    'says what it could not remove': PROGRAM,
    'resolves whatever stays with ignoreCleanupErrors': PROGRAM,
    'goes with the process': PROGRAM,
    'keeps the process alive no longer than its work': PROGRAM,
  },
  'test/tempfile/temporary-file.': {
    'is in no directory while it is open': DESCRIPTOR,
    'where the file system has no O_TMPFILE': KERNEL,
    'is removed with a warning when nobody can reach its handle': PROGRAM,
  },
  'test/tempfile/ways-to-end.': PROGRAM,
  'test/testing/': OWN,
  'test/whole-file/atomic-replacement.': {
    'with injected faults': PROGRAM,
    'survives being killed at any instant': PROGRAM,
  },
  'test/whole-file/following.': 'watches files through the kernel',
  'test/whole-file/lines.': { 'of 10 GB are found in a few reads': PROGRAM },
  'test/whole-file/open-atomic-commit.': {
    'puts a new file only where nobody has put one meanwhile, without links': PROGRAM,
    'also one that its owner may not write to': PROGRAM,
    'that its process never committed': PROGRAM,
  },
  'test/whole-file/open-atomic.': { 'lets a program that ends in the middle keep the old file': PROGRAM },
  'test/whole-file/power-cuts.': KERNEL,
  'test/whole-file/sources.': { 'of a gunzip stream': 'reads through a stream of node:fs' },
  'test/whole-file/update-atomic.': {
    'loses no change of 6 processes': PROGRAM,
    'loses at most the update under way of each': PROGRAM,
  },
  'test/whole-file/whole-files.': {
    'takes one operation for a small file': ADDON,
    'that outlives what it was read into': PROGRAM,
    'into memory of files that are still kept': PROGRAM,
    'holds a few batches of a long list in memory': PROGRAM,
  },
  'test/whole-file/write-atomic.': { 'has nothing of the name of its target': PROGRAM },
};
