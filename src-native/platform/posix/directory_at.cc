#include "platform/posix/directory_at.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/unique_fd.h"
#include "platform/file_system.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

#ifdef O_PATH
constexpr int kBase = O_PATH;
#elif defined(O_SEARCH)
constexpr int kBase = O_SEARCH;
#else
constexpr int kBase = O_RDONLY;
#endif

int OpenRetrying(int parent, const char* name, int flags) {
  int fd;
  do {
    fd = ::openat(parent, name, flags | O_DIRECTORY | O_CLOEXEC);
  } while (fd < 0 && errno == EINTR);
  return fd < 0 ? -errno : fd;
}

}  // namespace

int OpenDirectoryAt(int parent, const char* name) {
  return OpenRetrying(parent, name, O_RDONLY | O_NOFOLLOW);
}

int OpenDirectoryAsBase(const char* path) { return OpenRetrying(AT_FDCWD, path, kBase); }

int OpenDirectoryAsBaseAt(int parent, const char* name) {
  return OpenRetrying(parent, name, kBase | O_NOFOLLOW);
}

bool UnlockOpenDirectory(int fd) {
  struct stat st;
  if (::fstat(fd, &st) != 0 || (st.st_mode & S_IRWXU) == S_IRWXU) return false;
  return ::fchmod(fd, (st.st_mode & 07777) | S_IRWXU) == 0;
}

SplitPath SplitLastName(const std::string& path) {
  size_t end = path.size();
  while (end > 0 && path[end - 1] == '/') --end;
  if (end == 0) return {path.empty() ? "." : "/", ""};
  const size_t slash = path.rfind('/', end - 1);
  if (slash == std::string::npos) return {".", path.substr(0, end)};
  return {path.substr(0, slash + 1), path.substr(slash + 1, end - slash - 1)};
}

int SyncDirectory(const std::string& path, bool whole_file_system) {
  const int fd = OpenRetrying(AT_FDCWD, path.c_str(), O_RDONLY);
  if (fd == -EACCES) {
    ::sync();  // a directory that may be written to and not read
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

}  // namespace uvfiles
