// Owns an open directory and the position of its listing: the RAII holder for DIR.
// Not thread-safe; used by one task.
#pragma once

#include <dirent.h>
#include <unistd.h>

#include <cerrno>

#include "core/unique.h"

namespace uvfiles {

class DirectoryStream {
 public:
  DirectoryStream() = default;
  // Takes ownership of `fd`, even if it fails. The stream is closed then, and errno says why.
  explicit DirectoryStream(int fd) : dir_(::fdopendir(fd)) {
    if (!dir_ && fd >= 0) {
      const int saved = errno;
      ::close(fd);
      errno = saved;
    }
  }
  explicit operator bool() const { return static_cast<bool>(dir_); }
  int fd() const { return ::dirfd(dir_.Get()); }
  void Close() { dir_.Reset(); }

  // The next entry except "." and "..", or null at the end (errno 0) or on an error (errno set). Valid until the next
  // call.
  const dirent* Next() {
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(dir_.Get());
      if (entry == nullptr) {
        if (errno == EINTR) continue;
        return nullptr;
      }
      const char* name = entry->d_name;
      if (name[0] != '.' || (name[1] != '\0' && (name[1] != '.' || name[2] != '\0'))) return entry;
    }
  }

 private:
  struct Stream {
    using Value = DIR*;
    static DIR* None() { return nullptr; }
    static bool IsOne(DIR* dir) { return dir != nullptr; }
    static void GiveBack(DIR* dir) { ::closedir(dir); }
  };
  Unique<Stream> dir_;
};

}  // namespace uvfiles
