// POSIX system calls through libc's wrappers (so that a preloaded shim can inject faults).
#include "platform/file_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "platform/posix/retry.h"
#include "platform/posix/stat_at.h"

namespace uvfiles {
namespace platform {

namespace {

size_t Capped(size_t size) { return size < kMaxTransfer ? size : kMaxTransfer; }

FileKind KindOf(mode_t mode) {
  if (S_ISREG(mode)) return FileKind::kRegular;
  if (S_ISDIR(mode)) return FileKind::kDirectory;
  if (S_ISFIFO(mode)) return FileKind::kFifo;
  if (S_ISCHR(mode)) return FileKind::kCharacter;
  if (S_ISSOCK(mode)) return FileKind::kSocket;
  if (S_ISBLK(mode)) return FileKind::kBlock;
  return FileKind::kOther;
}

// XFS shuts down after a failed write to its log, which then holds nothing more to sync. fsync of a directory succeeds
// then, and so may fsync of a file. Only other calls fail with EIO.
int StillThere(int fd) {
  struct stat status;
  return Retrying([&] { return ::fstat(fd, &status); });
}

}  // namespace

int OpenByPath(const char* path, int flags, int mode) {
  return Retrying([&] { return ::open(path, flags | O_CLOEXEC, mode); });
}

// After EINTR, the descriptor is closed on Linux, and a second close could hit another thread's new one. EINPROGRESS, on some
// systems, means that it will be closed.
int CloseFile(int fd) {
  if (::close(fd) == 0) return 0;
  return errno == EINTR || errno == EINPROGRESS ? 0 : -errno;
}

int Duplicate(int fd) {
  return Retrying([&] { return ::fcntl(fd, F_DUPFD_CLOEXEC, 0); });
}

int64_t Read(int fd, char* data, size_t size) {
  return Retrying([&]() -> int64_t { return ::read(fd, data, Capped(size)); });
}

int64_t Pread(int fd, char* data, size_t size, int64_t position) {
  return Retrying([&]() -> int64_t { return ::pread(fd, data, Capped(size), position); });
}

int64_t Write(int fd, const char* data, size_t size) {
  return Retrying([&]() -> int64_t { return ::write(fd, data, Capped(size)); });
}

int64_t Pwrite(int fd, const char* data, size_t size, int64_t position) {
  return Retrying([&]() -> int64_t { return ::pwrite(fd, data, Capped(size), position); });
}

int64_t Seek(int fd, int64_t offset, int whence) {
  const off_t position = ::lseek(fd, offset, whence);
  return position < 0 ? -errno : position;
}

int Stat(const char* path, StatRecord* record) { return StatAt(AT_FDCWD, path, 0, record); }

int Lstat(const char* path, StatRecord* record) {
  return StatAt(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, record);
}

int Fstat(int fd, StatRecord* record) { return StatFd(fd, record); }

int Describe(int fd, FileKind* kind, int64_t* size, uint64_t* device) {
  struct stat status;
  const int result = Retrying([&] { return ::fstat(fd, &status); });
  if (result < 0) return result;
  *kind = KindOf(status.st_mode);
  *size = status.st_size;
  if (device != nullptr) *device = static_cast<uint64_t>(status.st_dev);
  return 0;
}

int DescribeNow(int fd, FileKind* kind, int64_t* size) {
#if defined(__linux__) && defined(STATX_BASIC_STATS)
  struct statx found;
  if (::statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_SIZE, &found) == 0) {
    *kind = KindOf(found.stx_mode);
    *size = static_cast<int64_t>(found.stx_size);
    return 0;
  }
#endif
  return Describe(fd, kind, size);
}

int Truncate(int fd, int64_t size) {
  return Retrying([&] { return ::ftruncate(fd, size); });
}

int Sync(int fd) {
#ifdef __APPLE__
  // On macOS, fsync only reaches the drive's cache. Some file systems refuse F_FULLFSYNC, so fsync is used there.
  if (Retrying([&] { return ::fcntl(fd, F_FULLFSYNC); }) == 0) return 0;
#endif
  const int result = Retrying([&] { return ::fsync(fd); });
  return result < 0 ? result : StillThere(fd);
}

int Datasync(int fd) {
#ifdef __APPLE__
  return Sync(fd);
#else
  const int result = Retrying([&] { return ::fdatasync(fd); });
  return result < 0 ? result : StillThere(fd);
#endif
}

}  // namespace platform
}  // namespace uvfiles
