// RWF_NOWAIT on pipes: Linux 6.4 and later; before that, and on named FIFOs and terminals, EOPNOTSUPP.
#include "platform/posix/nowait.h"

#include <uv.h>

#include <atomic>

#include "platform/linux/vector_io.h"
#include "platform/posix/retry.h"

namespace uvfiles {
namespace platform {

namespace {

std::atomic<bool> forbidden{false};

int64_t unless_unsupported(int64_t result) {
  return result == -EOPNOTSUPP || result == -ENOSYS || result == -EINVAL ? int64_t{UV_ENOTSUP}
                                                                         : result;
}

}  // namespace

int64_t read_nowait(int fd, char* data, size_t size) {
  if (forbidden.load(std::memory_order_relaxed)) return UV_ENOTSUP;
  struct iovec vector = {data, size};
  return unless_unsupported(
      Retrying([&]() -> int64_t { return preadv2(fd, &vector, -1, RWF_NOWAIT); }));
}

int64_t write_nowait(int fd, const char* data, size_t size) {
  if (forbidden.load(std::memory_order_relaxed)) return UV_ENOTSUP;
  struct iovec vector = {const_cast<char*>(data), size};
  return unless_unsupported(
      Retrying([&]() -> int64_t { return pwritev2(fd, &vector, -1, RWF_NOWAIT); }));
}

void forbid_nowait(bool now) { forbidden.store(now, std::memory_order_relaxed); }

}  // namespace platform
}  // namespace uvfiles
