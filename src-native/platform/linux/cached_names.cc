// Looks up paths on local mounts, with cached names only.
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <mutex>

#include "core/clock.h"
#include "core/unique_fd.h"
#include "platform/cached.h"
#include "platform/linux/known_devices.h"
#include "platform/linux/mount_table.h"
#include "platform/posix/open_ahead.h"
#include "platform/thread.h"

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

namespace uvfiles {
namespace platform {

namespace {

// <linux/openat2.h> of old build machines lacks these.
struct OpenHow {
  uint64_t flags;
  uint64_t mode;
  uint64_t resolve;
};
constexpr uint64_t kResolveNoXdev = 0x01;
constexpr uint64_t kResolveNoMagicLinks = 0x02;
constexpr uint64_t kResolveBeneath = 0x08;
constexpr uint64_t kResolveCached = 0x20;

constexpr long kFaccessat2 = 439;  // the same on every architecture

struct Learnt {
  std::mutex mutex;  // never held during a system call
  std::shared_ptr<const MountTable> table;
};

Learnt& LearntTable() {
  static Learnt* const last = new Learnt();
  return *last;
}

// A long table takes long to read, and a busy system mounts and unmounts all the time. After each reading, the pause is this
// many times as long as the reading.
constexpr uint64_t kPause = 20;
// The pause after a reading for which there was no descriptor.
constexpr uint64_t kShortagePauseNs = 100'000'000;
std::atomic<bool> wanted{false};
std::atomic<bool> learning{false};
std::atomic<bool> learnt{false};
std::atomic<uint64_t> not_before_ns{0};

void LearnNow() {
  const uint64_t begin = NowNs();
  std::shared_ptr<const MountTable> table = MountTable::Learn();
  const bool lacked_descriptor = table->LackedDescriptor();
  {
    std::lock_guard<std::mutex> lock(LearntTable().mutex);
    LearntTable().table.swap(table);
  }
  learnt.store(true, std::memory_order_relaxed);
  ForgetDevices();
  const uint64_t end = NowNs();
  const uint64_t pause = lacked_descriptor ? kShortagePauseNs : (end - begin) * kPause;
  not_before_ns.store(end + pause, std::memory_order_relaxed);
}

int OpenAt(int directory, const char* path, int flags, uint64_t resolve) {
  OpenHow how = {static_cast<uint64_t>(flags | O_CLOEXEC), 0, resolve};
  const long fd = ::syscall(SYS_openat2, directory, path, &how, sizeof how);
  return fd >= 0 ? static_cast<int>(fd) : -errno;
}

// Does not leave the mount (EXDEV otherwise). `resolve`: kResolveCached or 0.
int OpenBeneath(int directory, const char* path, int flags, uint64_t resolve) {
  return OpenAt(directory, path, flags, resolve | kResolveNoXdev | kResolveNoMagicLinks);
}

int OpenLocal(const MountTable& mounts, const char* path, int flags, uint64_t resolve) {
  if (path[0] != '/') {
    // Checked each time, because the process may change its working directory.
    return mounts.IsLocal(AT_FDCWD) ? OpenBeneath(AT_FDCWD, path, flags, resolve) : kUnsupported;
  }
  const MountTable::Mount* const mount = mounts.Find(path);
  if (mount == nullptr || !mount->local) return kUnsupported;
  // The path is relative to the current root directory of the process.
  if (mount->root.empty()) return OpenBeneath(AT_FDCWD, path, flags, resolve);
  // The mount's root is not kept open, because it could not be unmounted then. O_PATH asks no file system, and only cached
  // names are looked up.
  const UniqueFd root(OpenAt(AT_FDCWD, mount->root.c_str(), O_PATH | O_DIRECTORY, kResolveCached));
  if (!root) return kUnsupported;
  // This may be a different mount: a new one, or one below a new root directory of the process.
  if (!mounts.IsOn(root.Get(), *mount)) return kUnsupported;
  const char* relative = path + mount->root.size();
  while (*relative == '/') relative++;
  return OpenBeneath(root.Get(), *relative == '\0' ? "." : relative, flags, resolve);
}

}  // namespace
// access(2) looks up its path with the real ids and their capabilities; an open uses the effective ones. Whether both give
// the same result is checked each time, because the process may change its ids.
bool LooksUpAsAccess() {
  uid_t real_user, user, saved_user;
  gid_t real_group, group, saved_group;
  if (::getresuid(&real_user, &user, &saved_user) != 0 || real_user != user) return false;
  if (::getresgid(&real_group, &group, &saved_group) != 0 || real_group != group) return false;
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
  if (::syscall(SYS_capget, &header, sets) != 0) return false;
  constexpr uint32_t kLookup = 1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH;
  // access(2) uses the permitted capabilities for root, and none for other users.
  const uint32_t granted = real_user == 0 ? sets[0].permitted : 0;
  return ((sets[0].effective ^ granted) & kLookup) == 0;
}

std::shared_ptr<const MountTable> LastLearntMounts() {
  std::lock_guard<std::mutex> lock(LearntTable().mutex);
  return LearntTable().table;
}

void WantMounts() { wanted.store(true, std::memory_order_relaxed); }

void LearnMountsIfWanted() {
  if (!wanted.load(std::memory_order_relaxed)) return;
  if (NowNs() < not_before_ns.load(std::memory_order_relaxed)) return;
  if (learning.exchange(true, std::memory_order_acq_rel)) return;
  wanted.store(false, std::memory_order_relaxed);
  const auto body = [](void*) {
    LearnNow();
    learning.store(false, std::memory_order_release);
  };
  if (StartThread("uvfiles-mounts", body, nullptr) == 0) return;
  wanted.store(true, std::memory_order_relaxed);
  learning.store(false, std::memory_order_release);
}

std::shared_ptr<const MountTable> KnownMounts() {
  std::shared_ptr<const MountTable> table;
  {
    std::unique_lock<std::mutex> lock(LearntTable().mutex, std::try_to_lock);
    if (lock.owns_lock()) table = LearntTable().table;
  }
  if (table != nullptr && table->Changed()) table = nullptr;
  return table;
}

CacheAccess AccessOfOverlay(int fd, bool may_wait) {
  std::shared_ptr<const MountTable> table = LastLearntMounts();
  if (table == nullptr || (may_wait && table->Changed())) {
    if (!may_wait || NowNs() < not_before_ns.load(std::memory_order_relaxed))
      return CacheAccess::kUnknown;
    LearnNow();
    table = LastLearntMounts();
  }
  return table->IsLocal(fd) ? CacheAccess::kMincore : CacheAccess::kNever;
}

bool KnowsMounts() { return learnt.load(std::memory_order_relaxed); }

int OpenCached(const MountTable& mounts, const char* path, int flags) {
  return OpenLocal(mounts, path, flags, kResolveCached);
}

int OpenAhead(const MountTable& mounts, const char* path, int flags, bool* cold) {
  UniqueFd fd(OpenLocal(mounts, path, flags | O_NONBLOCK, 0));
  struct stat found;
  if (!fd || IsAmongLastDescriptors(fd.Get()) || ::fstat(fd.Get(), &found) != 0)
    return kUnsupported;
  if (!S_ISREG(found.st_mode) || found.st_size <= 0) return fd.Release();
  const size_t size = std::min<uint64_t>(static_cast<uint64_t>(found.st_size), kMostAdvised);
  const Residency residency = ResidencyOf(fd.Get(), 0, size);
  *cold = residency == Residency::kNo;
  if (residency != Residency::kYes) WillNeed(fd.Get(), 0, size);
  return fd.Release();
}

int OpenCachedBeneath(const MountTable& mounts, const char* root, const char* path, int flags) {
  const UniqueFd directory(OpenCached(mounts, root, O_PATH | O_DIRECTORY));
  if (!directory) return kUnsupported;
  return OpenAt(directory.Get(), path, flags,
                kResolveCached | kResolveNoXdev | kResolveNoMagicLinks | kResolveBeneath);
}

int AccessOpen(int fd, int mode) {
  if (!LooksUpAsAccess()) return kUnsupported;
  if (mode == F_OK) return 0;
  // faccessat2 (Linux 5.8) exists wherever RESOLVE_CACHED does, but a seccomp filter may refuse it with any error.
  if (::syscall(kFaccessat2, fd, "", mode, AT_EMPTY_PATH) == 0) return 0;
  return errno == EACCES || errno == EROFS || errno == ETXTBSY ? -errno : kUnsupported;
}

// btrfs and F2FS keep links in pages. An overlay keeps them as its lower file systems do.
bool KeepsLinksInInodes(int fd) {
  struct statfs status;
  if (::fstatfs(fd, &status) != 0) return false;
  const uint32_t type = static_cast<uint32_t>(status.f_type);
  return type == kExt || type == kXfs || type == kTmpfs || type == kRamfs;
}

int64_t ReadlinkOpen(int fd, char* data, size_t size) {
  const ssize_t count = ::readlinkat(fd, "", data, size);
  return count < 0 ? -errno : count;
}

}  // namespace platform
}  // namespace uvfiles
