// Owns an open directory and the position of its listing: the RAII holder for DIR.
// Not thread-safe; used by one task.
#pragma once

#include <dirent.h>
#include <unistd.h>

#include <cerrno>

namespace uvfiles {

class DirectoryStream {
 public:
  DirectoryStream() = default;
  // Takes ownership of `fd`, even if it fails. The stream is closed then, and errno says why.
  explicit DirectoryStream(int fd) : dir_(::fdopendir(fd)) {
    if (dir_ == nullptr && fd >= 0) {
      const int saved = errno;
      ::close(fd);
      errno = saved;
    }
  }
  DirectoryStream(DirectoryStream&& other) noexcept : dir_(other.dir_) { other.dir_ = nullptr; }
  DirectoryStream& operator=(DirectoryStream&& other) noexcept {
    if (this != &other) {
      Close();
      dir_ = other.dir_;
      other.dir_ = nullptr;
    }
    return *this;
  }
  DirectoryStream(const DirectoryStream&) = delete;
  DirectoryStream& operator=(const DirectoryStream&) = delete;
  ~DirectoryStream() { Close(); }

  explicit operator bool() const { return dir_ != nullptr; }
  int fd() const { return ::dirfd(dir_); }
  void Close() {
    if (dir_ != nullptr) ::closedir(dir_);
    dir_ = nullptr;
  }

  // The next entry except "." and "..", or null at the end (errno 0) or on an error (errno set). Valid until the next
  // call.
  const dirent* Next() {
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(dir_);
      if (entry == nullptr) {
        if (errno == EINTR) continue;
        return nullptr;
      }
      const char* name = entry->d_name;
      if (name[0] != '.' || (name[1] != '\0' && (name[1] != '.' || name[2] != '\0'))) return entry;
    }
  }

 private:
  DIR* dir_ = nullptr;
};

}  // namespace uvfiles
