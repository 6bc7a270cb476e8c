// Tested under wine only, which lets others read what is locked.
#include "core/tasks/file_lock.h"

#include <windows.h>

#include "platform/win32/errors.h"
#include "platform/win32/handles.h"

namespace uvfiles {

namespace {

// LockFileEx keeps others even from reading the range of an exclusive lock. UnlockFileEx takes exactly the ranges that were
// locked. 1 granted, 0 taken by somebody else, or a negative code.
int Ask(int fd, FileLockCall call, bool shared, uint64_t start, uint64_t length) {
  if (length == 0) length = UINT64_MAX - start;
  const auto low = static_cast<DWORD>(length);
  const auto high = static_cast<DWORD>(length >> 32);
  const HANDLE handle = win32::HandleOf(fd);
  OVERLAPPED range = {};
  range.Offset = static_cast<DWORD>(start);
  range.OffsetHigh = static_cast<DWORD>(start >> 32);
  if (call == FileLockCall::kUnlock) {
    if (::UnlockFileEx(handle, 0, low, high, &range) || ::GetLastError() == ERROR_NOT_LOCKED)
      return 1;
    return win32::LastError();
  }
  const DWORD how = LOCKFILE_FAIL_IMMEDIATELY | (shared ? 0 : LOCKFILE_EXCLUSIVE_LOCK);
  if (::LockFileEx(handle, how, 0, low, high, &range)) return 1;
  const DWORD failure = ::GetLastError();
  const bool taken = failure == ERROR_LOCK_VIOLATION || failure == ERROR_IO_PENDING;
  return taken ? 0 : win32::ErrorCode(failure);
}

}  // namespace

void LockRange(const TaskArguments& arguments, Task* task) {
  const std::vector<int64_t>& numbers = arguments.numbers;
  const int answer = Ask(task->fd, static_cast<FileLockCall>(numbers[0]), numbers[1] != 0,
                         static_cast<uint64_t>(numbers[2]), static_cast<uint64_t>(numbers[3]));
  if (answer < 0) {
    task->error = {answer, "LockFileEx", "", ""};
  } else {
    task->output = answer == 1 ? "1" : "0";
  }
}

}  // namespace uvfiles
