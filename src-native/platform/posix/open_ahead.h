// Limits for opening files before their turn.
#pragma once

#include <sys/resource.h>

#include <cstdint>

namespace uvfiles {

// How many bytes of a file are requested ahead. The kernel's own read-ahead fetches the rest of a larger file.
constexpr uint64_t kMostAdvised = 128 * 1024;

// Whether the descriptor is one of the last that the process may have. Those are left to the rest of the program. The kernel
// assigns the lowest free number, so the number tells.
inline bool IsAmongLastDescriptors(int fd) {
  constexpr rlim_t kSpare = 64;
  struct rlimit limit;
  return ::getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
         static_cast<rlim_t>(fd) + kSpare > limit.rlim_cur;
}

}  // namespace uvfiles
