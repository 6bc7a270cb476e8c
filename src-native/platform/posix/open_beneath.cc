#include "platform/posix/open_beneath.h"

#include <fcntl.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "platform/posix/directory_at.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

// As the kernel's own limit.
constexpr int kMaxLinks = 40;
// After a rename anywhere on the system, ".." may lead elsewhere, and the lookup starts again.
constexpr int kMaxAttempts = 64;

#ifdef __linux__

#ifndef SYS_openat2
#define SYS_openat2 437  // the same on every architecture but alpha, which Node does not support
#endif

int OpenByKernel(int root, const char* path, int flags, mode_t mode) {
  // <linux/openat2.h> of old build machines lacks these.
  struct {
    uint64_t flags, mode, resolve;
  } how = {static_cast<uint64_t>(flags | O_CLOEXEC), 0,
           0x08 /* BENEATH */ | 0x02 /* NO_MAGICLINKS */};
  if ((flags & O_CREAT) != 0) how.mode = mode & 07777;
  for (int attempt = 0;; attempt++) {
    const int fd = Retrying(
        [&] { return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how)); });
    if (fd != -EAGAIN || attempt == kMaxAttempts) return fd == -EXDEV ? kOutsideRoot : fd;
  }
}

// A seccomp filter may fail calls that it does not know with EPERM.
bool HasOpenat2() {
  const int fd = OpenByKernel(AT_FDCWD, ".", kOpenAsBase, 0);
  if (fd >= 0) ::close(fd);
  return fd != -ENOSYS && fd != -EPERM && fd != -EINVAL && fd != -E2BIG;
}

#else

int OpenByKernel(int, const char*, int, mode_t) { return -ENOSYS; }
bool HasOpenat2() { return false; }

#endif

bool IsAbsolute(const std::string& path) { return !path.empty() && path[0] == '/'; }

// Whether an open that does not follow links may have failed because of a link. Some codes also mean that it met something
// other than a directory.
bool MayBeLink(int code) { return code == -ELOOP || code == -ENOTDIR || code == -EMLINK; }

// Resolves a path component by component. Links are resolved by their text.
class Stepper {
 public:
  explicit Stepper(int root) : root_(root) {}

  // -EAGAIN: a directory was moved meanwhile, so the caller starts again.
  int Find(std::string rest, bool follow, PlaceBeneath* place) {
    for (;;) {
      if (IsAbsolute(rest)) return kOutsideRoot;
      const size_t end = std::min(rest.find('/'), rest.size());
      const std::string name = rest.substr(0, end);
      const size_t next = rest.find_first_not_of('/', end);
      const bool is_last = next == std::string::npos;
      const bool slash_follows = end < rest.size();
      rest = is_last ? std::string() : rest.substr(next);
      int code = 0;
      if (name == "..") {
        code = Up();
      } else if (!name.empty() && name != ".") {
        if (is_last) {
          std::string text;
          code = follow ? ReadLinkAt(Here(), name, &text) : 0;
          // If it does not exist or cannot be read, the caller's own system call reports that.
          if (code <= 0) return Arrive(name, slash_follows, place);
          code = Splice(text, slash_follows, &rest);
          if (code == 0) continue;
        } else {
          code = Down(name, &rest);
        }
      }
      if (code < 0) return code;
      if (rest.empty()) return Arrive(".", false, place);
    }
  }

  // The path of the directory that was reached.
  std::string Names() const {
    std::string path;
    for (const Level& level : levels_) path += (path.empty() ? "" : "/") + level.name;
    return path;
  }

 private:
  struct Level {
    std::string name;
    dev_t device;
    ino_t inode;
  };

  int Here() const { return levels_.empty() ? root_ : here_.Get(); }

  int Arrive(const std::string& name, bool must_be_directory, PlaceBeneath* place) {
    place->directory = Here();
    place->name = name;
    place->must_be_directory = must_be_directory;
    if (!levels_.empty()) place->holder = std::move(here_);
    return 0;
  }

  int Splice(const std::string& text, bool slash_follows, std::string* rest) {
    if (IsAbsolute(text)) return kOutsideRoot;
    if (++links_ > kMaxLinks) return -ELOOP;
    if (text.empty()) return -ENOENT;
    *rest = rest->empty() ? text + (slash_follows ? "/" : "") : text + "/" + *rest;
    return 0;
  }

  int Down(const std::string& name, std::string* rest) {
    const int fd = OpenDirectoryAsBaseAt(Here(), name.c_str());
    if (MayBeLink(fd)) {
      std::string text;
      const int link = ReadLinkAt(Here(), name, &text);
      if (link == 0) return -ENOTDIR;
      return link < 0 ? link : Splice(text, true, rest);
    }
    if (fd < 0) return fd;
    UniqueFd opened(fd);
    struct stat found;
    if (::fstat(fd, &found) != 0) return -errno;
    levels_.push_back({name, found.st_dev, found.st_ino});
    here_ = std::move(opened);
    return 0;
  }

  // ".." must be the directory that the lookup came from.
  int Up() {
    if (levels_.empty()) return kOutsideRoot;
    levels_.pop_back();
    if (levels_.empty()) {
      here_.Reset();
      return 0;
    }
    const int fd = OpenDirectoryAsBaseAt(here_.Get(), "..");
    if (fd < 0) return fd;
    here_.Reset(fd);
    struct stat found;
    if (::fstat(fd, &found) != 0) return -errno;
    const bool same = found.st_dev == levels_.back().device && found.st_ino == levels_.back().inode;
    return same ? 0 : -EAGAIN;
  }

  const int root_;
  std::vector<Level> levels_;
  UniqueFd here_;  // unless it is the root
  int links_ = 0;
};

int FindStepwise(int root, const std::string& path, bool follow, PlaceBeneath* place) {
  for (int attempt = 0;; attempt++) {
    const int code = Stepper(root).Find(path, follow, place);
    if (code != -EAGAIN || attempt == kMaxAttempts) return code;
  }
}

}  // namespace

int AccessUnfollowed(int directory, const char* name, int mode) {
#ifdef __linux__
  constexpr long kFaccessat2 = 439;  // Linux 5.8; the same on every architecture
  const int code = Retrying([&] {
    return static_cast<int>(::syscall(kFaccessat2, directory, name, mode, AT_SYMLINK_NOFOLLOW));
  });
  // A seccomp filter may fail calls that it does not know with EPERM.
  if (code != -ENOSYS && code != -EPERM) return code;
  const int fd =
      Retrying([&] { return ::openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC); });
  if (fd < 0) return fd;
  const UniqueFd holder(fd);
  // The link leads to the inode, not to a name.
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  return Retrying([&] { return ::access(link.c_str(), mode); });
#else
  return Retrying([&] { return ::faccessat(directory, name, mode, AT_SYMLINK_NOFOLLOW); });
#endif
}

bool LacksOpenat2() {
  static const bool lacks = !HasOpenat2();
  return lacks;
}

int Beneath::FindByKernel(std::string path, bool follow, PlaceBeneath* place) const {
  for (int links = 0; links <= kMaxLinks; links++) {
    if (IsAbsolute(path)) return kOutsideRoot;
    size_t length = path.size();
    while (length > 0 && path[length - 1] == '/') length--;
    const bool must_be_directory = length < path.size();
    path.resize(length);
    const size_t slash = path.rfind('/');
    std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    std::string above = slash == std::string::npos ? "" : path.substr(0, slash);
    if (name.empty() || name == "." || name == "..") {
      above = path;
      name = ".";
    }
    if (above.empty()) {
      place->directory = root_;
      place->holder.Reset();
    } else {
      const int fd = OpenByKernel(root_, above.c_str(), kOpenAsBase, 0);
      if (fd < 0) return fd;
      place->holder.Reset(fd);
      place->directory = fd;
    }
    std::string text;
    if (!follow || name == "." || ReadLinkAt(place->directory, name, &text) <= 0) {
      place->must_be_directory = must_be_directory && name != ".";
      place->name = std::move(name);
      return 0;
    }
    if (text.empty()) return -ENOENT;
    if (IsAbsolute(text)) return kOutsideRoot;
    path = (above.empty() ? "" : above + "/") + text + (must_be_directory ? "/" : "");
  }
  return -ELOOP;
}

int Beneath::Find(const std::string& path, bool follow, PlaceBeneath* place) const {
  if (!stepwise_) {
    const int code = FindByKernel(path, follow, place);
    // ELOOP means a loop of links, or a magic link: resolving the links step by step tells which. A path longer than PATH_MAX
    // can be resolved step by step, too.
    if (code != -ELOOP && code != -ENAMETOOLONG && code != -EAGAIN) return code;
  }
  return FindStepwise(root_, path, follow, place);
}

int Beneath::Open(const std::string& path, int flags, mode_t mode) const {
  if (!stepwise_) {
    const std::string named = path.empty() ? "." : path;
    const int fd = OpenByKernel(root_, named.c_str(), flags, mode);
    if (fd != -ELOOP && fd != -ENAMETOOLONG && fd != -EAGAIN) return fd;
  }
  // If another program replaces the name with a link meanwhile, the lookup starts again. The kernel never follows the link.
  for (int attempt = 0;; attempt++) {
    PlaceBeneath place;
    const bool follow = (flags & (O_NOFOLLOW | O_EXCL)) == 0;
    const int code = FindStepwise(root_, path, follow, &place);
    if (code < 0) return code;
    // As the kernel: only mkdir creates directories.
    if (place.must_be_directory && (flags & O_CREAT) != 0) return -EISDIR;
    const int also = O_NOFOLLOW | O_CLOEXEC | (place.must_be_directory ? O_DIRECTORY : 0);
    const int fd =
        Retrying([&] { return ::openat(place.directory, place.name.c_str(), flags | also, mode); });
    std::string text;
    if (!follow || !MayBeLink(fd) || attempt == kMaxAttempts ||
        ReadLinkAt(place.directory, place.name, &text) <= 0)
      return fd;
  }
}

int Beneath::Resolve(const std::string& path, std::string* resolved) const {
  for (int attempt = 0;; attempt++) {
    Stepper stepper(root_);
    PlaceBeneath place;
    const int code = stepper.Find(path, true, &place);
    if (code == -EAGAIN && attempt < kMaxAttempts) continue;
    if (code < 0) return code;
    struct stat found;
    const int there = Retrying([&] {
      return ::fstatat(place.directory, place.name.c_str(), &found, AT_SYMLINK_NOFOLLOW);
    });
    if (there < 0) return there;
    if (place.must_be_directory && !S_ISDIR(found.st_mode)) return -ENOTDIR;
    *resolved = stepper.Names();
    if (place.name != ".") *resolved += (resolved->empty() ? "" : "/") + place.name;
    if (resolved->empty()) *resolved = ".";
    return 0;
  }
}

}  // namespace uvfiles
