#include "platform/posix/tasks/path_call.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdlib>

#include "core/tasks/records.h"
#include "platform/posix/directory_at.h"
#include "platform/posix/extended_attributes.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

bool IsSame(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

}  // namespace

void AppendStatvfs(const struct statvfs& answer, std::string* output) {
  const uint64_t fields[] = {answer.f_bsize,  answer.f_frsize,  answer.f_blocks, answer.f_bfree,
                             answer.f_bavail, answer.f_files,   answer.f_ffree,  answer.f_favail,
                             answer.f_flag,   answer.f_namemax, answer.f_fsid};
  for (const uint64_t field : fields) AppendInteger(output, field);
}

void PathCall::Settle(int code, const char* syscall) {
  if (code >= 0) return;
  error.code = code;
  error.syscall = syscall;
  if (!arguments_.bytes.empty()) error.path = arguments_.bytes[0];
  if (arguments_.bytes.size() > 1) error.dest = arguments_.bytes[1];
}

Step PathCall::Run(const Slice&) {
  switch (static_cast<PathCallName>(arguments_.numbers[0])) {
    case PathCallName::kAccess: {
      // Not faccessat: some C libraries make faccessat2 of it, and take a filter's EPERM for the answer.
      const int mode = static_cast<int>(Number(0));
      Answer(Retrying([&] { return ::access(Path(), mode); }) == 0);
      break;
    }
    case PathCallName::kChmod: {
      const mode_t mode = static_cast<mode_t>(Number(0));
      Settle(Retrying([&] { return ::chmod(Path(), mode); }), "chmod");
      break;
    }
    case PathCallName::kChown:
      ChangeOwner();
      break;
    case PathCallName::kUtimes:
      ChangeTimes();
      break;
    case PathCallName::kRealpath:
      Realpath();
      break;
    case PathCallName::kRename:
      Settle(Retrying([&] { return ::rename(Path(), Dest()); }), "rename");
      break;
    case PathCallName::kUnlink:
      Settle(Retrying([&] { return ::unlink(Path()); }), "unlink");
      break;
    case PathCallName::kRmdir:
      Settle(Retrying([&] { return ::rmdir(Path()); }), "rmdir");
      break;
    case PathCallName::kMkdir: {
      const mode_t mode = static_cast<mode_t>(Number(0));
      Settle(Retrying([&] { return ::mkdir(Path(), mode); }), "mkdir");
      break;
    }
    case PathCallName::kLink:
      Settle(Retrying([&] { return ::link(Path(), Dest()); }), "link");
      break;
    case PathCallName::kSymlink:
      Settle(Retrying([&] { return ::symlink(Path(), Dest()); }), "symlink");
      break;
    case PathCallName::kReadlink:
      Readlink();
      break;
    case PathCallName::kStatvfs:
      Statvfs();
      break;
    case PathCallName::kTruncate: {
      const off_t size = static_cast<off_t>(Number(0));
      Settle(Retrying([&] { return ::truncate(Path(), size); }), "truncate");
      break;
    }
    case PathCallName::kSameFile:
      SameFile();
      break;
    case PathCallName::kSameOpenFile:
      SameOpenFile();
      break;
    case PathCallName::kIsMount:
      Answer(IsMount());
      break;
    case PathCallName::kGetAttribute:
    case PathCallName::kSetAttribute:
    case PathCallName::kListAttributes:
    case PathCallName::kRemoveAttribute:
      CallAttributes(static_cast<PathCallName>(arguments_.numbers[0]));
      break;
    case PathCallName::kSyncDirectory:
      Settle(SyncDirectory(arguments_.bytes[0], false), "fsync");
      break;
    default:
      Settle(-EINVAL, "path");
  }
  return Step::kDone;
}

void PathCall::ChangeOwner() {
  const uid_t uid = static_cast<uid_t>(Number(0));
  const gid_t gid = static_cast<gid_t>(Number(1));
  const int flags = Number(2) != 0 ? AT_SYMLINK_NOFOLLOW : 0;
  Settle(Retrying([&] { return ::fchownat(AT_FDCWD, Path(), uid, gid, flags); }),
         flags != 0 ? "lchown" : "chown");
}

void PathCall::ChangeTimes() {
  struct timespec times[2];
  for (size_t i = 0; i < 2; i++) {
    times[i].tv_sec = static_cast<time_t>(Number(2 * i));
    times[i].tv_nsec = static_cast<long>(Number(2 * i + 1));
  }
  const int flags = Number(4) != 0 ? AT_SYMLINK_NOFOLLOW : 0;
  Settle(Retrying([&] { return ::utimensat(AT_FDCWD, Path(), times, flags); }),
         flags != 0 ? "lutime" : "utime");
}

void PathCall::Realpath() {
  char* resolved;
  do {
    resolved = ::realpath(Path(), nullptr);
  } while (resolved == nullptr && errno == EINTR);
  if (resolved == nullptr) {
    Settle(-errno, "realpath");
    return;
  }
  output.assign(resolved);
  std::free(resolved);
}

void PathCall::Readlink() {
  // st_size of a link is a hint only (0 in /proc); a full buffer means that the text may go on.
  for (size_t size = 256;; size *= 2) {
    output.resize(size);
    const ssize_t length = Retrying([&] { return ::readlink(Path(), &output[0], size); });
    if (length < 0) {
      output.clear();
      Settle(static_cast<int>(length), "readlink");
      return;
    }
    if (static_cast<size_t>(length) < size) {
      output.resize(static_cast<size_t>(length));
      return;
    }
  }
}

void PathCall::Statvfs() {
  struct statvfs answer;
  const int code = Retrying([&] { return ::statvfs(Path(), &answer); });
  if (code < 0) {
    Settle(code, "statvfs");
    return;
  }
  AppendStatvfs(answer, &output);
}

void PathCall::SameFile() {
  struct stat found[2];
  for (size_t i = 0; i < 2; i++) {
    const int code = Retrying([&] { return ::stat(arguments_.bytes[i].c_str(), &found[i]); });
    if (code == 0) continue;
    error.code = code;
    error.syscall = "stat";
    error.path = arguments_.bytes[i];
    return;
  }
  Answer(IsSame(found[0], found[1]));
}

void PathCall::SameOpenFile() {
  struct stat found[2];
  for (size_t i = 0; i < 2; i++) {
    const int fd = static_cast<int>(Number(i));
    const int code = Retrying([&] { return ::fstat(fd, &found[i]); });
    if (code == 0) continue;
    Settle(code, "fstat");
    return;
  }
  Answer(IsSame(found[0], found[1]));
}

void PathCall::CallAttributes(PathCallName call) {
  const bool follow = arguments_.numbers.back() == 0;
  int code;
  const char* syscall;
  if (call == PathCallName::kListAttributes) {
    syscall = "listxattr";
    code = ListAttributes(Path(), follow, &output);
  } else if (call == PathCallName::kGetAttribute) {
    syscall = "getxattr";
    code = GetAttribute(Path(), Dest(), follow, &output);
  } else if (call == PathCallName::kSetAttribute) {
    syscall = "setxattr";
    const auto mode = static_cast<AttributeMode>(Number(0));
    code = SetAttribute(Path(), Dest(), follow, arguments_.bytes[2], mode);
  } else {
    syscall = "removexattr";
    code = RemoveAttribute(Path(), Dest(), follow);
  }
  if (code == 0) return;
  output.clear();
  error = {code, syscall, arguments_.bytes[0], ""};  // the name is no path
}

// As Python's: another device than the directory above, or the root, which is its own parent. A link is none.
bool PathCall::IsMount() const {
  struct stat self;
  struct stat above;
  if (Retrying([&] { return ::lstat(Path(), &self); }) < 0 || S_ISLNK(self.st_mode)) return false;
  std::string parent = arguments_.bytes[0] + "/..";
  if (!S_ISDIR(self.st_mode)) {
    // A bind mount may be on a file, which has no "..".
    const size_t slash = arguments_.bytes[0].rfind('/');
    parent = slash == std::string::npos ? "." : arguments_.bytes[0].substr(0, slash + 1);
  }
  if (Retrying([&] { return ::stat(parent.c_str(), &above); }) < 0) return false;
  return self.st_dev != above.st_dev || self.st_ino == above.st_ino;
}

}  // namespace uvfiles
