// Transfers that do not wait although the descriptor is not O_NONBLOCK. Linux has a flag for this in single calls.
#pragma once

#include <cstddef>
#include <cstdint>

namespace uvfiles {
namespace platform {

// A count, UV_EAGAIN if it would have to wait, or UV_ENOTSUP if the system or the descriptor has no such call.
int64_t ReadNowait(int fd, char* data, size_t size);
int64_t WriteNowait(int fd, const char* data, size_t size);

// For tests: makes the calls answer as a kernel that does not support the flag.
void ForbidNowait(bool forbidden);

}  // namespace platform
}  // namespace uvfiles
