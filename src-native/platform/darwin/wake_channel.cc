// A pipe that is never waited for: full means woken already.
#include "platform/posix/wake_channel.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace uvfiles {
namespace platform {

int open_wake_channel(int* read_end, int* write_end) {
  int ends[2];
  if (::pipe(ends) != 0) return -errno;
  for (const int fd : ends) {
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
  }
  *read_end = ends[0];
  *write_end = ends[1];
  return 0;
}

void signal_wake_channel(int write_end) {
  while (::write(write_end, "", 1) < 0 && errno == EINTR) {
  }
}

void drain_wake_channel(int read_end) {
  char bytes[64];
  for (;;) {
    const ssize_t count = ::read(read_end, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count < static_cast<ssize_t>(sizeof bytes)) return;
  }
}

}  // namespace platform
}  // namespace uvfiles
