// preadv2 and pwritev2 through libc's wrappers, so that faults can be injected, or by system call where libc has none: musl
// has them since 1.2.5, and a binary that uses its wrappers would not load with an older version.
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

// `position` -1 means the descriptor's position. As the wrappers, returns a count, or -1 with errno.
inline int64_t Preadv2(int fd, const struct iovec* vector, int64_t position, int flags) {
#ifdef __GLIBC__
  return ::preadv2(fd, vector, 1, position, flags);
#else
  // The upper half of the position is a separate argument, which 64-bit kernels ignore except for -1.
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
