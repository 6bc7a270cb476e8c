// Repeats system calls that a signal interrupts. Never used for close.
#pragma once

#include <cerrno>

#include "core/unique_fd.h"  // IsDescriptorShortage

namespace uvfiles {

// The result of `call` if it is not negative, else -errno.
template <typename Call>
auto Retrying(Call call) -> decltype(call()) {
  for (;;) {
    const auto result = call();
    if (result >= 0) return result;
    if (errno != EINTR) return -errno;
  }
}

}  // namespace uvfiles
