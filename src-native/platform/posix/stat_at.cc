#include "platform/posix/stat_at.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#ifdef __linux__
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#endif
#include <unistd.h>

namespace uvfiles {
namespace platform {

namespace {

void Fill(const struct stat& from, StatRecord* to) {
  to->dev = static_cast<int64_t>(from.st_dev);
  to->mode = from.st_mode;
  to->nlink = static_cast<int64_t>(from.st_nlink);
  to->uid = from.st_uid;
  to->gid = from.st_gid;
  to->rdev = static_cast<int64_t>(from.st_rdev);
  to->blksize = from.st_blksize;
  to->ino = static_cast<int64_t>(from.st_ino);
  to->size = from.st_size;
  to->blocks = from.st_blocks;
#ifdef __APPLE__
  to->atime_sec = from.st_atimespec.tv_sec;
  to->atime_nsec = from.st_atimespec.tv_nsec;
  to->mtime_sec = from.st_mtimespec.tv_sec;
  to->mtime_nsec = from.st_mtimespec.tv_nsec;
  to->ctime_sec = from.st_ctimespec.tv_sec;
  to->ctime_nsec = from.st_ctimespec.tv_nsec;
  to->birthtime_sec = from.st_birthtimespec.tv_sec;
  to->birthtime_nsec = from.st_birthtimespec.tv_nsec;
#else
  to->atime_sec = from.st_atim.tv_sec;
  to->atime_nsec = from.st_atim.tv_nsec;
  to->mtime_sec = from.st_mtim.tv_sec;
  to->mtime_nsec = from.st_mtim.tv_nsec;
  to->ctime_sec = from.st_ctim.tv_sec;
  to->ctime_nsec = from.st_ctim.tv_nsec;
  // As libuv does without statx: the change time stands in for the birth time.
  to->birthtime_sec = from.st_ctim.tv_sec;
  to->birthtime_nsec = from.st_ctim.tv_nsec;
#endif
}

#if defined(__linux__) && defined(STATX_BASIC_STATS)
#define UVFILES_HAVE_STATX 1

// Cleared for good where the kernel or a seccomp filter refuses the call.
std::atomic<bool> statx_works{true};

// 1: not supported here, ask fstatat.
int TryStatx(int directory, const char* path, int flags, StatRecord* to) {
  if (!statx_works.load(std::memory_order_relaxed)) return 1;
  struct statx from;
  int result;
  do {
    result = ::statx(directory, path, flags, STATX_BASIC_STATS | STATX_BTIME, &from);
  } while (result != 0 && errno == EINTR);
  if (result != 0) {
    // Old kernels say ENOSYS; container filters EPERM (or EINVAL and EOPNOTSUPP from some emulations).
    if (errno != ENOSYS && errno != EPERM && errno != EINVAL && errno != EOPNOTSUPP) return -errno;
    if (errno == ENOSYS) statx_works.store(false, std::memory_order_relaxed);
    return 1;
  }
  to->dev = static_cast<int64_t>(makedev(from.stx_dev_major, from.stx_dev_minor));
  to->mode = from.stx_mode;
  to->nlink = from.stx_nlink;
  to->uid = from.stx_uid;
  to->gid = from.stx_gid;
  to->rdev = static_cast<int64_t>(makedev(from.stx_rdev_major, from.stx_rdev_minor));
  to->blksize = from.stx_blksize;
  to->ino = static_cast<int64_t>(from.stx_ino);
  to->size = static_cast<int64_t>(from.stx_size);
  to->blocks = static_cast<int64_t>(from.stx_blocks);
  to->atime_sec = from.stx_atime.tv_sec;
  to->atime_nsec = from.stx_atime.tv_nsec;
  to->mtime_sec = from.stx_mtime.tv_sec;
  to->mtime_nsec = from.stx_mtime.tv_nsec;
  to->ctime_sec = from.stx_ctime.tv_sec;
  to->ctime_nsec = from.stx_ctime.tv_nsec;
  to->birthtime_sec = from.stx_btime.tv_sec;
  to->birthtime_nsec = from.stx_btime.tv_nsec;
  return 0;
}
#endif

}  // namespace

int StatAt(int directory, const char* path, int flags, StatRecord* record) {
#ifdef UVFILES_HAVE_STATX
  const int answer = TryStatx(directory, path, flags, record);
  if (answer <= 0) return answer;
#endif
  struct stat status;
  while (::fstatat(directory, path, &status, flags) != 0) {
    if (errno != EINTR) return -errno;
  }
  Fill(status, record);
  return 0;
}

int StatFd(int fd, StatRecord* record) {
#ifdef UVFILES_HAVE_STATX
  const int answer = TryStatx(fd, "", AT_EMPTY_PATH, record);
  if (answer <= 0) return answer;
#endif
  struct stat status;
  while (::fstat(fd, &status) != 0) {
    if (errno != EINTR) return -errno;
  }
  Fill(status, record);
  return 0;
}

}  // namespace platform
}  // namespace uvfiles
