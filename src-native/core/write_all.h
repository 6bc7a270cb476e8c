// Writes that are not cut short.
#pragma once

#include <uv.h>

#include <cstddef>
#include <cstdint>

#include "platform/file_system.h"

namespace uvfiles {

// Writes all bytes at `position`, or at the descriptor's own position if that is negative. 0 or a negative code.
inline int WriteAll(int fd, const char* data, size_t size, int64_t position) {
  while (size > 0) {
    const int64_t count =
        position < 0 ? platform::Write(fd, data, size) : platform::Pwrite(fd, data, size, position);
    // A full disk may accept nothing before it reports ENOSPC.
    if (count <= 0) return count < 0 ? static_cast<int>(count) : UV_ENOSPC;
    data += count;
    size -= static_cast<size_t>(count);
    if (position >= 0) position += count;
  }
  return 0;
}

}  // namespace uvfiles
