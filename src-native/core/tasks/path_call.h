// kPathCall: one system call on a path, or two related ones.
//
// Arguments: bytes: path and, where the call has two, dest. numbers: PathCallName, then the call's
// own (below).
// Output: as described beside the name of the call; otherwise nothing.
#pragma once

#include <cstdint>

#include "core/task.h"

namespace uvfiles {

enum class PathCallName : int64_t {
  kAccess = 1,  // mode -> '1' or '0'; by real ids
  kChmod = 2,   // mode
  kChown = 3,   // uid, gid, 1 to change a link itself
  kUtimes = 4,  // atime seconds, nanoseconds, mtime seconds, nanoseconds, 1 to change a link itself
  kRealpath = 5,  // -> path
  kRename = 6,    // replaces dest
  kUnlink = 7,
  kRmdir = 8,
  kMkdir = 9,  // mode
  kLink = 10,
  kSymlink = 11,   // path is the target's text, dest the link's path
  kReadlink = 12,  // -> text
  kStatvfs =
      13,  // -> 11 int64: bsize frsize blocks bfree bavail files ffree favail flag namemax fsid
  kTruncate = 14,      // size
  kSameFile = 15,      // -> '1' or '0'
  kSameOpenFile = 16,  // fd, fd -> '1' or '0'; no paths
  kIsMount = 17,       // -> '1' or '0'; never an error
  // Extended attributes: the second string is the name, the last number 1 for those of a link itself.
  kGetAttribute = 18,    // -> value
  kSetAttribute = 19,    // third string: value. AttributeMode
  kListAttributes = 20,  // -> names, a NUL behind each
  kRemoveAttribute = 21,
  kSyncDirectory = 22,  // makes the names in it durable
  // Only beneath a root (core/tasks/beneath.h): elsewhere, these are no tasks.
  kOpen = 23,  // flags, mode -> the descriptor among the open files, and OpenedRecord
  kStat = 24,  // 1 for a link itself -> StatRecord
};

enum class AttributeMode : int64_t {
  kAny = 0,
  kCreate = 1,   // EEXIST where there is one
  kReplace = 2,  // ENODATA (macOS: ENOATTR) where there is none
};

// The system call that errors of `call` name, as node:fs does. `follow`: it is not made on a link itself.
const char* SyscallOf(PathCallName call, bool follow);

void CallPath(const TaskArguments& arguments, Task* task);

}  // namespace uvfiles
