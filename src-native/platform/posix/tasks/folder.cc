#include "platform/posix/tasks/folder.h"

#include <cstring>
#include <string>

#include "platform/posix/directory_at.h"

namespace uvfiles {

int Folder::ShortenTo(const char** path) {
  const char* const slash = std::strrchr(*path, '/');
  // For entries of the root, this would save nothing, and "a/" means "a" itself.
  if (slash == nullptr || slash == *path || slash[1] == '\0') return AT_FDCWD;
  const auto length = static_cast<size_t>(slash - *path);
  if (length != length_ || std::memcmp(path_, *path, length) != 0) {
    // The directory is opened for the second name in it, because each name of a list may be in a different directory.
    directory_.Reset();
    path_ = *path;
    length_ = length;
    opened_ = false;
    return AT_FDCWD;
  }
#ifdef O_PATH
  if (!opened_) {
    opened_ = true;
    const std::string folder(*path, length);
    directory_.Reset(::open(folder.c_str(), kOpenAsBase));
  }
#endif
  // It could not be opened. The call with the whole path succeeds, or reports why it fails.
  if (!directory_) return AT_FDCWD;
  *path = slash + 1;
  return directory_.Get();
}

}  // namespace uvfiles
