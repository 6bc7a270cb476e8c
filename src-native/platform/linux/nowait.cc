// RWF_NOWAIT on pipes: Linux 6.4 and later. Older kernels, named FIFOs and terminals answer EOPNOTSUPP.
#include "platform/posix/nowait.h"

#include <uv.h>

#include <atomic>

#include "platform/linux/vector_io.h"
#include "platform/posix/retry.h"

namespace uvfiles {
namespace platform {

namespace {

std::atomic<bool> forbidden{false};

int64_t UnlessUnsupported(int64_t result) {
  return result == -EOPNOTSUPP || result == -ENOSYS || result == -EINVAL ? int64_t{UV_ENOTSUP}
                                                                         : result;
}

}  // namespace

int64_t ReadNowait(int fd, char* data, size_t size) {
  if (forbidden.load(std::memory_order_relaxed)) return UV_ENOTSUP;
  struct iovec vector = {data, size};
  return UnlessUnsupported(
      Retrying([&]() -> int64_t { return Preadv2(fd, &vector, -1, RWF_NOWAIT); }));
}

int64_t WriteNowait(int fd, const char* data, size_t size) {
  if (forbidden.load(std::memory_order_relaxed)) return UV_ENOTSUP;
  struct iovec vector = {const_cast<char*>(data), size};
  return UnlessUnsupported(
      Retrying([&]() -> int64_t { return Pwritev2(fd, &vector, -1, RWF_NOWAIT); }));
}

void ForbidNowait(bool now) { forbidden.store(now, std::memory_order_relaxed); }

}  // namespace platform
}  // namespace uvfiles
