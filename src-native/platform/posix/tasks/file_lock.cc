#include "core/tasks/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

bool IsTaken(int code) { return code == -EAGAIN || code == -EACCES || code == -EWOULDBLOCK; }

struct Answer {
  int code;             // 1: granted; 0: somebody else holds it; or a negative code
  const char* syscall;  // that has answered
};

// Locks the whole file with flock(2), for systems without locks of open file descriptions (F_OFD_SETLK). The owner is the
// same.
Answer AskWhole(int fd, FileLockCall call, bool shared) {
  const int how = call == FileLockCall::kUnlock ? LOCK_UN : shared ? LOCK_SH : LOCK_EX;
  const int code = Retrying([&] { return ::flock(fd, how | LOCK_NB); });
  if (code < 0) return {IsTaken(code) ? 0 : code, "flock"};
  return {1, "flock"};
}

Answer Ask(int fd, FileLockCall call, bool shared, int64_t start, int64_t length) {
  if (start < 0 || length < 0) return {-EINVAL, "fcntl"};
#ifdef F_OFD_SETLK
  struct flock range = {};  // l_pid must be 0
  range.l_type = static_cast<short>(call == FileLockCall::kUnlock ? F_UNLCK
                                    : shared                      ? F_RDLCK
                                                                  : F_WRLCK);
  range.l_whence = SEEK_SET;
  range.l_start = static_cast<off_t>(start);
  range.l_len = static_cast<off_t>(length);
  const int code = Retrying([&] { return ::fcntl(fd, F_OFD_SETLK, &range); });
  if (code == 0) return {1, "fcntl"};
  // EINVAL: a kernel before 3.15.
  if (code != -EINVAL) return {IsTaken(code) ? 0 : code, "fcntl"};
#endif
  return AskWhole(fd, call, shared);
}

}  // namespace

void LockRange(const TaskArguments& arguments, Task* task) {
  const std::vector<int64_t>& numbers = arguments.numbers;
  const Answer answer =
      Ask(task->fd, static_cast<FileLockCall>(numbers[0]), numbers[1] != 0, numbers[2], numbers[3]);
  if (answer.code < 0) {
    task->error = {answer.code, answer.syscall, "", ""};
  } else {
    task->output = answer.code == 1 ? "1" : "0";
  }
}

}  // namespace uvfiles
