#include "platform/posix/nameless_file.h"

#include <fcntl.h>
#include <unistd.h>

#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

// Before Linux 6.10, only privileged processes may use linkat with AT_EMPTY_PATH. All processes may use a path in /proc.
bool HasProc() {
  static const bool has = ::access("/proc/self/fd", X_OK) == 0;
  return has;
}

}  // namespace

int OpenNameless(int directory, mode_t mode) {
#ifdef O_TMPFILE
  if (!HasProc()) return -EOPNOTSUPP;
  return Retrying([&] { return ::openat(directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode); });
#else
  return -EOPNOTSUPP;
#endif
}

int NameNameless(int fd, int directory, const char* name) {
  const std::string path = NamelessPath(fd);
  return Retrying(
      [&] { return ::linkat(AT_FDCWD, path.c_str(), directory, name, AT_SYMLINK_FOLLOW); });
}

std::string NamelessPath(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

}  // namespace uvfiles
