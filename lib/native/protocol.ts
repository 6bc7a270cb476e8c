// The numbers that lib/native and src-native/binding/environment.h agree on.

/** Operation kinds (src-native/core/operation.h, OpKind). */
export const KIND_READ = 0;
export const KIND_WRITE = 1;
export const KIND_FSTAT = 2;
export const KIND_TRUNCATE = 3;
export const KIND_SYNC = 4;
export const KIND_DATASYNC = 5;
export const KIND_SEEK = 6;
export const KIND_CLOSE = 7;
export const KIND_OPEN = 8;
export const KIND_STAT = 9;
export const KIND_LSTAT = 10;
export const KIND_READ_FILE = 11;
export const KIND_WRITE_FILE = 12;
export const KIND_TASK = 13;
export const KIND_READ_TO_END = 14;

/** Flags of an operation (OpFlags). */
export const FLAG_BIGINT = 1;
export const FLAG_KEEP_BLOCK = 2;
export const FLAG_SEEK_FIRST = 4;
export const FLAG_APPEND = 8;
export const FLAG_BORROWED = 16;
export const FLAG_FULLY = 32;
export const FLAG_COLD = 64;

/** As a position: the descriptor's own position. */
export const CURRENT = -1;

/** Indices into the arguments array (Argument). */
export const ARG_STATUS = 0;
export const ARG_KIND = 0;
export const ARG_SLOT = 1;
export const ARG_FILE = 2;
export const ARG_SIZE = 3;
export const ARG_POSITION = 4;
export const ARG_FLAGS = 5;
export const ARG_LANE = 6;
export const ARG_TIMEOUT = 7;
export const ARG_OPEN_FLAGS = 8;
export const ARG_MODE = 9;
export const ARG_WHENCE = 10;
export const ARG_TASK_KIND = 8;
export const ARG_NUMBER_COUNT = 9;
export const ARG_EXACT_NUMBERS = 10;
export const ARG_POSITION_IS_BIGINT = 11;
export const ARG_OFFSET = 13;
export const ARG_SPENT = 14;
/** ARG_STATUS of an inline attempt that missed: this value or less. */
export const MISS = -0x10000;
export const ARG_ANSWER = 16;
export const ARG_COUNT = 16 + 18;

/** Record layout and tags (Tag). */
export const RECORD_HEADER = 5;
export const RECORD_DOUBLES = 4096;
export const STAT_FIELDS = 18;
export const TAG_PLAIN = 0;
export const TAG_CHUNK = 1;
export const TAG_EXTERNAL = 2;
export const TAG_STAT = 3;
export const TAG_OPENED = 4;
export const TAG_DEFERRED = 5;
export const TAG_FAILED = 6;
export const TAG_TASK_CHUNK = 7;
export const TAG_TASK_EXTERNAL = 8;
export const TAG_TASK_OPENED = 9;

/** Names that a failed operation refers to by index (kSyscalls). */
export const SYSCALLS = ['', 'open', 'fstat', 'read', 'write', 'fsync', 'close'] as const;

/** How a file's data may be read inline (platform::CacheAccess): from here on it may. */
export const ACCESS_CACHED = 2;

/** Instead of open flags: take over the descriptor given as position. */
export const ADOPT_DESCRIPTOR = -1;
