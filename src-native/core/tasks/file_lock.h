// kFileLock: locks on ranges of an open file. It does not wait; JavaScript repeats the call.
//
// A lock belongs to the open file description (Linux: F_OFD_SETLK). So two opens of a file exclude each other within a
// process, too, and a lock ends with the last descriptor of its description, however the process ends. Systems without such
// locks use flock(2), which has the same owner, but locks the whole file. Windows uses LockFileEx: others cannot even read
// the range of an exclusive lock, and a range can only be unlocked as it was locked.
//
// Arguments: numbers: FileLockCall, 1 for a shared lock, start, length (0: to the end, wherever that comes to be). The
//   file is the one that the run is submitted with.
// Output: '1', or '0' where somebody else's lock is in the way. Unlocking what is not locked is fine.
// Error: fcntl, flock or LockFileEx: EBADF for an exclusive lock through a descriptor that is not open for writing (a
//   shared one: for reading), ENOLCK and EOPNOTSUPP where the file system has none. Cancelled: it has one step.
#pragma once

#include <cstdint>

#include "core/task.h"

namespace uvfiles {

enum class FileLockCall : int64_t {
  kTry = 1,
  kUnlock = 2,
  kTest =
      3,  // whether kTry would be granted; nothing is locked. Without open-file-description locks as kTry and kUnlock.
};

void LockRange(const TaskArguments& arguments, Task* task);

}  // namespace uvfiles
