#include "platform/readiness.h"

#include <poll.h>

#include "platform/posix/retry.h"

namespace uvfiles {
namespace platform {

bool IsReady(int fd, bool for_write) {
  struct pollfd entry = {fd, static_cast<short>(for_write ? POLLOUT : POLLIN), 0};
  return Retrying([&] { return ::poll(&entry, 1, 0); }) > 0;
}

}  // namespace platform
}  // namespace uvfiles
