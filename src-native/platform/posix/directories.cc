#include "platform/directories.h"

#include <sys/stat.h>
#include <unistd.h>

#include "platform/posix/retry.h"

namespace uvfiles {
namespace platform {

size_t RootLength(const std::string& path) { return !path.empty() && path[0] == '/' ? 1 : 0; }

int MakeDirectory(const std::string& path, int64_t mode) {
  return Retrying([&] { return ::mkdir(path.c_str(), static_cast<mode_t>(mode)); });
}

int RemoveEmptyDirectory(const std::string& path) {
  return Retrying([&] { return ::rmdir(path.c_str()); });
}

int Rename(const std::string& from, const std::string& to) {
  return Retrying([&] { return ::rename(from.c_str(), to.c_str()); });
}

}  // namespace platform
}  // namespace uvfiles
