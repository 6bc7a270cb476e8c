// kFileLock: locks on ranges of an open file. It does not wait; JavaScript repeats the call.
//
// A lock belongs to one open of the file, not to the process. So two opens exclude each other within a process, too, and a
// lock ends with the last descriptor of its open, however the process ends. A system may lock the whole file instead of the range,
// keep others from reading the range of an exclusive lock, and unlock a range only as it was locked: see the platforms.
//
// Arguments: numbers: FileLockCall, 1 for a shared lock, start, length (0: to the end, wherever that comes to be). The
//   file is the one that the run is submitted with.
// Output: '1', or '0' where somebody else's lock is in the way. Unlocking what is not locked is fine.
// Error: of the platform's call: EBADF for an exclusive lock through a descriptor that is not open for writing (a
//   shared one: for reading), ENOLCK and EOPNOTSUPP where the file system has none. Cancelled: it has one step.
#pragma once

#include <cstdint>

#include "core/task.h"

namespace uvfiles {

enum class FileLockCall : int64_t {
  kTry = 1,
  kUnlock = 2,
};

void LockRange(const TaskArguments& arguments, Task* task);

}  // namespace uvfiles
