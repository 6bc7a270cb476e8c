// APFS can clone a file under a new name. macOS has no call that copies between two open files, so read and write do it.
#include "platform/posix/fast_copy.h"

#include <sys/clonefile.h>

#include <cerrno>

#include "platform/file_system.h"

namespace uvfiles {

int CloneAs(int from, int directory, const char* name) {
  return ::fclonefileat(from, directory, name, 0) == 0 ? 0 : -errno;
}

int CloneWhole(int, int) { return -ENOTSUP; }
int64_t CopyRange(int, int64_t, int, int64_t, size_t) { return -ENOSYS; }
int64_t platform::SendRange(int, int, int64_t, size_t) { return -ENOSYS; }
bool IsNoSuchWay(int64_t code) { return code == -ENOSYS || code == -ENOTSUP; }
void WillReadOnce(int) {}

}  // namespace uvfiles
