#include "platform/posix/fast_copy.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "platform/file_system.h"
#include "platform/posix/retry.h"

namespace uvfiles {

// Not needed: FICLONE works on open files.
int CloneAs(int, int, const char*) { return -ENOTSUP; }

int CloneWhole(int to, int from) {
#ifdef FICLONE
  return Retrying([&] { return ::ioctl(to, FICLONE, from); });
#else
  return -EOPNOTSUPP;
#endif
}

int64_t CopyRange(int to, int64_t to_offset, int from, int64_t from_offset, size_t size) {
#ifdef SYS_copy_file_range
  // Without libc: older C libraries have no wrapper, and some emulate the call slowly.
  return Retrying([&]() -> int64_t {
    return ::syscall(SYS_copy_file_range, from, &from_offset, to, &to_offset, size, 0u);
  });
#else
  return -ENOSYS;
#endif
}

int64_t platform::SendRange(int to, int from, int64_t offset, size_t size) {
  off_t at = static_cast<off_t>(offset);
  return Retrying(
      [&]() -> int64_t { return ::sendfile(to, from, offset < 0 ? nullptr : &at, size); });
}

bool IsNoSuchWay(int64_t code) {
  // EBADF: the target is open for appending. EPERM: filters of containers. EXDEV: kernels before 5.3. ETXTBSY: swap
  // files. EIO and EINVAL: some file systems answer this if they do not support the call. If EIO is an error of the
  // disk, read or write fails, too.
  return code == -EXDEV || code == -EINVAL || code == -ENOSYS || code == -EOPNOTSUPP ||
         code == -EPERM || code == -EBADF || code == -ETXTBSY || code == -EIO || code == -ENOTTY ||
         code == -EOVERFLOW;
}

void WillReadOnce(int fd) { ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL); }

}  // namespace uvfiles
