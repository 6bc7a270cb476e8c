#include "platform/posix/stat_at.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#ifdef __linux__
#include <sys/sysmacros.h>
#endif

#include "core/tasks/records.h"
#include "platform/posix/retry.h"

namespace uvfiles {
namespace platform {

namespace {

// `Time`: timespec, or statx_timestamp.
template <typename Time>
void FillTimes(const Time& access, const Time& change, const Time& status, const Time& birth,
               StatRecord* to) {
  to->atime_sec = access.tv_sec;
  to->atime_nsec = access.tv_nsec;
  to->mtime_sec = change.tv_sec;
  to->mtime_nsec = change.tv_nsec;
  to->ctime_sec = status.tv_sec;
  to->ctime_nsec = status.tv_nsec;
  to->birthtime_sec = birth.tv_sec;
  to->birthtime_nsec = birth.tv_nsec;
}

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
  FillTimes(from.st_atimespec, from.st_mtimespec, from.st_ctimespec, from.st_birthtimespec, to);
#else
  // As in libuv without statx, the change time stands in for the birth time.
  FillTimes(from.st_atim, from.st_mtim, from.st_ctim, from.st_ctim, to);
#endif
}

#if defined(__linux__) && defined(STATX_BASIC_STATS)
#define UVFILES_HAVE_STATX 1

// Set to false for good when the kernel or a seccomp filter refuses the call.
std::atomic<bool> statx_works{true};

// 1: not supported, so fstatat is called instead.
int TryStatx(int directory, const char* path, int flags, StatRecord* to) {
  if (!statx_works.load(std::memory_order_relaxed)) return 1;
  struct statx from;
  // stat(2) implies AT_NO_AUTOMOUNT, and statx does not.
  const int code = Retrying([&] {
    return ::statx(directory, path, flags | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME,
                   &from);
  });
  if (code < 0) {
    // Old kernels answer ENOSYS, filters of containers EPERM, and some emulations EINVAL or EOPNOTSUPP.
    if (code == -ENOSYS) statx_works.store(false, std::memory_order_relaxed);
    const bool lacking =
        code == -ENOSYS || code == -EPERM || code == -EINVAL || code == -EOPNOTSUPP;
    return lacking ? 1 : code;
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
  FillTimes(from.stx_atime, from.stx_mtime, from.stx_ctime, from.stx_btime, to);
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
  const int code = Retrying([&] { return ::fstatat(directory, path, &status, flags); });
  if (code == 0) Fill(status, record);
  return code;
}

int StatFd(int fd, StatRecord* record) {
#ifdef UVFILES_HAVE_STATX
  const int answer = TryStatx(fd, "", AT_EMPTY_PATH, record);
  if (answer <= 0) return answer;
#endif
  struct stat status;
  const int code = Retrying([&] { return ::fstat(fd, &status); });
  if (code == 0) Fill(status, record);
  return code;
}

int ChangeTimesAt(int directory, const char* path, const int64_t* times, int flags) {
  struct timespec to[2];
  for (size_t i = 0; i < 2; i++) {
    to[i].tv_sec = static_cast<time_t>(times[2 * i]);
    to[i].tv_nsec = static_cast<long>(times[2 * i + 1]);
  }
  return Retrying([&] { return ::utimensat(directory, path, to, flags); });
}

void AppendStatvfs(const struct statvfs& answer, std::string* output) {
  const uint64_t fields[] = {answer.f_bsize,  answer.f_frsize,  answer.f_blocks, answer.f_bfree,
                             answer.f_bavail, answer.f_files,   answer.f_ffree,  answer.f_favail,
                             answer.f_flag,   answer.f_namemax, answer.f_fsid};
  for (const uint64_t field : fields) AppendInteger(output, field);
}

}  // namespace platform
}  // namespace uvfiles
