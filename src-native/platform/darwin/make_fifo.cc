// mkfifoat came with macOS 13. Before it the directory has to be named: by the path that the kernel knows it by, which is
// as good as the descriptor unless somebody renames a directory above it within these two calls.
#include "platform/posix/make_fifo.h"

#include <fcntl.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

namespace uvfiles {

int MakeFifoAt(int directory, const char* name, mode_t mode) {
  if (directory == AT_FDCWD || name[0] == '/') return ::mkfifo(name, mode);
  char path[MAXPATHLEN];
  if (::fcntl(directory, F_GETPATH, path) != 0) return -1;
  return ::mkfifo((std::string(path) + "/" + name).c_str(), mode);
}

}  // namespace uvfiles
