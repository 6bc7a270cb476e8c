#include "platform/posix/chmod_unfollowed.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "platform/posix/directory_at.h"
#include "platform/posix/nameless_file.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

// Linux 6.6; the number is the same on every architecture.
constexpr long kFchmodat2 = 452;

int OpenPath(int parent, const char* name, int flags) {
  return Retrying([&] { return ::openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC | flags); });
}

// fchmod refuses an O_PATH descriptor. On older kernels, the mode is changed through the descriptor's link in /proc, which
// leads to the inode, not to a name.
int ChmodPathDescriptor(int fd, mode_t mode) {
  if (::syscall(kFchmodat2, fd, "", mode, AT_EMPTY_PATH) == 0) return 0;
  // Container runtimes from before 2023 fail calls that they do not know with EPERM.
  if (errno != ENOSYS && errno != EPERM) return -errno;
  return ::chmod(NamelessPath(fd).c_str(), mode) == 0 ? 0 : -errno;
}

}  // namespace

int ChmodUnfollowed(int parent, const char* name, mode_t mode) {
  const int fd = OpenPath(parent, name, O_DIRECTORY);
  if (fd < 0) return fd;
  const UniqueFd holder(fd);
  return ChmodPathDescriptor(fd, mode);
}

int ChmodEntryUnfollowed(int parent, const char* name, mode_t mode) {
  const int fd = OpenPath(parent, name, 0);
  if (fd < 0) return fd;
  const UniqueFd holder(fd);
  struct stat st;
  if (::fstat(fd, &st) != 0) return -errno;
  return S_ISLNK(st.st_mode) ? -ELOOP : ChmodPathDescriptor(fd, mode);
}

int OpenUnlocking(int parent, const char* name, mode_t bits) {
  const int fd = OpenPath(parent, name, O_DIRECTORY);
  if (fd < 0) return fd;
  const UniqueFd holder(fd);
  struct stat st;
  if (::fstat(fd, &st) != 0) return -errno;
  const int failure = ChmodPathDescriptor(fd, (st.st_mode & 07777) | bits);
  return failure != 0 ? failure : OpenDirectoryAt(fd, ".");
}

}  // namespace uvfiles
