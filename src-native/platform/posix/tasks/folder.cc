#include "platform/posix/tasks/folder.h"

#include <cstring>
#include <string>

#include "platform/posix/directory_at.h"

namespace uvfiles {

int Folder::ShortenTo(const char** path) {
  const char* const slash = std::strrchr(*path, '/');
  // The root's own entries have no way to save, and "a/" is about "a", not about something in it.
  if (slash == nullptr || slash == *path || slash[1] == '\0') return AT_FDCWD;
  const auto length = static_cast<size_t>(slash - *path);
  if (length != length_ || std::memcmp(path_, *path, length) != 0) {
    // Opened for the second name in it only: a list may have each name in another.
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
  // What stands in the way, or a lack of descriptors: the whole path tells, or does.
  if (!directory_) return AT_FDCWD;
  *path = slash + 1;
  return directory_.Get();
}

}  // namespace uvfiles
