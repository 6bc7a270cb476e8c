// Limits of the two places that open files before their turn.
#pragma once

#include <sys/resource.h>

#include <cstdint>

namespace uvfiles {

// Of a larger file, the kernel's own read-ahead fetches the rest.
constexpr uint64_t kMostAdvised = 128 * 1024;

// Whether the descriptor is one of the last that the process may have, which are left to the rest of the program. The
// kernel assigns the lowest free number.
inline bool IsAmongLastDescriptors(int fd) {
  constexpr rlim_t kSpare = 64;
  struct rlimit limit;
  return ::getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
         static_cast<rlim_t>(fd) + kSpare > limit.rlim_cur;
}

}  // namespace uvfiles
