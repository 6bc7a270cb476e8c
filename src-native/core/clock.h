// Monotonic time in nanoseconds: the one clock for slices, queue waits and service times.
#pragma once

#include <chrono>
#include <cstdint>

namespace uvfiles {

// libstdc++, libc++ and the Windows runtime all read the monotonic clock here (about 25 ns, no system call on Linux).
inline uint64_t NowNs() {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                   std::chrono::steady_clock::now().time_since_epoch())
                                   .count());
}

}  // namespace uvfiles
