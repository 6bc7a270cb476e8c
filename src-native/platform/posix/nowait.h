// One transfer that does not wait on a descriptor that may: Linux can tell the kernel so for a single call.
#pragma once

#include <cstddef>
#include <cstdint>

namespace uvfiles {
namespace platform {

// A count, UV_EAGAIN when it would have to wait, or UV_ENOTSUP where there is no telling.
int64_t ReadNowait(int fd, char* data, size_t size);
int64_t WriteNowait(int fd, const char* data, size_t size);

// For tests: what a kernel would say that does not know of it.
void ForbidNowait(bool forbidden);

}  // namespace platform
}  // namespace uvfiles
