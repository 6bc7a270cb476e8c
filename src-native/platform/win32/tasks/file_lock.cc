#include "platform/win32/tasks/file_lock.h"

#include <windows.h>

#include "platform/win32/errors.h"
#include "platform/win32/handles.h"

namespace uvfiles {

Step FileLockTask::Run(const Slice&) {
  const int answer = Ask();
  if (answer < 0) {
    error.code = answer;
    error.syscall = "LockFileEx";
  } else {
    output.assign(answer == 1 ? "1" : "0");
  }
  return Step::kDone;
}

int FileLockTask::Ask() {
  const auto call = static_cast<FileLockCall>(arguments_.numbers[0]);
  const auto start = static_cast<uint64_t>(arguments_.numbers[2]);
  const uint64_t length = arguments_.numbers[3] == 0 ? UINT64_MAX - start
                                                     : static_cast<uint64_t>(arguments_.numbers[3]);
  const auto low = static_cast<DWORD>(length);
  const auto high = static_cast<DWORD>(length >> 32);
  const HANDLE handle = win32::HandleOf(fd);
  OVERLAPPED range = {};
  range.Offset = static_cast<DWORD>(start);
  range.OffsetHigh = static_cast<DWORD>(start >> 32);
  if (call != FileLockCall::kUnlock) {
    const DWORD how =
        LOCKFILE_FAIL_IMMEDIATELY | (arguments_.numbers[1] != 0 ? 0 : LOCKFILE_EXCLUSIVE_LOCK);
    if (!::LockFileEx(handle, how, 0, low, high, &range)) {
      const DWORD failure = ::GetLastError();
      const bool taken = failure == ERROR_LOCK_VIOLATION || failure == ERROR_IO_PENDING;
      return taken ? 0 : win32::ErrorCode(failure);
    }
    if (call == FileLockCall::kTry) return 1;
  }
  if (::UnlockFileEx(handle, 0, low, high, &range) || ::GetLastError() == ERROR_NOT_LOCKED)
    return 1;
  return win32::LastError();
}

}  // namespace uvfiles
