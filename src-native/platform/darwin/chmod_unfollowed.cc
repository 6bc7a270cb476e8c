#include "platform/posix/chmod_unfollowed.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "platform/posix/directory_at.h"

namespace uvfiles {

namespace {

int StatDirectory(int parent, const char* name, struct stat* st) {
  if (::fstatat(parent, name, st, AT_SYMLINK_NOFOLLOW) != 0) return -errno;
  return S_ISDIR(st->st_mode) ? 0 : -ENOTDIR;
}

}  // namespace

int ChmodUnfollowed(int parent, const char* name, mode_t mode) {
  struct stat st;
  const int failure = StatDirectory(parent, name, &st);
  if (failure != 0) return failure;
  return ::fchmodat(parent, name, mode, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : -errno;
}

int ChmodEntryUnfollowed(int parent, const char* name, mode_t mode) {
  struct stat st;
  if (::fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0) return -errno;
  if (S_ISLNK(st.st_mode)) return -ELOOP;
  return ::fchmodat(parent, name, mode, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : -errno;
}

int OpenUnlocking(int parent, const char* name, mode_t bits) {
  struct stat st;
  const int failure = StatDirectory(parent, name, &st);
  if (failure != 0) return failure;
  if (::fchmodat(parent, name, (st.st_mode & 07777) | bits, AT_SYMLINK_NOFOLLOW) != 0)
    return -errno;
  return OpenDirectoryAt(parent, name);
}

}  // namespace uvfiles
