#include "platform/posix/tasks/beneath.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "core/inline_io.h"
#include "core/task.h"
#include "core/tasks/beneath.h"
#include "core/tasks/records.h"
#include "platform/file_system.h"
#include "platform/nonblocking.h"
#include "platform/posix/chmod_unfollowed.h"
#include "platform/posix/directory_at.h"
#include "platform/posix/open_beneath.h"
#include "platform/posix/retry.h"
#include "platform/posix/stat_at.h"

namespace uvfiles {

namespace {

// Only a directory can be made or removed by these calls, whether or not a slash follows its name.
bool IsOfDirectory(PathCallName call) {
  return call == PathCallName::kMkdir || call == PathCallName::kRmdir;
}

int Find(const PlaceBeneath& place, struct stat* found) {
  return Retrying(
      [&] { return ::fstatat(place.directory, place.name.c_str(), found, AT_SYMLINK_NOFOLLOW); });
}

int IsDirectoryAt(const PlaceBeneath& place) {
  struct stat found;
  const int code = Find(place, &found);
  if (code < 0) return code;
  return S_ISDIR(found.st_mode) ? 0 : -ENOTDIR;
}

// As the kernel: no link and no file can be created where the path ends in a slash.
int MayCreate(const PlaceBeneath& place) {
  if (!place.must_be_directory) return 0;
  struct stat found;
  const int code = Find(place, &found);
  return code < 0 ? code : -EEXIST;
}

bool EndsInDots(const std::string& path) {
  size_t length = path.size();
  while (length > 0 && path[length - 1] == '/') length--;
  const bool dots = length >= 2 && path.compare(length - 2, 2, "..") == 0;
  return dots && (length == 2 || path[length - 3] == '/');
}

class BeneathTask final : public Task {
 public:
  BeneathTask(TaskArguments&& arguments, bool stepwise)
      : arguments_(std::move(arguments)), stepwise_(stepwise) {}

  ~BeneathTask() override {
    // The descriptor was not delivered.
    if (opened < 0) return;
    InlineIO::Forget(&opened_state);
    platform::CloseFile(opened);
  }

  Step Run(const Slice&) override {
    const UniqueFd root(OpenDirectoryAsBase(arguments_.bytes[0].c_str()));
    if (!root) {
      error = {root.Get(), "root", arguments_.bytes[0], ""};
      return Step::kDone;
    }
    const int code = cancelled() ? -ECANCELED : Perform(Beneath(root.Get(), stepwise_));
    if (code < 0) {
      output.clear();
      const bool outside = code == kOutsideRoot;
      error = {outside ? -EXDEV : code, outside ? "beneath" : SyscallOf(call(), Follows()), Path(),
               arguments_.bytes.size() > 2 ? Dest() : ""};
    }
    return Step::kDone;
  }

 private:
  int64_t Number(size_t index) const { return arguments_.numbers[index + 1]; }
  const std::string& Path() const { return arguments_.bytes[1]; }
  const std::string& Dest() const { return arguments_.bytes[2]; }

  int Perform(const Beneath& root) {
    switch (call()) {
      case PathCallName::kOpen:
        return Open(root);
      case PathCallName::kRealpath:
        return root.Resolve(Path(), &output);
      case PathCallName::kLink:
      case PathCallName::kRename:
        return CallTwo(root);
      case PathCallName::kSymlink: {
        PlaceBeneath place;
        int code = root.Find(Dest(), false, &place);
        if (code == 0) code = MayCreate(place);
        if (code < 0) return code;
        return Retrying(
            [&] { return ::symlinkat(Path().c_str(), place.directory, place.name.c_str()); });
      }
      default:
        return CallOne(root);
    }
  }

  int Open(const Beneath& root) {
    const int flags = static_cast<int>(Number(0));
    const auto mode = static_cast<mode_t>(Number(1));
    int fd = root.Open(Path(), flags | O_NONBLOCK, mode);
    // Another process holds a lease on the file (fcntl(2), F_SETLEASE): this waits until the lease is broken.
    if (fd == -EAGAIN) fd = root.Open(Path(), flags, mode);
    return fd < 0 ? fd : Describe(fd, flags);
  }

  int Describe(int fd, int flags) {
    UniqueFd holder(fd);
    FileKind kind = FileKind::kOther;
    int64_t size = 0;
    const int code = platform::Describe(fd, &kind, &size);
    if (code < 0) return code;
    if (kind == FileKind::kDirectory && (flags & O_DIRECTORY) == 0) return -EISDIR;
    const bool to_end = (flags & O_APPEND) != 0;
    const int64_t position = platform::Seek(fd, 0, to_end ? SEEK_END : SEEK_CUR);
    opened_kind = kind;
    opened_polled = IsPolled(kind, position >= 0);
    if (!opened_polled) platform::MakeBlocking(fd, flags);
    InlineIO::Prepare(fd, kind, &opened_state);
    AppendInteger(&output, static_cast<int32_t>(kind));
    AppendInteger(&output, static_cast<int32_t>(position >= 0));
    AppendInteger(&output, static_cast<int32_t>(opened_polled));
    AppendInteger(&output, static_cast<int32_t>(opened_state.access));
    AppendInteger(&output, position >= 0 ? position : int64_t{0});
    AppendInteger(&output, size);
    opened = holder.Release();
    return 0;
  }

  int CallTwo(const Beneath& root) {
    PlaceBeneath from;
    PlaceBeneath to;
    const bool is_link = call() == PathCallName::kLink;
    int code = root.Find(Path(), FollowsTo(Path()), &from);
    if (code == 0) {
      code = root.Find(Dest(), false, &to);
      // The kernel looks for the file first.
      struct stat found;
      if (is_link && code < 0 && code != kOutsideRoot && Find(from, &found) == -ENOENT)
        code = -ENOENT;
    }
    if (code == 0 && (from.must_be_directory || (to.must_be_directory && !is_link)))
      code = IsDirectoryAt(from);
    if (code < 0) return code;
    if (is_link) {
      struct stat found;
      code = to.must_be_directory ? Find(from, &found) : 0;
      if (code == 0) code = MayCreate(to);
      if (code < 0) return code;
      return Retrying([&] {
        return ::linkat(from.directory, from.name.c_str(), to.directory, to.name.c_str(), 0);
      });
    }
    return Retrying([&] {
      return ::renameat(from.directory, from.name.c_str(), to.directory, to.name.c_str());
    });
  }

  int CallOne(const Beneath& root) {
    PlaceBeneath place;
    int code = root.Find(Path(), FollowsTo(Path()), &place);
    if (code == 0 && place.must_be_directory && !IsOfDirectory(call())) code = IsDirectoryAt(place);
    if (code == 0) code = Act(place);
    if (call() != PathCallName::kAccess || code == kOutsideRoot || IsDescriptorShortage(code))
      return code;
    output.assign(code == 0 ? "1" : "0");
    return 0;
  }

  int Act(const PlaceBeneath& place) {
    const int directory = place.directory;
    const char* const name = place.name.c_str();
    switch (call()) {
      case PathCallName::kStat: {
        StatRecord record;
        const int code = platform::StatAt(directory, name, AT_SYMLINK_NOFOLLOW, &record);
        if (code == 0) output.assign(reinterpret_cast<const char*>(&record), sizeof record);
        return code;
      }
      case PathCallName::kAccess:
        return AccessUnfollowed(directory, name, static_cast<int>(Number(0)));
      case PathCallName::kChmod:
        return ChmodEntryUnfollowed(directory, name, static_cast<mode_t>(Number(0)));
      case PathCallName::kChown:
        return Retrying([&] {
          return ::fchownat(directory, name, static_cast<uid_t>(Number(0)),
                            static_cast<gid_t>(Number(1)), AT_SYMLINK_NOFOLLOW);
        });
      case PathCallName::kUtimes:
        return platform::ChangeTimesAt(directory, name, &arguments_.numbers[1],
                                       AT_SYMLINK_NOFOLLOW);
      case PathCallName::kTruncate:
        return Truncate(place);
      case PathCallName::kUnlink:
        return Retrying([&] { return ::unlinkat(directory, name, 0); });
      case PathCallName::kRmdir:
        // As the kernel, which is asked about "." here.
        if (EndsInDots(Path())) return -ENOTEMPTY;
        return Retrying([&] { return ::unlinkat(directory, name, AT_REMOVEDIR); });
      case PathCallName::kMkdir:
        return Retrying([&] { return ::mkdirat(directory, name, static_cast<mode_t>(Number(0))); });
      case PathCallName::kReadlink: {
        const int code = ReadLinkAt(directory, name, &output);
        return code == 0 ? -EINVAL : code;
      }
      case PathCallName::kStatvfs:
        return Statvfs(place);
      default:
        return -EINVAL;
    }
  }

  int Truncate(const PlaceBeneath& place) {
    const int fd = Retrying([&] {
      return ::openat(place.directory, place.name.c_str(),
                      O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    });
    const UniqueFd holder(fd);
    return fd < 0 ? fd : platform::Truncate(fd, Number(0));
  }

  int Statvfs(const PlaceBeneath& place) {
#ifdef O_PATH
    constexpr int kAccess = O_PATH;
#else
    constexpr int kAccess = O_RDONLY | O_NONBLOCK;
#endif
    const int fd = Retrying([&] {
      return ::openat(place.directory, place.name.c_str(), kAccess | O_NOFOLLOW | O_CLOEXEC);
    });
    const UniqueFd holder(fd);
    if (fd < 0) return fd;
    struct statvfs answer;
    const int code = Retrying([&] { return ::fstatvfs(fd, &answer); });
    if (code == 0) platform::AppendStatvfs(answer, &output);
    return code;
  }

  bool Follows() const {
    switch (call()) {
      case PathCallName::kStat:
      case PathCallName::kChown:
      case PathCallName::kUtimes:
        return arguments_.numbers.back() == 0;
      case PathCallName::kAccess:
      case PathCallName::kChmod:
      case PathCallName::kTruncate:
      case PathCallName::kStatvfs:
        return true;
      default:
        return false;
    }
  }

  // A link is followed where a slash is behind its name, except by calls that change the entry itself.
  bool FollowsTo(const std::string& path) const {
    if (Follows()) return true;
    if (path.empty() || path.back() != '/') return false;
    return call() == PathCallName::kStat || call() == PathCallName::kChown ||
           call() == PathCallName::kUtimes || call() == PathCallName::kReadlink ||
           call() == PathCallName::kLink;
  }

  PathCallName call() const { return static_cast<PathCallName>(arguments_.numbers[0]); }

  const TaskArguments arguments_;
  const bool stepwise_;
};

}  // namespace

int OpenBeneath(const TaskArguments& arguments, platform::DirectoryReader* reader,
                TaskError* error) {
  const UniqueFd root(OpenDirectoryAsBase(arguments.bytes[0].c_str()));
  if (IsDescriptorShortage(root.Get())) return root.Get();
  if (!root) {
    *error = {root.Get(), "root", arguments.bytes[0], ""};
    return root.Get();
  }
  const int fd = Beneath(root.Get()).Open(arguments.bytes[1], kOpenToList, 0);
  if (fd == kOutsideRoot) *error = {-EXDEV, "beneath", arguments.bytes[1], ""};
  return fd < 0 ? fd : reader->Open(UniqueFd(fd));
}

std::unique_ptr<Task> MakeBeneath(TaskArguments&& arguments) {
  return MakeBeneath(std::move(arguments), LacksOpenat2());
}

std::unique_ptr<Task> MakeBeneath(TaskArguments&& arguments, bool stepwise) {
  return std::make_unique<BeneathTask>(std::move(arguments), stepwise);
}

}  // namespace uvfiles
