#include "platform/posix/directory_at.h"

#include <unistd.h>

#include <cerrno>
#include <climits>

#include "core/unique_fd.h"
#include "platform/directories.h"
#include "platform/file_system.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

int OpenAt(int base, const char* path, int flags) {
  return Retrying([&] { return ::openat(base, path, flags | O_CLOEXEC); });
}

int OpenRetrying(int parent, const char* name, int flags) {
  return OpenAt(parent, name, flags | O_DIRECTORY);
}

}  // namespace

int OpenToList(const std::string& path) {
  return OpenRetrying(AT_FDCWD, path.c_str(), kOpenToList);
}

int OpenDirectoryAt(int parent, const char* name) {
  return OpenRetrying(parent, name, O_RDONLY | O_NOFOLLOW);
}

int OpenDirectoryAsBase(const char* path) { return OpenRetrying(AT_FDCWD, path, kOpenAsBase); }

int OpenDirectoryAsBaseAt(int parent, const char* name) {
  return OpenRetrying(parent, name, kOpenAsBase | O_NOFOLLOW);
}

bool UnlockOpenDirectory(int fd) {
  struct stat st;
  if (::fstat(fd, &st) != 0 || (st.st_mode & S_IRWXU) == S_IRWXU) return false;
  return ::fchmod(fd, (st.st_mode & 07777) | S_IRWXU) == 0;
}

SplitPath SplitLastName(const std::string& path) {
  const size_t end = platform::LengthWithoutSeparators(path);
  const size_t begin = platform::LastNameIn(path, end);
  return {begin == 0 ? "." : path.substr(0, begin), path.substr(begin, end - begin)};
}

int ReadLinkAt(int directory, const std::string& name, std::string* text) {
  // st_size of a link is a hint only (0 in /proc); a full buffer means that the text may go on.
  for (size_t size = 256;; size *= 2) {
    text->resize(size);
    const ssize_t length =
        Retrying([&] { return ::readlinkat(directory, name.c_str(), &(*text)[0], size); });
    if (length == -EINVAL) return 0;
    if (length < 0) return static_cast<int>(length);
    if (static_cast<size_t>(length) == size) continue;
    text->resize(static_cast<size_t>(length));
    return 1;
  }
}

int SyncDirectory(const std::string& path, bool whole_file_system) {
  const int fd = OpenRetrying(AT_FDCWD, path.c_str(), O_RDONLY);
  if (fd == -EACCES) {
    ::sync();  // the process may write to the directory, but not open it
    return 0;
  }
  if (fd < 0) return fd;
  const UniqueFd directory(fd);
  if (!whole_file_system) return platform::Sync(fd);
#ifdef __linux__
  return Retrying([&] { return ::syncfs(fd); });
#else
  ::sync();
  return platform::Sync(fd);
#endif
}

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
