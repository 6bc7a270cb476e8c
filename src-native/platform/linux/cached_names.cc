// The names of files: what is cached of them, within mounts that are local.
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "platform/cached.h"
#include "platform/linux/file_system_types.h"
#include "platform/linux/kernel_version.h"
#include "platform/linux/known_devices.h"

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
constexpr uint64_t kResolveCached = 0x20;

constexpr long kFaccessat2 = 439;  // the same on every architecture

bool local_by_name(const std::string& type) {
  static const char* const names[] = {"ext2", "ext3",  "ext4",  "xfs",    "btrfs",
                                      "f2fs", "tmpfs", "ramfs", "overlay"};
  for (const char* name : names) {
    if (type == name) return true;
  }
  return false;
}

struct Mount {
  std::string root;  // without a slash at the end; "" for /
};

struct Mounts {
  std::mutex mutex;
  std::vector<Mount> local;  // longest first
  std::vector<std::string> foreign;
  std::vector<uint64_t> local_ids;  // also of those that are covered by others
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

// access(2) looks its path up by the real ids, and with the capabilities that go with them; an open does so by the
// effective ones. Whether that is the same now: asked each time, since nobody tells of a setuid.
bool looks_up_as_access() {
  uid_t real_user, user, saved_user;
  gid_t real_group, group, saved_group;
  if (::getresuid(&real_user, &user, &saved_user) != 0 || real_user != user) return false;
  if (::getresgid(&real_group, &group, &saved_group) != 0 || real_group != group) return false;
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
  if (::syscall(SYS_capget, &header, sets) != 0) return false;
  constexpr uint32_t kLookup = 1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH;
  // Root gets what it is permitted, everybody else nothing.
  const uint32_t granted = real_user == 0 ? sets[0].permitted : 0;
  return ((sets[0].effective ^ granted) & kLookup) == 0;
}

bool under(const char* path, const std::string& root) {
  return std::strncmp(path, root.c_str(), root.size()) == 0 &&
         (path[root.size()] == '/' || path[root.size()] == '\0');
}

// As in the first column of mountinfo; 0 where the kernel does not tell. DONT_SYNC: no file system waits for a server.
uint64_t mount_of_working_directory() {
  constexpr unsigned kMountId = 0x1000;
  constexpr int kDontSync = 0x4000;
  // struct statx of old build machines lacks the field.
  struct {
    uint32_t mask;
    unsigned char fields[140];
    uint64_t mount_id;
    unsigned char more[104];
  } answer;
  static_assert(sizeof answer == 256, "struct statx has 256 bytes");
  static_assert(offsetof(decltype(answer), mount_id) == 144, "as <linux/stat.h> lays it out");
  if (::syscall(SYS_statx, AT_FDCWD, ".", kDontSync, kMountId, &answer) != 0) return 0;
  return (answer.mask & kMountId) != 0 ? answer.mount_id : 0;
}

}  // namespace

void learn_mounts() {
  Mounts& table = mounts();
  std::lock_guard<std::mutex> lock(table.mutex);
  if (table.root >= 0) ::close(table.root);
  table.root = -1;
  table.local.clear();
  table.foreign.clear();
  table.local_ids.clear();
  table.learnt = true;
  forget_devices();
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
    table.local_ids.push_back(std::strtoull(entry.c_str(), nullptr, 10));
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
  Mounts& table = mounts();
  std::lock_guard<std::mutex> lock(table.mutex);
  if (path[0] != '/') {
    // Asked each time: nobody tells of a chdir.
    const auto& ids = table.local_ids;
    if (std::find(ids.begin(), ids.end(), mount_of_working_directory()) == ids.end())
      return kUnsupported;
    return open_beneath(AT_FDCWD, path, flags);
  }
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
  if (!looks_up_as_access()) return kUnsupported;
  if (mode == F_OK) return 0;
  // faccessat2, Linux 5.8: older than RESOLVE_CACHED, but a seccomp filter may refuse it with any error.
  if (::syscall(kFaccessat2, fd, "", mode, AT_EMPTY_PATH) == 0) return 0;
  return errno == EACCES || errno == EROFS || errno == ETXTBSY ? -errno : kUnsupported;
}

// btrfs and F2FS keep links in pages, an overlay where those below it do.
bool keeps_links_in_inodes(int fd) {
  struct statfs status;
  if (::fstatfs(fd, &status) != 0) return false;
  const uint32_t type = static_cast<uint32_t>(status.f_type);
  return type == kExt || type == kXfs || type == kTmpfs || type == kRamfs;
}

int64_t readlink_open(int fd, char* data, size_t size) {
  const ssize_t count = ::readlinkat(fd, "", data, size);
  return count < 0 ? -errno : count;
}

}  // namespace platform
}  // namespace uvfiles
