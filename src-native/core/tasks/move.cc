// kMove of core/tasks/copies.h, on all platforms: its parts are the tasks that copy and remove.
#include <uv.h>

#include <memory>
#include <utility>

#include "core/task.h"
#include "core/tasks/copies.h"
#include "core/tasks/remove_tree.h"
#include "core/unique_fd.h"
#include "platform/directories.h"
#include "platform/file_system.h"
#include "platform/path_calls.h"

namespace uvfiles {

namespace {

bool IsSame(const StatRecord& a, const StatRecord& b) { return a.dev == b.dev && a.ino == b.ino; }

class Move final : public Task {
 public:
  explicit Move(TaskArguments&& arguments)
      : from_(std::move(arguments.bytes[0])), to_(std::move(arguments.bytes[1])) {}

  bool Concludes() const override { return true; }
  Step Run(const Slice& slice) override {
    if (phase_ == Phase::kRename) return cancelled() ? Fail(UV_ECANCELED, "rename") : Rename();
    if (phase_ == Phase::kSync) return Sync();
    const Step step = part_->Run(slice);
    return step == Step::kDone ? AfterPart() : step;
  }

 private:
  enum class Phase : uint8_t { kRename, kCopy, kSync, kRemoveOriginal, kRemoveCopy };

  Step Rename() {
    StatRecord source, target, entry;
    const int found = platform::Lstat(from_.c_str(), &source);
    if (found < 0) return Fail(found, "rename");
    const int64_t type = source.mode & kTypeMask;
    const bool there = platform::Stat(to_.c_str(), &target) == 0;
    // A different spelling of the same directory, on file systems that ignore case, is a rename, not a move into itself.
    // So is a link to a directory that is moved to its own name.
    const bool is_itself =
        there &&
        (IsSame(source, target) ||
         (type == kTypeLink && platform::Lstat(to_.c_str(), &entry) == 0 && IsSame(source, entry)));
    if (there && (target.mode & kTypeMask) == kTypeDirectory && !is_itself) {
      to_ = platform::TargetInto(from_, to_);
      if (platform::Lstat(to_.c_str(), &entry) == 0) return Fail(UV_EEXIST, "rename");
    }
    is_tree_ = type == kTypeDirectory;
    // A path with a separator at its end names a directory to move into. The error of rename would be about the file.
    if (!there && !is_tree_ && !to_.empty() && platform::IsSeparator(to_.back()))
      return Fail(UV_ENOENT, "rename");
    const int code = platform::Rename(from_, to_);
    if (code == 0) return Conclude();
    return code == UV_EXDEV ? Copy() : Fail(code, "rename");
  }

  Step Copy() {
    constexpr int64_t kAll = kCopyPreserve | kCopyOwner;
    if (is_tree_) {
      part_ = MakeCopyTree({{from_, to_}, {kAll}}, &made_);
    } else {
      const int code = platform::NameBeside(to_, &temp_);
      if (code < 0) return Fail(code, "cp");
      constexpr int64_t kEntry = kAll | kCopyExclusive | kCopySpecial | kCopyDurable;
      part_ = MakeCopyFile({{from_, temp_}, {kEntry}});
    }
    part_->BecomePartOf(this);
    phase_ = Phase::kCopy;
    return Step::kAgain;
  }

  Step AfterPart() {
    if (phase_ == Phase::kRemoveCopy) return Step::kDone;  // `error` is the copy's
    if (part_->error) error = part_->error;
    if (phase_ == Phase::kRemoveOriginal) return error ? Step::kDone : Conclude();
    if (is_tree_) return error ? TakeCopyAway() : Sync();
    if (error) return Fail(error.code, "cp");
    const int code = platform::Rename(temp_, to_);
    if (code == 0) return Sync();
    platform::Unlink(temp_);
    return Fail(code, "rename");
  }

  // For a tree, this syncs its whole file system: one call costs less than two per file.
  Step Sync() {
    phase_ = Phase::kSync;
    int code = is_tree_ && cancelled() ? UV_ECANCELED : platform::SyncNameOf(to_, is_tree_);
    if (IsDescriptorShortage(code)) return Step::kReady;
    if (code < 0) {
      Fail(code, "fsync");
      return TakeCopyAway();
    }
    if (!is_tree_) {
      code = platform::Unlink(from_);
      return code < 0 ? Fail(code, "unlink") : Conclude();
    }
    part_ = std::make_unique<RemoveTree>(TaskArguments{{from_}, {kMissingIsFine}});
    part_->BecomePartOf(this);
    phase_ = Phase::kRemoveOriginal;
    return Step::kAgain;
  }

  Step TakeCopyAway() {
    // A directory that existed before stays. The removal is not cancelled.
    if (!made_) return Step::kDone;
    part_ = std::make_unique<RemoveTree>(
        TaskArguments{{to_}, {kForce | kIgnoreErrors | kMissingIsFine}});
    phase_ = Phase::kRemoveCopy;
    return Step::kAgain;
  }

  Step Fail(int code, const char* syscall) {
    error = {code, syscall, from_, to_};
    return Step::kDone;
  }

  Step Conclude() {
    output = to_;
    return Step::kDone;
  }

  const std::string from_;
  std::string to_;
  Phase phase_ = Phase::kRename;
  bool is_tree_ = false;
  std::string temp_;            // of the entry being copied, beside to_
  bool made_ = false;           // whether the copy of a tree has made its top
  std::unique_ptr<Task> part_;  // copying, or removing a tree
};

}  // namespace

std::unique_ptr<Task> MakeMove(TaskArguments&& arguments) {
  return std::make_unique<Move>(std::move(arguments));
}

}  // namespace uvfiles
