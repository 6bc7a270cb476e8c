#include "platform/posix/open_below.h"

#include <climits>

#include "core/unique_fd.h"
#include "platform/posix/directory_at.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

int OpenAt(int base, const char* path, int flags) {
  return Retrying([&] { return ::openat(base, path, flags | O_CLOEXEC); });
}

}  // namespace

int OpenBelow(int base, const std::string& relative, int flags) {
  if (relative.empty()) return OpenAt(base, ".", flags);
  // A name has at most NAME_MAX bytes, so each part can end at a slash.
  constexpr size_t kStretch = PATH_MAX - 1;
  UniqueFd held;
  size_t begin = 0;
  while (relative.size() - begin > kStretch) {
    const size_t slash = relative.rfind('/', begin + kStretch - 1);
    if (slash == std::string::npos || slash <= begin) return -ENAMETOOLONG;
    const std::string stretch = relative.substr(begin, slash - begin);
    const int fd = OpenAt(base, stretch.c_str(), kOpenAsBase);
    if (fd < 0) return fd;
    held.Reset(fd);
    base = fd;
    begin = slash + 1;
  }
  return OpenAt(base, relative.c_str() + begin, flags);
}

}  // namespace uvfiles
