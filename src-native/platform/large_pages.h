// Pages of more than 4 KiB for large memory.
#pragma once

#include <cstddef>
#include <cstdint>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace uvfiles {
namespace platform {

constexpr size_t kLargePage = 2u << 20;

// Asks for large pages in new memory: one page fault and one TLB entry instead of 512. Memory that does not fill a large page
// is left as it is. Only a hint: the kernel uses small pages if it has no large ones.
inline void PreferLargePages(void* data, size_t size) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  const uintptr_t begin = reinterpret_cast<uintptr_t>(data);
  const uintptr_t first = (begin + kLargePage - 1) & ~(kLargePage - 1);
  const uintptr_t last = (begin + size) & ~(kLargePage - 1);
  if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#else
  (void)data;
  (void)size;
#endif
}

}  // namespace platform
}  // namespace uvfiles
