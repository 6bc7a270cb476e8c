// An eventfd: one descriptor, and never full.
#include "platform/posix/wake_channel.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "platform/posix/retry.h"

namespace uvfiles {
namespace platform {

int open_wake_channel(int* read_end, int* write_end) {
  const int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) return -errno;
  *read_end = *write_end = fd;
  return 0;
}

// EAGAIN would mean that the count is at its limit: the waiter is then woken already.
void signal_wake_channel(int write_end) {
  const uint64_t one = 1;
  while (::write(write_end, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void drain_wake_channel(int read_end) {
  uint64_t count;
  while (::read(read_end, &count, sizeof count) < 0 && errno == EINTR) {
  }
}

}  // namespace platform
}  // namespace uvfiles
