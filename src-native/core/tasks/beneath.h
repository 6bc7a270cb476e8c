// kBeneath: one operation on a name beneath a root directory, and never outside it, whatever paths and links say.
//
// openat2(RESOLVE_BENEATH), or a lookup of each component without following it, resolves the path down to the directory of
// its last name. The operation then acts on that name in that open directory, and follows nothing. So programs that replace
// directories by links meanwhile cannot lead it elsewhere. Paths are relative to the root, and the texts of links to their
// directories. An absolute path is an escape, even if it leads back.
//
// Arguments: bytes: the root's path (with a descriptor: anything), path, and dest where the call has two. numbers:
//   BeneathCall, the root's descriptor (-1: by its path), BeneathFlags, then the call's own.
// Output: what the call answers, as said beside its name; else nothing.
// Error: an escape is code -EXDEV of syscall "beneath"; a root that cannot be opened is of "root", with its path; else
//   the call's own, with path and dest as given. Out of descriptors: EMFILE, with nothing done.
//
// Not on Windows.
#pragma once

#include <cstdint>

#include "core/task.h"
#include "platform/directory_reader.h"

namespace uvfiles {

enum BeneathFlags : int64_t {
  kBeneathStepwise = 1,  // as where there is no openat2: for tests
};

enum class BeneathCall : int64_t {
  kOpen =
      1,  // flags, mode -> the descriptor among the open files, and OpenedRecord. A directory needs O_DIRECTORY.
  kStat = 2,    // 1 to follow a link -> StatRecord
  kAccess = 3,  // mode -> '1' or '0'. The path is looked up by effective ids.
  kChmod = 4,   // mode
  kChown = 5,   // uid, gid, 1 to change a link itself
  kUtimes = 6,  // atime seconds, nanoseconds, mtime seconds, nanoseconds, 1 to change a link itself
  kTruncate = 7,  // size
  kUnlink = 8,
  kRmdir = 9,
  kMkdir = 10,     // mode
  kReadlink = 11,  // -> text
  kSymlink = 12,   // path is the link's text, as it is; dest is where the link is made
  kLink = 13,      // dest is the new name; a link at the end of path is not followed
  kRename = 14,    // replaces dest
  kRealpath = 15,  // -> path from the root, without links; "." for the root
  kStatvfs = 16,   // -> as PathCall's
};

// OpenedRecord: int32 FileKind; int32 1 if it has a position; int32 1 if it is polled; int32 CacheAccess; int64 position;
// int64 size.

// Opens the directory that kScanDirectory is to list, beneath a root. 0; a negative code; or one with `error`, for the
// root and for an escape.
int OpenBeneath(const TaskArguments& arguments, platform::DirectoryReader* reader,
                TaskError* error);

}  // namespace uvfiles
