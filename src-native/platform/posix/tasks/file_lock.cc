#include "platform/posix/tasks/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <cstdio>

#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

bool IsTaken(int code) { return code == -EAGAIN || code == -EACCES || code == -EWOULDBLOCK; }

}  // namespace

Step FileLockTask::Run(const Slice&) {
  const int answer = Ask();
  if (answer < 0) {
    error.code = answer;
    error.syscall = "fcntl";
  } else {
    output.assign(answer == 1 ? "1" : "0");
  }
  return Step::kDone;
}

int FileLockTask::Ask() {
  if (arguments_.numbers[2] < 0 || arguments_.numbers[3] < 0) return -EINVAL;
#ifdef F_OFD_SETLK
  struct flock range = {};  // l_pid must be 0
  range.l_type = static_cast<short>(call() == FileLockCall::kUnlock ? F_UNLCK
                                    : Shared()                      ? F_RDLCK
                                                                    : F_WRLCK);
  range.l_whence = SEEK_SET;
  range.l_start = static_cast<off_t>(arguments_.numbers[2]);
  range.l_len = static_cast<off_t>(arguments_.numbers[3]);
  const int what = call() == FileLockCall::kTest ? F_OFD_GETLK : F_OFD_SETLK;
  const int code = Retrying([&] { return ::fcntl(fd, what, &range); });
  if (code == 0) return call() != FileLockCall::kTest || range.l_type == F_UNLCK ? 1 : 0;
  if (IsTaken(code)) return 0;
  // EINVAL: a kernel before 3.15.
  if (code != -EINVAL) return code;
#endif
  return AskWhole();
}

int FileLockTask::AskWhole() {
  const int how = call() == FileLockCall::kUnlock ? LOCK_UN : Shared() ? LOCK_SH : LOCK_EX;
  const int code = Retrying([&] { return ::flock(fd, how | LOCK_NB); });
  if (IsTaken(code)) return 0;
  if (code < 0) return code;
  if (call() == FileLockCall::kTest) ::flock(fd, LOCK_UN);
  return 1;
}

}  // namespace uvfiles
