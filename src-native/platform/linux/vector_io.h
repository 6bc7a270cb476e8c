// preadv2 and pwritev2 through libc's wrappers (so that faults can be injected), or straight to the kernel where libc has
// none: musl's came with 1.2.5, and a binary that names them would not load on an older one.
#pragma once

#include <sys/uio.h>
#ifndef __GLIBC__
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <cstdint>

#ifndef RWF_NOWAIT
#define RWF_NOWAIT 0x00000008
#endif

namespace uvfiles {
namespace platform {

// `position` -1: at the descriptor's own. As the wrappers: a count, or -1 and errno.
inline int64_t Preadv2(int fd, const struct iovec* vector, int64_t position, int flags) {
#ifdef __GLIBC__
  return ::preadv2(fd, vector, 1, position, flags);
#else
  // The position's upper half comes apart; 64-bit kernels look at it for -1 only.
  return ::syscall(SYS_preadv2, fd, vector, 1L, static_cast<long>(position),
                   static_cast<long>(position < 0 ? -1 : 0), flags);
#endif
}

inline int64_t Pwritev2(int fd, const struct iovec* vector, int64_t position, int flags) {
#ifdef __GLIBC__
  return ::pwritev2(fd, vector, 1, position, flags);
#else
  return ::syscall(SYS_pwritev2, fd, vector, 1L, static_cast<long>(position),
                   static_cast<long>(position < 0 ? -1 : 0), flags);
#endif
}

}  // namespace platform
}  // namespace uvfiles
