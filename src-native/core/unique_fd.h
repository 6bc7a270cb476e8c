// Owns a file descriptor that does not reach JavaScript, and closes it once.
// Not thread-safe; a UniqueFd belongs to one task or operation.
#pragma once

#include <uv.h>

#include "platform/file_system.h"

namespace uvfiles {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) Reset(other.Release());
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { Reset(); }

  int Get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

  int Release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }

  // close(2) is never retried: on Linux the descriptor is gone even after EINTR.
  void Reset(int fd = -1) {
    if (fd_ >= 0) platform::CloseFile(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

// Whether the process or the system has no free descriptor. It is worth waiting for one, because the library closes
// many soon.
inline bool IsDescriptorShortage(int code) { return code == UV_EMFILE || code == UV_ENFILE; }

}  // namespace uvfiles
