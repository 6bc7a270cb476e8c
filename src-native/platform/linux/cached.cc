#include "platform/cached.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "platform/linux/vector_io.h"

#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

namespace uvfiles {
namespace platform {

namespace {

constexpr size_t kPage =
    4096;  // granularity asked of cachestat and mincore; larger pages only make answers coarser

// <linux/openat2.h> and <linux/mman.h> of old build machines lack these.
struct OpenHow {
  uint64_t flags;
  uint64_t mode;
  uint64_t resolve;
};
constexpr uint64_t kResolveNoXdev = 0x01;
constexpr uint64_t kResolveNoMagicLinks = 0x02;
constexpr uint64_t kResolveCached = 0x20;

constexpr long kFaccessat2 = 439;  // the same on every architecture

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

struct KernelVersion {
  int major = 0;
  int minor = 0;
};

KernelVersion kernel_version() {
  static const KernelVersion version = [] {
    KernelVersion found;
    struct utsname name;
    if (::uname(&name) == 0) std::sscanf(name.release, "%d.%d", &found.major, &found.minor);
    return found;
  }();
  return version;
}

bool kernel_at_least(int major, int minor) {
  const KernelVersion version = kernel_version();
  return version.major > major || (version.major == major && version.minor >= minor);
}

// f_type of statfs(2); <linux/magic.h> does not have them all.
CacheAccess access_of_type(uint32_t type) {
  switch (type) {
    case 0xEF53:      // ext2, ext3, ext4
    case 0x58465342:  // XFS
    case 0x9123683E:  // btrfs
    case 0xF2F52010:  // F2FS
      return CacheAccess::kNoWait;
    case 0x01021994:  // tmpfs
    case 0x858458f6:  // ramfs
      return CacheAccess::kMemory;
    case 0x794c7630:  // overlayfs
      return CacheAccess::kMincore;
    default:
      return CacheAccess::kNever;
  }
}

bool local_by_name(const std::string& type) {
  static const char* const names[] = {"ext2", "ext3",  "ext4",  "xfs",    "btrfs",
                                      "f2fs", "tmpfs", "ramfs", "overlay"};
  for (const char* name : names) {
    if (type == name) return true;
  }
  return false;
}

struct Devices {
  std::mutex mutex;
  std::unordered_map<uint64_t, CacheAccess> access;
};

Devices& devices() {
  static Devices* const table = new Devices();
  return *table;
}

struct Mount {
  std::string root;  // without a slash at the end; "" for /
};

struct Mounts {
  std::mutex mutex;
  std::vector<Mount> local;  // longest first
  std::vector<std::string> foreign;
  int root =
      -1;  // "/", if that is local. No other mount is held: that would keep it from being unmounted
  int watch = -1;  // /proc/self/mountinfo: poll(2) tells of changes
  bool learnt = false;
};

Mounts& mounts() {
  static Mounts* const table = new Mounts();
  return *table;
}

// "/a b" stands as "/a\040b" in mountinfo.
std::string unescaped(const char* from, size_t length) {
  std::string to;
  for (size_t i = 0; i < length; i++) {
    if (from[i] == '\\' && i + 3 < length) {
      to.push_back(static_cast<char>(((from[i + 1] - '0') << 6) | ((from[i + 2] - '0') << 3) |
                                     (from[i + 3] - '0')));
      i += 3;
    } else {
      to.push_back(from[i]);
    }
  }
  return to;
}

int open_at(int directory, const char* path, int flags, uint64_t resolve) {
  OpenHow how = {static_cast<uint64_t>(flags | O_CLOEXEC), 0, resolve};
  const long fd = ::syscall(SYS_openat2, directory, path, &how, sizeof how);
  return fd >= 0 ? static_cast<int>(fd) : -errno;
}

// Without leaving the mount: EXDEV instead.
int open_beneath(int directory, const char* path, int flags) {
  return open_at(directory, path, flags, kResolveCached | kResolveNoXdev | kResolveNoMagicLinks);
}

bool under(const char* path, const std::string& root) {
  return std::strncmp(path, root.c_str(), root.size()) == 0 &&
         (path[root.size()] == '/' || path[root.size()] == '\0');
}

}  // namespace

CacheAccess classify(int fd, uint64_t device) {
  const CacheAccess known = known_access(device);
  if (known != CacheAccess::kUnknown) return known;
  CacheAccess access = CacheAccess::kNever;
  struct statfs status;
  // Before 5.11 a short RWF_NOWAIT read could say 0 before the end of the file.
  if (kernel_at_least(5, 11) && ::fstatfs(fd, &status) == 0) {
    access = access_of_type(static_cast<uint32_t>(status.f_type));
  }
  std::lock_guard<std::mutex> lock(devices().mutex);
  devices().access[device] = access;
  return access;
}

CacheAccess known_access(uint64_t device) {
  std::lock_guard<std::mutex> lock(devices().mutex);
  const auto found = devices().access.find(device);
  return found == devices().access.end() ? CacheAccess::kUnknown : found->second;
}

void forget_access(uint64_t device) {
  std::lock_guard<std::mutex> lock(devices().mutex);
  devices().access[device] = CacheAccess::kNever;
}

bool has_swap() {
  struct sysinfo info;
  return ::sysinfo(&info) != 0 || info.totalswap != 0;
}

int64_t read_cached(int fd, char* data, size_t size, int64_t position) {
  struct iovec vector = {data, size};
  const ssize_t count = preadv2(fd, &vector, position < 0 ? -1 : position, RWF_NOWAIT);
  return count >= 0 ? count : -errno;
}

void will_need(int fd, int64_t position, size_t size) {
  ::posix_fadvise(fd, position, static_cast<off_t>(size), POSIX_FADV_WILLNEED);
}

Residency residency(int fd, int64_t position, size_t size) {
  CachestatRange range = {static_cast<uint64_t>(position), size};
  Cachestat answer;
  if (::syscall(SYS_cachestat, fd, &range, &answer, 0) != 0) return Residency::kUntold;
  const uint64_t first = static_cast<uint64_t>(position) / kPage;
  const uint64_t last = (static_cast<uint64_t>(position) + size - 1) / kPage;
  return answer.cached >= last - first + 1 ? Residency::kYes : Residency::kNo;
}

char* map_file(int fd, size_t size) {
  if (size == 0) return nullptr;
  // Never read through: a file that is truncated would raise SIGBUS. PROT_NONE makes that certain.
  void* const mapping = ::mmap(nullptr, size, PROT_NONE, MAP_SHARED, fd, 0);
  return mapping == MAP_FAILED ? nullptr : static_cast<char*>(mapping);
}

void unmap_file(char* mapping, size_t size) {
  if (mapping != nullptr) ::munmap(mapping, size);
}

Residency mapped_residency(const char* mapping, size_t mapped, int64_t position, size_t size) {
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

bool may_ask_mincore(int fd) {
  struct stat status;
  if (::fstat(fd, &status) != 0) return false;
  if (status.st_uid == ::geteuid()) return true;
  return ::faccessat(fd, "", W_OK, AT_EACCESS | AT_EMPTY_PATH) == 0;
}

void learn_mounts() {
  Mounts& table = mounts();
  std::lock_guard<std::mutex> lock(table.mutex);
  if (table.root >= 0) ::close(table.root);
  table.root = -1;
  table.local.clear();
  table.foreign.clear();
  table.learnt = true;
  if (!kernel_at_least(5, 12)) return;  // RESOLVE_CACHED
  if (table.watch < 0) table.watch = ::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
  if (table.watch < 0) return;
  struct pollfd changes = {table.watch, POLLPRI, 0};
  ::poll(&changes, 1, 0);  // what changed before this moment is about to be read
  std::string text;
  char part[4096];
  ::lseek(table.watch, 0, SEEK_SET);
  for (;;) {
    const ssize_t count = ::read(table.watch, part, sizeof part);
    if (count <= 0) break;
    text.append(part, static_cast<size_t>(count));
  }
  // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw
  size_t line = 0;
  while (line < text.size()) {
    size_t end = text.find('\n', line);
    if (end == std::string::npos) end = text.size();
    const std::string entry = text.substr(line, end - line);
    line = end + 1;
    size_t at = 0;
    for (int field = 0; field < 4 && at != std::string::npos; field++) at = entry.find(' ', at) + 1;
    const size_t stop = entry.find(' ', at);
    const size_t separator = entry.find(" - ", at);
    if (stop == std::string::npos || separator == std::string::npos) continue;
    std::string root = unescaped(entry.data() + at, stop - at);
    if (root == "/") root.clear();
    const size_t type_end = entry.find(' ', separator + 3);
    const std::string type = entry.substr(separator + 3, type_end - separator - 3);
    // A later mount on the same point covers the earlier one.
    for (size_t i = 0; i < table.local.size(); i++) {
      if (table.local[i].root != root) continue;
      table.local.erase(table.local.begin() + static_cast<ptrdiff_t>(i));
      break;
    }
    if (!local_by_name(type)) {
      table.foreign.push_back(root);
      continue;
    }
    if (root.empty()) {
      if (table.root >= 0) ::close(table.root);
      table.root = ::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
      if (table.root < 0) continue;
    }
    table.local.push_back({root});
  }
  for (size_t i = 1; i < table.local.size(); i++) {  // few: insertion sort, longest root first
    for (size_t j = i; j > 0 && table.local[j].root.size() > table.local[j - 1].root.size(); j--) {
      std::swap(table.local[j], table.local[j - 1]);
    }
  }
}

bool mounts_changed() {
  Mounts& table = mounts();
  std::lock_guard<std::mutex> lock(table.mutex);
  if (!table.learnt) return true;
  if (table.watch < 0) return false;
  struct pollfd changes = {table.watch, POLLPRI, 0};
  return ::poll(&changes, 1, 0) > 0 && (changes.revents & (POLLPRI | POLLERR)) != 0;
}

int open_cached(const char* path, int flags) {
  if (path[0] != '/') return kUnsupported;
  Mounts& table = mounts();
  std::lock_guard<std::mutex> lock(table.mutex);
  for (const Mount& mount : table.local) {
    if (!under(path, mount.root)) continue;
    const char* relative = path + mount.root.size();
    while (*relative == '/') relative++;
    if (*relative == '\0') relative = ".";
    if (mount.root.empty()) return open_beneath(table.root, relative, flags);
    // O_PATH asks no file system, and cached names only are walked.
    const int root = open_at(AT_FDCWD, mount.root.c_str(), O_PATH | O_DIRECTORY, kResolveCached);
    if (root < 0) return root;
    const int fd = open_beneath(root, relative, flags);
    ::close(root);
    return fd;
  }
  return kUnsupported;
}

int access_open(int fd, int mode) {
  // faccessat2, Linux 5.8: older than RESOLVE_CACHED, but C libraries emulate it where seccomp hides it.
  if (::syscall(kFaccessat2, fd, "", mode, AT_EMPTY_PATH) == 0) return 0;
  return errno == EACCES || errno == EROFS || errno == EPERM || errno == ETXTBSY ? -errno
                                                                                 : kUnsupported;
}

int64_t readlink_open(int fd, char* data, size_t size) {
  const ssize_t count = ::readlinkat(fd, "", data, size);
  return count < 0 ? -errno : count;
}

}  // namespace platform
}  // namespace uvfiles
