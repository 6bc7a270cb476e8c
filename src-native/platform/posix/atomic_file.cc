// The AtomicFile of POSIX systems.
//
// If the file system supports it (O_TMPFILE), the new file has no name while it is written, so a killed process leaves
// nothing. It gets the name ".new.RANDOM.uvfiles" just before the rename that publishes it. On other file systems, it
// is created under that name with O_EXCL.
//
// A file that is a mount point itself (a bind mount) cannot be replaced: EBUSY. With `kInPlaceIfBusy`, the new content
// is then copied into it, which is not atomic.
//
// Links are followed: the target of the link gets the new content, and the link stays.
#include "core/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <utility>

#include "core/has_memory.h"
#include "core/tasks/write_atomic.h"
#include "core/temp_name.h"
#include "core/unique_fd.h"
#include "core/write_all.h"
#include "platform/directories.h"
#include "platform/posix/copy_content.h"
#include "platform/posix/directory_at.h"
#include "platform/posix/extended_attributes.h"
#include "platform/posix/nameless_file.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

constexpr int kMaxLinks = 40;  // as the kernel's own limit
constexpr size_t kOverwritePiece = 256 * 1024;

// Errors of linkat on file systems without links, or without links to nameless files. EPERM also means that the process may not
// link another user's file, ENOENT and ENOTDIR that /proc is not mounted. On macOS, ENOTSUP and EOPNOTSUPP differ.
bool IsNoSuchLink(int code) {
  return code == -EXDEV || code == -EOPNOTSUPP || code == -ENOTSUP || code == -ENOSYS ||
         code == -EPERM || code == -EINVAL || code == -ENOENT || code == -ENOTDIR ||
         code == -EMLINK;
}

int RenameUnlessThere(int directory, const char* from, const char* to) {
#if defined(__APPLE__)
  return Retrying([&] { return ::renameatx_np(directory, from, directory, to, RENAME_EXCL); });
#elif defined(SYS_renameat2)
  constexpr unsigned kNoReplace = 1;
  return Retrying([&] {
    return static_cast<int>(::syscall(SYS_renameat2, directory, from, directory, to, kNoReplace));
  });
#else
  (void)directory, (void)from, (void)to;
  return -EOPNOTSUPP;
#endif
}

class PosixAtomicFile final : public AtomicFile {
 public:
  ~PosixAtomicFile() override { Discard(); }

  int Begin(const std::string& path, int64_t flags, int64_t permissions,
            TaskError* error) override {
    path_ = path;
    flags_ = flags;
    permissions_ = static_cast<mode_t>(permissions);
    int code = Resolve(path);
    if (code == 0) code = OpenDirectory();
    if (code == 0) code = Make();
    if (code == 0) return 0;
    directory_.Reset();
    *error = {code, "open", path, ""};
    return code;
  }

  int fd() const override { return file_.Get(); }

  int OpenToOthers(std::string* path) override {
    struct stat own;
    int code = Retrying([&] { return ::fstat(file_.Get(), &own); });
    if (code < 0) return code;
    constexpr mode_t kOwnerBits = S_IRUSR | S_IWUSR;
    if ((own.st_mode & kOwnerBits) != kOwnerBits) {
      code = Retrying([&] { return ::fchmod(file_.Get(), (own.st_mode & 07777) | kOwnerBits); });
      if (code < 0) return code;
      own_mode_ = own.st_mode;  // includes the file's type, so it is never 0
    }
    *path = temp_name_.empty() ? NamelessPath(file_.Get())
                               : platform::Join(directory_path_, temp_name_);
    return 0;
  }

  int Publish(const Task& task, TaskError* error) override {
    int code = AdoptOldFile();
    bool failed = Fail(code, "fchmod");
    if (!failed && (flags_ & kDurable) != 0) {
      failed = Fail(code = platform::Sync(file_.Get()), "fsync");
    }
    if (!failed && task.cancelled()) failed = Fail(code = -ECANCELED, "rename");
    if (!failed && temp_name_.empty()) {
      code = Link();
      if (IsNoSuchLink(code)) {
        failed = Fail(code = MoveToNamed(task), "write");
      } else {
        failed = Fail(code, "link");
      }
    }
    UniqueFd content;
    if (!failed && (flags_ & kInPlaceIfBusy) != 0) content.Reset(platform::Duplicate(file_.Get()));
    if (!failed) {
      struct stat own;
      const bool known = ::fstat(file_.Get(), &own) == 0;
      failed = Fail(code = platform::CloseFile(file_.Release()), "close");
      struct stat there;
      // It was published under a name that was free, but after a failed close its content is uncertain.
      if (failed && is_published_ && known &&
          ::fstatat(directory_.Get(), name_.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 &&
          IsSame(there, own)) {
        ::unlinkat(directory_.Get(), name_.c_str(), 0);
      }
    }
    if (!failed && !is_published_) {
      failed = Fail(code = PutInPlace(), "rename");
      if (code == -EBUSY && content) failed = Fail(code = OverwriteFrom(content.Get()), "write");
    }
    if (failed) {
      Discard();
      *error = {code, syscall_, path_, ""};
      return code;
    }
    is_published_ = true;
    temp_name_.clear();
    if ((flags_ & kDurable) != 0 && (code = platform::Sync(directory_.Get())) < 0) {
      committed_ = true;
      *error = {code, "fsync", directory_path_, ""};
    }
    directory_.Reset();
    return code;
  }

  bool committed() const override { return committed_; }

  void Discard() override {
    file_.Reset();
    if (!temp_name_.empty()) ::unlinkat(directory_.Get(), temp_name_.c_str(), 0);
    temp_name_.clear();
    directory_.Reset();
  }

 private:
  // Follows links to the name that is to be replaced, whether it exists or not.
  int Resolve(const std::string& path) {
    std::string current = path;
    for (int i = 0; i < kMaxLinks; i++) {
      struct stat found;
      const int code = Retrying([&] { return ::lstat(current.c_str(), &found); });
      if (code < 0 && code != -ENOENT) return code;
      if (code == 0 && S_ISDIR(found.st_mode)) return -EISDIR;
      if (code == 0 && S_ISLNK(found.st_mode)) {
        if ((flags_ & kAtomicExclusive) != 0) return -EEXIST;
        std::string text;
        const int read = ReadLinkAt(AT_FDCWD, current, &text);
        if (read <= 0) return read < 0 ? read : -EINVAL;
        current = !text.empty() && text[0] == '/'
                      ? text
                      : platform::Join(SplitLastName(current).parent, text);
        continue;
      }
      // A file must not take the place of a device or a FIFO.
      if (code == 0 && !S_ISREG(found.st_mode)) return -EINVAL;
      if (code == 0 && (flags_ & kAtomicExclusive) != 0) return -EEXIST;
      if (current.empty()) return -ENOENT;
      if (current.back() == '/') return code == 0 ? -ENOTDIR : -EISDIR;
      SplitPath split = SplitLastName(current);
      directory_path_ = std::move(split.parent);
      name_ = std::move(split.name);
      return 0;
    }
    return -ELOOP;
  }

  int OpenDirectory() {
    // Only a directory that is open for reading can be synced. Creating files in it needs no read permission.
    const int flags = (flags_ & kDurable) != 0 ? kOpenToList : kOpenAsBase;
    const int fd = Retrying([&] { return ::open(directory_path_.c_str(), flags); });
    directory_.Reset(fd);
    return fd < 0 ? fd : 0;
  }

  int Make() {
    const int fd = OpenNameless(directory_.Get(), permissions_);
    if (fd >= 0) {
      file_.Reset(fd);
      return 0;
    }
    if (IsDescriptorShortage(fd)) return fd;
    return MakeNamed();
  }

  int MakeNamed() {
    // While the new file has a temporary name, only processes that may open the old file may open it.
    mode_t mode = permissions_;
    struct stat old;
    if (::fstatat(directory_.Get(), name_.c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0 &&
        (flags_ & kPermissionsGiven) == 0) {
      mode = 0600;
    }
    for (int i = 0; i < kMaxNames; i++) {
      int fd = BuildName();
      if (fd == 0) {
        fd = Retrying([&] {
          return ::openat(directory_.Get(), temp_name_.c_str(),
                          O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        });
      }
      if (fd >= 0) {
        file_.Reset(fd);
        return 0;
      }
      temp_name_.clear();
      if (fd != -EEXIST) return fd;
    }
    return -EEXIST;
  }

  int AdoptOldFile() {
    struct stat old;
    struct stat own;
    if (own_mode_ != 0) {
      const mode_t mode = own_mode_ & 07777;
      const int code = Retrying([&] { return ::fchmod(file_.Get(), mode); });
      if (code < 0) return code;
    }
    if (::fstatat(directory_.Get(), name_.c_str(), &old, AT_SYMLINK_NOFOLLOW) != 0) return 0;
    if (!S_ISREG(old.st_mode)) return S_ISDIR(old.st_mode) ? -EISDIR : 0;
    if (::fstat(file_.Get(), &own) != 0) return -errno;
    mode_t mode = old.st_mode & 07777;
    if (own.st_uid != old.st_uid || own.st_gid != old.st_gid) {
      const bool given = ::fchown(file_.Get(), old.st_uid, old.st_gid) == 0;
      // Otherwise the group alone, if the process is a member. Set-ID bits must not apply to another owner.
      if (!given && (own.st_gid == old.st_gid ||
                     ::fchown(file_.Get(), static_cast<uid_t>(-1), old.st_gid) != 0)) {
        mode &= static_cast<mode_t>(~S_ISGID);
      }
      if (!given) mode &= static_cast<mode_t>(~S_ISUID);
    }
    const int copied = CopyAttributesOf(directory_.Get(), name_.c_str(), file_.Get());
    if (copied < 0) return copied;
    if ((flags_ & kPermissionsGiven) != 0) return 0;
    if ((own.st_mode & 07777) == mode && own.st_uid == old.st_uid && own.st_gid == old.st_gid)
      return 0;
    return Retrying([&] { return ::fchmod(file_.Get(), mode); });
  }

  // Names a nameless file. It gets the target's name if that is free, so that a process that is killed leaves no other name.
  int Link() {
    int code = NameNameless(file_.Get(), directory_.Get(), name_.c_str());
    if (code == 0) {
      is_published_ = true;
      return 0;
    }
    if (code != -EEXIST || (flags_ & kAtomicExclusive) != 0) return code;
    for (int i = 0; i < kMaxNames; i++) {
      code = BuildName();
      if (code < 0) return code;
      code = NameNameless(file_.Get(), directory_.Get(), temp_name_.c_str());
      if (code == 0) return 0;
      temp_name_.clear();
      if (code != -EEXIST) return code;
    }
    return code;
  }

  // Copies a nameless file that cannot be named into one that has a name. Some file systems and sandboxes can create nameless
  // files but refuse to name them.
  int MoveToNamed(const Task& task) {
    const UniqueFd nameless = std::move(file_);
    struct stat found;
    if (::fstat(nameless.Get(), &found) != 0) return -errno;
    const int made = MakeNamed();
    if (made < 0) return made;
    CopyContent copy;
    copy.Begin(nameless.Get(), file_.Get(), found.st_size, found.st_blocks, true);
    copy.Run(Slice(), task);
    if (copy.code() < 0) return copy.code();
    const int code = AdoptOldFile();
    return code == 0 && (flags_ & kDurable) != 0 ? platform::Sync(file_.Get()) : code;
  }

  int PutInPlace() {
    const int directory = directory_.Get();
    if ((flags_ & kAtomicExclusive) != 0) {
      int code = Retrying(
          [&] { return ::linkat(directory, temp_name_.c_str(), directory, name_.c_str(), 0); });
      if (code == 0) ::unlinkat(directory, temp_name_.c_str(), 0);
      if (IsNoSuchLink(code))
        code = RenameUnlessThere(directory, temp_name_.c_str(), name_.c_str());
      return code;
    }
    return Retrying(
        [&] { return ::renameat(directory, temp_name_.c_str(), directory, name_.c_str()); });
  }

  // This cannot be cancelled, because half of the new content would be useless. The target is truncated last, so that a full
  // disk is reported before old content is cut off.
  int OverwriteFrom(int fd) {
    UniqueFd target(Retrying([&] {
      return ::openat(directory_.Get(), name_.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    }));
    if (!target) return -errno;
    const Memory piece = AllocateMemory(kOverwritePiece);
    if (!piece) return -ENOMEM;
    int64_t at = 0;
    for (;;) {
      const int64_t read = platform::Pread(fd, piece.get(), kOverwritePiece, at);
      if (read < 0) return static_cast<int>(read);
      if (read == 0) break;
      const int written = WriteAll(target.Get(), piece.get(), static_cast<size_t>(read), at);
      if (written < 0) return written;
      at += read;
    }
    int code = Retrying([&] { return ::ftruncate(target.Get(), at); });
    if (code == 0 && (flags_ & kDurable) != 0) code = platform::Sync(target.Get());
    const int closed = platform::CloseFile(target.Release());
    if (code < 0 || closed < 0) return code < 0 ? code : closed;
    ::unlinkat(directory_.Get(), temp_name_.c_str(), 0);
    return 0;
  }

  int BuildName() {
    // Does not contain the target's name, which may already be as long as the file system allows (143 bytes on eCryptfs).
    temp_name_.clear();
    const int code = AppendPassingName(".new.", &temp_name_);
    if (code < 0) temp_name_.clear();
    return code;
  }

  bool Fail(int code, const char* syscall) {
    if (code < 0) syscall_ = syscall;
    return code < 0;
  }

  std::string path_;  // as given
  int64_t flags_ = 0;
  mode_t permissions_ = 0;
  mode_t own_mode_ = 0;  // before OpenToOthers changed it; 0 if it did not
  std::string directory_path_;
  std::string name_;  // of the target in its directory
  UniqueFd directory_;
  UniqueFd file_;
  std::string temp_name_;  // empty while there is none on disk
  bool is_published_ = false;
  bool committed_ = false;
  const char* syscall_ = "";
};

}  // namespace

std::unique_ptr<AtomicFile> MakeAtomicFile() { return std::make_unique<PosixAtomicFile>(); }

}  // namespace uvfiles
