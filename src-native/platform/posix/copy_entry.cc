#include "platform/posix/copy_entry.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <string>

#include "core/tasks/copies.h"
#include "platform/directories.h"
#include "platform/file_system.h"
#include "platform/posix/directory_at.h"
#include "platform/posix/extended_attributes.h"
#include "platform/posix/fast_copy.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

constexpr int kNothingToRun = 1;
constexpr mode_t kPermissionBits = 0777;
constexpr mode_t kAllModeBits = 07777;

// Creates `name` as a FIFO or device like `original`. 0, or -1 with errno.
int MakeSpecialAt(int directory, const char* name, const struct stat& original) {
#ifdef __APPLE__
  // It has mkfifoat and mknodat only since version 13, so the kernel is asked for the path of the directory. This is as good as
  // the descriptor, unless somebody renames a directory above it between the two calls.
  if (!S_ISFIFO(original.st_mode)) {
    errno = EINVAL;
    return -1;
  }
  const mode_t mode = original.st_mode & 0777;
  if (directory == AT_FDCWD || name[0] == '/') return ::mkfifo(name, mode);
  char path[PATH_MAX];
  if (::fcntl(directory, F_GETPATH, path) != 0) return -1;
  return ::mkfifo((std::string(path) + "/" + name).c_str(), mode);
#else
  return ::mknodat(directory, name, original.st_mode, original.st_rdev);
#endif
}

}  // namespace

CopyOptions CopyOptionsOf(int64_t flags) {
  CopyOptions options;
  options.exclusive = (flags & kCopyExclusive) != 0;
  options.preserve = (flags & kCopyPreserve) != 0;
  options.follow = (flags & kCopyFollow) != 0;
  options.owner = (flags & kCopyOwner) != 0;
  options.special = (flags & kCopySpecial) != 0;
  options.durable = (flags & kCopyDurable) != 0;
  return options;
}

void TimesOf(const struct stat& found, struct timespec times[2]) {
#ifdef __APPLE__
  times[0] = found.st_atimespec;
  times[1] = found.st_mtimespec;
#else
  times[0] = found.st_atim;
  times[1] = found.st_mtim;
#endif
}

void CopyMetadata(int from, const struct stat& found, int to, const CopyOptions& options) {
  // Ownership first: changing it clears set-user-ID. Attributes before the mode: an access list is part of both.
  if (options.owner && ::fchown(to, found.st_uid, found.st_gid) != 0) {
    // Only root can give files to another user. The group can be one of the process's own.
    const int group_only = ::fchown(to, static_cast<uid_t>(-1), found.st_gid);
    static_cast<void>(group_only);
  }
  if (options.preserve) CopyAttributes(from, to);
  mode_t mode = found.st_mode & (options.all_modes ? kAllModeBits : kPermissionBits);
  struct stat copy;
  // The copy was created with that mode, less the umask.
  if (!options.preserve && !options.owner && ::fstat(to, &copy) == 0 &&
      (copy.st_mode & kAllModeBits) == mode) {
    return;
  }
  // A copy that belongs to another user than the original must not run as that user.
  if (options.preserve && ::fstat(to, &copy) == 0 && copy.st_uid == found.st_uid &&
      copy.st_gid == found.st_gid) {
    mode = found.st_mode & kAllModeBits;
  }
  Retrying([&] { return ::fchmod(to, mode); });
  if (!options.preserve) return;
  struct timespec times[2];
  TimesOf(found, times);
  Retrying([&] { return ::futimens(to, times); });
}

void CopyEntry::Take(int to_directory, const char* to, const CopyOptions& options) {
  options_ = options;
  to_directory_ = to_directory;
  to_name_ = to;
  made_ = false;
  cloned_ = false;
  code_ = 0;
}

int CopyEntry::BeginFile(int from_directory, const char* from, int to_directory, const char* to,
                         const CopyOptions& options) {
  Take(to_directory, to, options);
  return OpenBoth(from, from_directory);
}

// Calls `make`, and if the name is taken, removes the entry and calls it once more.
template <typename Make>
int CopyEntry::MakeReplacing(Make make) {
  int code = Retrying(make);
  if (code == -EEXIST && !options_.exclusive) {
    code = Retrying([&] { return ::unlinkat(to_directory_, to_name_, 0); });
    if (code == 0 || code == -ENOENT) code = Retrying(make);
  }
  return code < 0 ? code : kNothingToRun;
}

int CopyEntry::Begin(int from_directory, const char* from, int to_directory, const char* to,
                     const CopyOptions& options) {
  Take(to_directory, to, options);
  struct stat found;
  const int flags = options.follow ? 0 : AT_SYMLINK_NOFOLLOW;
  const int code = Retrying([&] { return ::fstatat(from_directory, from, &found, flags); });
  if (code < 0) return code;
  if (S_ISDIR(found.st_mode)) return -EISDIR;
  if (S_ISLNK(found.st_mode)) return CopyLink(from_directory, from, found);
  if (!S_ISREG(found.st_mode)) {
    // A read could block, or never end.
    if (!options.special) return -EINVAL;
    return MakeReplacing([&] { return MakeSpecialAt(to_directory_, to_name_, found); });
  }
  return OpenBoth(from, from_directory);
}

int CopyEntry::OpenBoth(const char* from, int from_directory) {
  // O_NONBLOCK, because it may have been replaced by a FIFO.
  int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  if (!options_.follow) flags |= O_NOFOLLOW;
  const int fd = Retrying([&] { return ::openat(from_directory, from, flags); });
  if (fd < 0) return fd;
  from_.Reset(fd);
  int code = Retrying([&] { return ::fstat(fd, &found_); });
  if (code == 0 && !S_ISREG(found_.st_mode)) code = -EINVAL;
  if (code == 0) code = OpenTarget();
  if (code < 0) {
    from_.Reset();
    return code;
  }
  if (!cloned_)
    content_.Begin(from_.Get(), to_.Get(), found_.st_size, found_.st_blocks, to_is_file_);
  return 0;
}

// A clone has the original's times and attributes, so this is only for copies that should have them. The clone may be
// read-only, because the remaining steps need only a descriptor.
bool CopyEntry::Clone() {
  if (!options_.preserve || CloneAs(from_.Get(), to_directory_, to_name_) != 0) return false;
  made_ = true;
  const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  const int fd = Retrying([&] { return ::openat(to_directory_, to_name_, flags); });
  if (fd >= 0) {
    to_.Reset(fd);
    return true;
  }
  ::unlinkat(to_directory_, to_name_, 0);
  made_ = false;
  return false;
}

int CopyEntry::OpenTarget() {
  to_is_file_ = true;
  cloned_ = Clone();
  if (cloned_) return 0;
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY;
  // Before the copy has the original's mode, it must not give more permissions than the original. If owner and attributes are
  // copied, too, nobody but the process's own user has access until then.
  const mode_t mode = found_.st_mode & (options_.preserve || options_.owner ? 0700 : 0777);
  int fd = Retrying([&] { return ::openat(to_directory_, to_name_, flags | O_EXCL, mode); });
  if (fd >= 0) {
    made_ = true;
    to_.Reset(fd);
    return 0;
  }
  if (fd != -EEXIST || options_.exclusive) return fd;
  // Without O_TRUNC, because it may be the original itself.
  fd = Retrying([&] { return ::openat(to_directory_, to_name_, flags | O_NONBLOCK, mode); });
  if (fd < 0) return fd;
  UniqueFd target(fd);
  struct stat there;
  int code = Retrying([&] { return ::fstat(fd, &there); });
  if (code == 0 && IsSame(there, found_)) code = -EINVAL;
  to_is_file_ = S_ISREG(there.st_mode);
  if (code == 0 && to_is_file_) code = platform::Truncate(fd, 0);
  if (code < 0) return code;
  to_ = std::move(target);
  return 0;
}

int CopyEntry::CopyLink(int from_directory, const char* from, const struct stat& found) {
  std::string text;
  int code = ReadLinkAt(from_directory, from, &text);
  if (code <= 0) return code < 0 ? code : -EINVAL;
  code = MakeReplacing([&] { return ::symlinkat(text.c_str(), to_directory_, to_name_); });
  if (code < 0) return code;
  int ignored = 0;
  if (options_.owner) {
    ignored = ::fchownat(to_directory_, to_name_, found.st_uid, found.st_gid, AT_SYMLINK_NOFOLLOW);
  }
  if (options_.preserve) {
    struct timespec times[2];
    TimesOf(found, times);
    ignored = ::utimensat(to_directory_, to_name_, times, AT_SYMLINK_NOFOLLOW);
  }
  static_cast<void>(ignored);
  return kNothingToRun;
}

Step CopyEntry::Fail(int code) {
  code_ = code;
  from_.Reset();
  to_.Reset();
  if (made_) ::unlinkat(to_directory_, to_name_, 0);
  return Step::kDone;
}

Step CopyEntry::Run(const Slice& slice, const Task& task) {
  if (!cloned_) {
    if (content_.Run(slice, task) == Step::kAgain) return Step::kAgain;
    if (content_.code() < 0) return Fail(content_.code());
  }
  // A device keeps its mode.
  if (to_is_file_) CopyMetadata(from_.Get(), found_, to_.Get(), options_);
  if (options_.durable && to_is_file_) {
    const int code = platform::Sync(to_.Get());
    if (code < 0) return Fail(code);
  }
  // Some file systems report a full disk only at close.
  const int code = platform::CloseFile(to_.Release());
  if (code < 0) return Fail(code);
  from_.Reset();
  return Step::kDone;
}

}  // namespace uvfiles
