// macOS has mkfifoat and mknodat only since version 13, so the kernel is asked for the path of the directory. This is as
// good as the descriptor, unless somebody renames a directory above it between the two calls.
#include "platform/posix/make_special.h"

#include <fcntl.h>
#include <sys/param.h>

#include <cerrno>
#include <string>

namespace uvfiles {

int MakeSpecialAt(int directory, const char* name, const struct stat& original) {
  if (!S_ISFIFO(original.st_mode)) {
    errno = EINVAL;
    return -1;
  }
  const mode_t mode = original.st_mode & 0777;
  if (directory == AT_FDCWD || name[0] == '/') return ::mkfifo(name, mode);
  char path[MAXPATHLEN];
  if (::fcntl(directory, F_GETPATH, path) != 0) return -1;
  return ::mkfifo((std::string(path) + "/" + name).c_str(), mode);
}

}  // namespace uvfiles
