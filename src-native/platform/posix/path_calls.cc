#include "platform/path_calls.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdlib>

#include "platform/file_system.h"
#include "platform/posix/directory_at.h"
#include "platform/posix/retry.h"
#include "platform/posix/stat_at.h"

namespace uvfiles {
namespace platform {

// Not faccessat: some C libraries call faccessat2 for it, and return EPERM when a seccomp filter refuses that call.
bool MayAccess(const std::string& path, int mode) {
  return Retrying([&] { return ::access(path.c_str(), mode); }) == 0;
}

// As in Python: a mount point is on another device than its parent, or is the root, which is its own parent. A link is not
// a mount point.
bool IsMount(const std::string& path) {
  StatRecord self;
  StatRecord above;
  if (Lstat(path.c_str(), &self) < 0 || (self.mode & kTypeMask) == kTypeLink) return false;
  std::string parent = path + "/..";
  if ((self.mode & kTypeMask) != kTypeDirectory) {
    // A file can be a mount point, too, and it has no "..".
    const size_t slash = path.rfind('/');
    parent = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  }
  if (Stat(parent.c_str(), &above) < 0) return false;
  return self.dev != above.dev || self.ino == above.ino;
}

int ChangeMode(const std::string& path, int64_t mode) {
  return Retrying([&] { return ::chmod(path.c_str(), static_cast<mode_t>(mode)); });
}

int ChangeOwner(const std::string& path, int64_t user, int64_t group, bool follow) {
  return Retrying([&] {
    return ::fchownat(AT_FDCWD, path.c_str(), static_cast<uid_t>(user), static_cast<gid_t>(group),
                      follow ? 0 : AT_SYMLINK_NOFOLLOW);
  });
}

int ChangeTimes(const std::string& path, const int64_t* times, bool follow) {
  return ChangeTimesAt(AT_FDCWD, path.c_str(), times, follow ? 0 : AT_SYMLINK_NOFOLLOW);
}

int TruncatePath(const std::string& path, int64_t size) {
  return Retrying([&] { return ::truncate(path.c_str(), static_cast<off_t>(size)); });
}

int RealPath(const std::string& path, std::string* resolved) {
  char* found;
  do {
    found = ::realpath(path.c_str(), nullptr);
  } while (found == nullptr && errno == EINTR);
  if (found == nullptr) return -errno;
  resolved->assign(found);
  std::free(found);
  return 0;
}

int ReadLink(const std::string& path, std::string* text) {
  const int code = ReadLinkAt(AT_FDCWD, path, text);
  return code == 0 ? -EINVAL : code;
}

int StatFileSystem(const std::string& path, std::string* output) {
  struct statvfs answer;
  const int code = Retrying([&] { return ::statvfs(path.c_str(), &answer); });
  if (code == 0) AppendStatvfs(answer, output);
  return code;
}

int Unlink(const std::string& path) {
  return Retrying([&] { return ::unlink(path.c_str()); });
}

int Link(const std::string& path, const std::string& dest) {
  return Retrying([&] { return ::link(path.c_str(), dest.c_str()); });
}

int Symlink(const std::string& text, const std::string& path) {
  return Retrying([&] { return ::symlink(text.c_str(), path.c_str()); });
}

int SyncNames(const std::string& path) { return SyncDirectory(path, false); }

int SyncNameOf(const std::string& path, bool whole_file_system) {
  return SyncDirectory(SplitLastName(path).parent, whole_file_system);
}

}  // namespace platform
}  // namespace uvfiles
