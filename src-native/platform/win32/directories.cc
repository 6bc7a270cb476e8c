#include "platform/directories.h"

#include "platform/win32/change.h"

namespace uvfiles {
namespace platform {

size_t RootLength(const std::string& path) {
  if (path.size() >= 2 && IsSeparator(path[0]) && IsSeparator(path[1])) {
    // Two names follow, in `\\server\share\` as in `\\?\C:\`.
    size_t at = 2;
    for (int names = 0; names < 2 && at < path.size(); ++names) {
      while (at < path.size() && !IsSeparator(path[at])) ++at;
      while (at < path.size() && IsSeparator(path[at])) ++at;
    }
    return at;
  }
  size_t at = path.size() >= 2 && path[1] == ':' ? 2 : 0;
  while (at < path.size() && IsSeparator(path[at])) ++at;
  return at;
}

int MakeDirectory(const std::string& path, int64_t /*mode*/) {
  return win32::MakeDirectoryAt(path);
}

int RemoveEmptyDirectory(const std::string& path) { return win32::RemoveDirectoryAt(path); }

int Rename(const std::string& from, const std::string& to) { return win32::Rename(from, to); }

}  // namespace platform
}  // namespace uvfiles
