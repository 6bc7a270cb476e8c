#include "core/make_temp.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/remove_now.h"
#include "core/unique_fd.h"
#include "platform/posix/chmod_unfollowed.h"

namespace uvfiles {

namespace {

constexpr mode_t kFileMode = S_IRUSR | S_IWUSR;
constexpr mode_t kDirectoryMode = S_IRWXU;
constexpr mode_t kPermissions = S_IRWXU | S_IRWXG | S_IRWXO;

int Open(const char* path, int flags) {
  int fd;
  do {
    fd = ::open(path, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, kFileMode);
  } while (fd < 0 && errno == EINTR);
  return fd < 0 ? -errno : fd;
}

// The umask can only have taken bits away, and mostly has not: asking costs less than an fchmod that changes nothing.
int MakeFileModeExact(int fd) {
  struct stat st;
  if (::fstat(fd, &st) != 0) return -errno;
  if ((st.st_mode & 07777) == kFileMode) return 0;
  return ::fchmod(fd, kFileMode) == 0 ? 0 : -errno;
}

}  // namespace

int MakeFile(const std::string& path, bool appending) {
  const int fd = Open(path.c_str(), O_CREAT | O_EXCL | (appending ? O_APPEND : 0));
  if (fd < 0) return fd;
  UniqueFd holder(fd);
  const int failure = MakeFileModeExact(fd);
  if (failure == 0) return holder.Release();
  RemoveFileNow(path);
  return failure;
}

int MakeNamelessFile(const std::string& dir, bool appending) {
#ifdef O_TMPFILE
  // With O_EXCL it cannot be given a name later either.
  const int fd = Open(dir.c_str(), O_TMPFILE | O_EXCL | (appending ? O_APPEND : 0));
  if (fd < 0) return fd;
  UniqueFd holder(fd);
  const int failure = MakeFileModeExact(fd);
  return failure == 0 ? holder.Release() : failure;
#else
  (void)dir;
  (void)appending;
  return -ENOTSUP;
#endif
}

int MakeDirectory(const std::string& path) {
  if (::mkdir(path.c_str(), kDirectoryMode) != 0) return -errno;
  struct stat st;
  int failure = 0;
  if (::lstat(path.c_str(), &st) != 0)
    failure = -errno;
  else if ((st.st_mode & kPermissions) != kDirectoryMode)
    failure = ChmodUnfollowed(AT_FDCWD, path.c_str(),
                              (st.st_mode & (S_ISGID | S_ISVTX)) | kDirectoryMode);
  if (failure != 0) RemoveDirectoryNow(path);
  return failure;
}

int WriteAll(int fd, const std::string& data, int64_t at) {
  size_t done = 0;
  while (done < data.size()) {
    const char* const from = data.data() + done;
    const size_t left = data.size() - done;
    const ssize_t written =
        at < 0 ? ::write(fd, from, left)
               : ::pwrite(fd, from, left, static_cast<off_t>(at + static_cast<int64_t>(done)));
    if (written < 0 && errno != EINTR) return -errno;
    if (written == 0) return -ENOSPC;
    if (written > 0) done += static_cast<size_t>(written);
  }
  return 0;
}

// EINTR and EINPROGRESS say that the descriptor is closed while the file system still works on it: no failure.
int CloseDescriptor(int fd) {
  if (::close(fd) == 0 || errno == EINTR || errno == EINPROGRESS) return 0;
  return -errno;
}

int RemoveDirectoryNow(const std::string& path) { return ::rmdir(path.c_str()) == 0 ? 0 : -errno; }

}  // namespace uvfiles
