// Tells which data of a file is cached, on file systems where that can be known.
#include "platform/cached.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <unordered_map>

#include "platform/linux/kernel_version.h"
#include "platform/linux/known_devices.h"
#include "platform/linux/vector_io.h"

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

namespace uvfiles {
namespace platform {

namespace {

constexpr size_t kPage =
    4096;  // granularity asked of cachestat and mincore; larger pages only make answers coarser

struct CachestatRange {
  uint64_t offset;
  uint64_t length;
};
struct Cachestat {
  uint64_t cached;
  uint64_t dirty;
  uint64_t writeback;
  uint64_t evicted;
  uint64_t recently_evicted;
};

CacheAccess AccessOfType(uint32_t type) {
  switch (type) {
    case kExt:
    case kXfs:
    case kBtrfs:
    case kF2fs:
      return CacheAccess::kNoWait;
    case kTmpfs:
    case kRamfs:
      return CacheAccess::kMemory;
    case kOverlayfs:
      return CacheAccess::kMincore;
    default:
      return CacheAccess::kNever;
  }
}

struct Devices {
  std::mutex mutex;
  std::unordered_map<uint64_t, CacheAccess> access;
};

Devices& AllDevices() {
  static Devices* const table = new Devices();
  return *table;
}

}  // namespace

// The number of an unmounted device may be reused. Answers that lead to RWF_NOWAIT, or to no attempt, are safe to keep. The
// others lead to plain reads, so the file system is checked again each time.
CacheAccess Classify(int fd, uint64_t device, bool may_wait) {
  const CacheAccess known = KnownAccess(device);
  if (known == CacheAccess::kNoWait || known == CacheAccess::kNever) return known;
  CacheAccess access = CacheAccess::kNever;
  struct statfs status;
  // Before Linux 5.11, a short RWF_NOWAIT read could return 0 before the end of the file.
  if (KernelAtLeast(5, 11) && ::fstatfs(fd, &status) == 0) {
    access = AccessOfType(static_cast<uint32_t>(status.f_type));
    if (access == CacheAccess::kMincore) access = AccessOfOverlay(fd, may_wait);
    if (access == CacheAccess::kUnknown) return access;
  }
  std::lock_guard<std::mutex> lock(AllDevices().mutex);
  AllDevices().access[device] = access;
  return access;
}

CacheAccess KnownAccess(uint64_t device) {
  std::lock_guard<std::mutex> lock(AllDevices().mutex);
  const auto found = AllDevices().access.find(device);
  return found == AllDevices().access.end() ? CacheAccess::kUnknown : found->second;
}

void ForgetAccess(uint64_t device) {
  std::lock_guard<std::mutex> lock(AllDevices().mutex);
  AllDevices().access[device] = CacheAccess::kNever;
}

void ForgetDevices() {
  std::lock_guard<std::mutex> lock(AllDevices().mutex);
  AllDevices().access.clear();
}

bool HasSwap() {
  struct sysinfo info;
  return ::sysinfo(&info) != 0 || info.totalswap != 0;
}

int64_t ReadCached(int fd, char* data, size_t size, int64_t position) {
  struct iovec vector = {data, size};
  const ssize_t count = Preadv2(fd, &vector, position < 0 ? -1 : position, RWF_NOWAIT);
  return count >= 0 ? count : -errno;
}

void WillNeed(int fd, int64_t position, size_t size) {
  ::posix_fadvise(fd, position, static_cast<off_t>(size), POSIX_FADV_WILLNEED);
}

Residency ResidencyOf(int fd, int64_t position, size_t size) {
  CachestatRange range = {static_cast<uint64_t>(position), size};
  Cachestat answer;
  if (::syscall(SYS_cachestat, fd, &range, &answer, 0) != 0) return Residency::kUntold;
  const uint64_t first = static_cast<uint64_t>(position) / kPage;
  const uint64_t last = (static_cast<uint64_t>(position) + size - 1) / kPage;
  return answer.cached >= last - first + 1 ? Residency::kYes : Residency::kNo;
}

char* MapFile(int fd, size_t size) {
  if (size == 0) return nullptr;
  // Never read through the mapping: if the file is truncated, that would raise SIGBUS. PROT_NONE prevents it.
  void* const mapping = ::mmap(nullptr, size, PROT_NONE, MAP_SHARED, fd, 0);
  return mapping == MAP_FAILED ? nullptr : static_cast<char*>(mapping);
}

void UnmapFile(char* mapping, size_t size) {
  if (mapping != nullptr) ::munmap(mapping, size);
}

Residency MappedResidency(const char* mapping, size_t mapped, int64_t position, size_t size) {
  const size_t from = static_cast<size_t>(position) & ~(kPage - 1);
  const size_t to = static_cast<size_t>(position) + size;
  if (mapping == nullptr || to > mapped) return Residency::kUntold;
  unsigned char pages[64];
  size_t at = from;
  while (at < to) {
    const size_t length = to - at < sizeof pages * kPage ? to - at : sizeof pages * kPage;
    if (::mincore(const_cast<char*>(mapping) + at, length, pages) != 0) return Residency::kUntold;
    const size_t count = (length + kPage - 1) / kPage;
    for (size_t i = 0; i < count; i++) {
      if ((pages[i] & 1) == 0) return Residency::kNo;
    }
    at += length;
  }
  return Residency::kYes;
}

bool MayAskMincore(int fd) {
  struct stat status;
  if (::fstat(fd, &status) != 0) return false;
  if (status.st_uid == ::geteuid()) return true;
  return ::faccessat(fd, "", W_OK, AT_EACCESS | AT_EMPTY_PATH) == 0;
}

}  // namespace platform
}  // namespace uvfiles
