#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>

#include "core/task.h"
#include "core/tasks/copies.h"
#include "core/tasks/remove_tree.h"
#include "core/temp_name.h"
#include "platform/posix/copy_entry.h"
#include "platform/posix/directory_at.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

bool IsSameEntry(const struct stat& entry, const std::string& path) {
  struct stat found;
  return S_ISLNK(entry.st_mode) && ::lstat(path.c_str(), &found) == 0 && IsSame(entry, found);
}

class Move final : public Task {
 public:
  explicit Move(TaskArguments&& arguments)
      : from_(std::move(arguments.bytes[0])), given_to_(std::move(arguments.bytes[1])) {}

  bool Concludes() const override { return true; }
  Step Run(const Slice& slice) override {
    switch (phase_) {
      case Phase::kRename:
        return cancelled() ? Fail(-ECANCELED, "rename") : Rename();
      case Phase::kCopyEntry:
        return CopyTheEntry(slice);
      case Phase::kSyncEntry:
        return SyncEntry();
      case Phase::kSyncTree:
        return SyncTree();
      default:
        return RunPart(slice);
    }
  }

 private:
  enum class Phase : uint8_t {
    kRename,
    kCopyEntry,
    kSyncEntry,
    kCopyTree,
    kSyncTree,
    kRemoveOriginal,
    kRemoveCopy
  };

  Step Rename() {
    to_ = given_to_;
    struct stat source;
    struct stat target;
    const int found = Retrying([&] { return ::lstat(from_.c_str(), &source); });
    if (found < 0) return Fail(found, "rename");
    const bool there = Retrying([&] { return ::stat(to_.c_str(), &target); }) == 0;
    // A different spelling of the same directory, on file systems that ignore case, is a rename, not a move into itself.
    // So is a link to a directory that is moved to its own name.
    if (there && S_ISDIR(target.st_mode) && !IsSame(source, target) && !IsSameEntry(source, to_)) {
      to_ = TargetInto(from_, given_to_);
      struct stat taken;
      if (::lstat(to_.c_str(), &taken) == 0) return Fail(-EEXIST, "rename");
    }
    // A path with a slash at its end names a directory to move into. The error of rename would be about the file.
    if (!there && to_.back() == '/' && !S_ISDIR(source.st_mode)) return Fail(-ENOENT, "rename");
    const int code = Retrying([&] { return ::rename(from_.c_str(), to_.c_str()); });
    if (code == 0) return Conclude();
    if (code != -EXDEV) return Fail(code, "rename");
    if (!S_ISDIR(source.st_mode)) {
      phase_ = Phase::kCopyEntry;
      return BeginEntry();
    }
    part_ = MakeCopyTree({{from_, to_}, {kCopyPreserve | kCopyOwner}}, &made_);
    phase_ = Phase::kCopyTree;
    return Step::kAgain;
  }

  Step BeginEntry() {
    const SplitPath split = SplitLastName(to_);
    CopyOptions options;
    options.preserve = true;
    options.owner = true;
    options.exclusive = true;
    options.follow = false;
    options.special = true;
    options.durable = true;
    temp_ = split.parent;
    int code = AppendPassingName(split.parent.back() == '/' ? "." : "/.", &temp_);
    if (code == 0) {
      code = entry_.Begin(AT_FDCWD, from_.c_str(), AT_FDCWD, temp_.c_str(), options);
    }
    if (IsDescriptorShortage(code)) {
      phase_ = Phase::kRename;
      return Step::kReady;
    }
    if (code < 0) return Fail(code, "cp");
    if (code == 0) return Step::kAgain;
    return PutEntryInPlace();  // a link or a special file, which already exists
  }

  Step CopyTheEntry(const Slice& slice) {
    if (entry_.Run(slice, *this) == Step::kAgain) return Step::kAgain;
    if (entry_.code() < 0) return Fail(entry_.code(), "cp");
    return PutEntryInPlace();
  }

  Step PutEntryInPlace() {
    const int code = Retrying([&] { return ::rename(temp_.c_str(), to_.c_str()); });
    if (code < 0) {
      ::unlink(temp_.c_str());
      return Fail(code, "rename");
    }
    phase_ = Phase::kSyncEntry;
    return SyncEntry();
  }

  Step SyncEntry() {
    int code = SyncNames(false);
    if (IsDescriptorShortage(code)) return Step::kReady;
    if (code < 0) return Fail(code, "fsync");
    code = Retrying([&] { return ::unlink(from_.c_str()); });
    return code < 0 ? Fail(code, "unlink") : Conclude();
  }

  Step RunPart(const Slice& slice) {
    // The removal of a failed copy is not cancelled.
    if (cancelled() && phase_ != Phase::kRemoveCopy) part_->Cancel();
    const Step step = part_->Run(slice);
    return step == Step::kDone ? AfterPart() : step;
  }

  Step AfterPart() {
    if (phase_ == Phase::kRemoveCopy) return Step::kDone;  // `error` is the copy's
    if (part_->error) error = part_->error;
    if (phase_ == Phase::kRemoveOriginal) return error ? Step::kDone : Conclude();
    if (error) return TakeCopyAway();
    phase_ = Phase::kSyncTree;
    return SyncTree();
  }

  Step SyncTree() {
    const int code = cancelled() ? -ECANCELED : SyncNames(true);
    if (IsDescriptorShortage(code)) return Step::kReady;
    if (code < 0) {
      Fail(code, "fsync");
      return TakeCopyAway();
    }
    part_ = std::make_unique<RemoveTree>(TaskArguments{{from_}, {kMissingIsFine}});
    phase_ = Phase::kRemoveOriginal;
    return Step::kAgain;
  }

  Step TakeCopyAway() {
    // A directory that existed before stays.
    if (!made_) return Step::kDone;
    part_ = std::make_unique<RemoveTree>(
        TaskArguments{{to_}, {kForce | kIgnoreErrors | kMissingIsFine}});
    phase_ = Phase::kRemoveCopy;
    return Step::kAgain;
  }

  // For a tree, this syncs its whole file system: one call costs less than two per file.
  int SyncNames(bool is_tree) const { return SyncDirectory(SplitLastName(to_).parent, is_tree); }

  Step Fail(int code, const char* syscall) {
    error = {code, syscall, from_, to_};
    return Step::kDone;
  }

  Step Conclude() {
    output = to_;
    return Step::kDone;
  }

  const std::string from_;
  const std::string given_to_;
  std::string to_;
  Phase phase_ = Phase::kRename;
  std::string temp_;  // of the entry being copied, beside to_
  CopyEntry entry_;
  bool made_ = false;           // whether the copy of a tree has made its top
  std::unique_ptr<Task> part_;  // copying or removing a tree
};

}  // namespace

std::unique_ptr<Task> MakeMove(TaskArguments&& arguments) {
  return std::make_unique<Move>(std::move(arguments));
}

}  // namespace uvfiles
