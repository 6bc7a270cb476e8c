#include "core/tasks/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

bool IsTaken(int code) { return code == -EAGAIN || code == -EACCES || code == -EWOULDBLOCK; }

// Locks the whole file with flock(2), for systems without locks of open file descriptions (F_OFD_SETLK). The owner is the
// same. 1: granted; 0: somebody else holds it; or a negative code.
int AskWhole(int fd, FileLockCall call, bool shared) {
  const int how = call == FileLockCall::kUnlock ? LOCK_UN : shared ? LOCK_SH : LOCK_EX;
  const int code = Retrying([&] { return ::flock(fd, how | LOCK_NB); });
  if (IsTaken(code)) return 0;
  if (code < 0) return code;
  if (call == FileLockCall::kTest) ::flock(fd, LOCK_UN);
  return 1;
}

int Ask(int fd, FileLockCall call, bool shared, int64_t start, int64_t length) {
  if (start < 0 || length < 0) return -EINVAL;
#ifdef F_OFD_SETLK
  struct flock range = {};  // l_pid must be 0
  range.l_type = static_cast<short>(call == FileLockCall::kUnlock ? F_UNLCK
                                    : shared                      ? F_RDLCK
                                                                  : F_WRLCK);
  range.l_whence = SEEK_SET;
  range.l_start = static_cast<off_t>(start);
  range.l_len = static_cast<off_t>(length);
  const int what = call == FileLockCall::kTest ? F_OFD_GETLK : F_OFD_SETLK;
  const int code = Retrying([&] { return ::fcntl(fd, what, &range); });
  if (code == 0) return call != FileLockCall::kTest || range.l_type == F_UNLCK ? 1 : 0;
  if (IsTaken(code)) return 0;
  // EINVAL: a kernel before 3.15.
  if (code != -EINVAL) return code;
#endif
  return AskWhole(fd, call, shared);
}

}  // namespace

void LockRange(const TaskArguments& arguments, Task* task) {
  const std::vector<int64_t>& numbers = arguments.numbers;
  const int answer =
      Ask(task->fd, static_cast<FileLockCall>(numbers[0]), numbers[1] != 0, numbers[2], numbers[3]);
  if (answer < 0) {
    task->error = {answer, "fcntl", "", ""};
  } else {
    task->output = answer == 1 ? "1" : "0";
  }
}

}  // namespace uvfiles
