#include "core/tasks/remove_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "core/tasks/records.h"
#include "platform/posix/directory_at.h"
#include "platform/posix/removal_work.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

// How often a name may change between a directory and something else, and how often an emptied directory may get new
// entries, before it is reported as an error.
constexpr int kMaxTurns = 8;
constexpr uint32_t kMaxPasses = 64;
// How often levels may be lost because other programs move directories. More often is an error.
constexpr int kMaxLost = 256;

// The most offers that a hand takes while it waits for others.
constexpr size_t kMaxParts = 8;

int UnlinkAt(int parent, const char* name, int flags) {
  return Retrying([&] { return ::unlinkat(parent, name, flags); });
}

bool Forbidden(int code) { return code == -EACCES || code == -EPERM; }

}  // namespace

Step RemoveTree::Work::Run(const Slice& slice) {
  starving_ = false;
  if (!begun_) {
    if (parts_.empty()) {
      parts_.emplace_back();
      LastPart().path = path_;
    }
    Begin();
  }
  if (suspended_ && !Resume() && starving_) return Step::kReady;
  if (starving_) return Starved();
  while (!finished_) {
    if (task_->cancelled()) {
      task_->error = {-ECANCELED, "rmtree", path_, ""};
      return Step::kDone;
    }
    if (!parts_.empty() && descent().empty()) {
      DropPart();
      continue;
    }
    if (parts_.empty()) {
      const Step step = NothingLeft(slice);
      if (step == Step::kDone) break;
      if (step == Step::kAgain) return step;
      continue;
    }
    Advance();
    if (starving_) return Starved();
    if (!task_->output.empty()) return Step::kReady;
    const bool worth_calling = WorthCalling();
    if ((worth_calling || slice.Expired()) && !(parts_.size() == 1 && descent().empty())) {
      if (Call()) return Step::kReady;
      if (!worth_calling) return Step::kAgain;
    }
  }
  if (!task_->output.empty()) {  // the last report; the next call ends the task
    finished_ = true;
    return Step::kReady;
  }
  return Finish();
}

Step RemoveTree::Work::Finish() {
  if (is_hand_) return Step::kDone;
  if (crew_ != nullptr) {
    const RemovalCrew::Counts others = crew_->CountsNow();
    counts_.removed += others.removed;
    counts_.failures += others.failures;
    if (!error_) error_ = crew_->Error();
  }
  task_->error = std::move(error_);
  if (!Has(kReportEach)) {
    AppendInteger(&task_->output, counts_.removed);
    AppendInteger(&task_->output, counts_.failures);
  }
  return Step::kDone;
}

void RemoveTree::Work::Begin() {
  SplitPath split = SplitLastName(path_);
  if (split.name.empty() || split.name == "." || split.name == "..") {
    begun_ = true;
    Fail(path_.empty() ? -ENOENT : -EINVAL, "rmdir", nullptr);
    return;
  }
  top_ = std::move(split.name);
  const int base = OpenDirectoryAsBase(split.parent.c_str());
  int failure = base;
  if (Starve(failure)) return;
  if (base >= 0) {
    base_.Reset(base);
    Enter(top_, 0, &failure);
    begun_ = !Starve(failure);
    if (failure == 0 || !begun_) return;
  }
  begun_ = true;
  if (failure == -ENOENT && Has(kMissingIsFine)) return;
  // For a link at the top, Linux says ENOTDIR, and other systems ELOOP. An ELOOP from the parent's lookup stays.
  Fail(failure == -ELOOP && base >= 0 ? -ENOTDIR : failure, "rmdir", nullptr);
}

// A task that waits for a descriptor holds none, because several removals would wait for each other.
void RemoveTree::Work::Suspend() {
  if (begun_ && !suspended_ && ::fstat(base_.Get(), &base_stat_) == 0) {
    suspended_ = true;
    descent().GiveUpAll();
  }
  if (suspended_ || !begun_) base_.Reset();
}

// Opens what `Suspend` closed. False if there are no descriptors, or other directories have taken the names.
bool RemoveTree::Work::Resume() {
  const int base = OpenDirectoryAsBase(SplitLastName(path_).parent.c_str());
  if (Starve(base)) return false;
  UniqueFd opened(base);
  struct stat st;
  Descent::Restored restored =
      base == -ENOENT ? Descent::Restored::kTopGone : Descent::Restored::kTopOther;
  if (base >= 0 && ::fstat(base, &st) == 0 && IsSame(st, base_stat_))
    restored = descent().empty() ? Descent::Restored::kAll : descent().Restore(base);
  starving_ = restored == Descent::Restored::kBusy;
  if (starving_) return false;
  suspended_ = false;
  base_ = std::move(opened);
  if (restored == Descent::Restored::kAll) return true;
  waiting_.clear();
  if (restored == Descent::Restored::kLost) return true;
  // If the top does not exist any more, nothing is left to do.
  descent() = Descent();
  if (restored == Descent::Restored::kTopOther) Fail(-ESTALE, "rmdir", nullptr);
  return false;
}

void RemoveTree::Work::Advance() {
  if (!waiting_.empty()) {
    const std::string name = std::exchange(waiting_, std::string());
    RemoveEntry(name.c_str(), true);
    return;
  }
  const bool hungry = crew_ != nullptr && crew_->Hungry();
  if (hungry && GiveFromAbove()) return;
  Descent::Level& level = descent().Back();
  if (InOffer()) {
    if (LastPart().next == LastPart().offer.entries.size()) return SettleOffer();
    const ListedEntry& entry = LastPart().offer.entries[LastPart().next++];
    return RemoveEntry(entry.name.c_str(), entry.looks_like_directory);
  }
  if (!level.rest.empty()) {
    const ListedEntry entry = std::move(level.rest.back());
    level.rest.pop_back();
    return RemoveEntry(entry.name.c_str(), entry.looks_like_directory);
  }
  const dirent* entry = level.stream.Next();
  if (entry == nullptr) {
    if (errno != 0 && errno != ENOENT) Fail(-errno, "scandir", nullptr);
    LeaveLowest();
    return;
  }
  if (!level.kept.empty() && level.kept.count(entry->d_name) != 0) return;
  if (hungry) {
    Give(descent().Depth() - 1, entry);
    return;
  }
  if (level.shelf != nullptr && level.GivenUp() && crew_->IsGiven(*level.shelf, entry->d_name))
    return;
  RemoveEntry(entry->d_name, entry->d_type == DT_DIR);
}

// Whether a name is a directory is only a guess. The result of the call that acts on it decides.
void RemoveTree::Work::RemoveEntry(const char* name, bool looks_like_directory) {
  bool directory = looks_like_directory;
  const char* syscall = "unlink";
  int code = 0;
  for (int turn = 0; turn < kMaxTurns; ++turn) {
    if (directory) {
      syscall = "scandir";
      if (Enter(name, 0, &code)) return;
      if (Starve(code)) {
        waiting_ = name;
        return;
      }
      if (code == -ENOENT) return;
      if (code != -ENOTDIR && code != -ELOOP) break;
      directory = false;
      continue;
    }
    syscall = "unlink";
    Descent::Level& level = descent().Back();
    code = UnlinkAt(level.stream.fd(), name, 0);
    if (code == 0) ++counts_.removed;
    if (code == 0 || code == -ENOENT) return;
    // POSIX allows EPERM from unlink of a directory. It can also mean a lack of permission.
    struct stat st;
    if (code == -EISDIR ||
        (code == -EPERM && ::fstatat(level.stream.fd(), name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(st.st_mode))) {
      directory = true;
      continue;
    }
    if (Forbidden(code) && Unlock(level)) continue;
    break;
  }
  KeepEntry(name, code, syscall);
}

// Enters the directory `name` of the lowest level. True if it was entered, or was empty and is removed. Otherwise, `failure`
// says why not.
bool RemoveTree::Work::Enter(const std::string& name, uint32_t pass, int* failure) {
  int fd = descent().OpenChild(base_.Get(), name.c_str(), false);
  if (fd == -EACCES && !descent().empty()) {
    // An empty directory can be removed without reading it.
    const int code = UnlinkAt(descent().Back().stream.fd(), name.c_str(), AT_REMOVEDIR);
    if (code == 0) {
      ++counts_.removed;
      *failure = 0;
      return true;
    }
    if (Unlock(descent().Back())) fd = descent().OpenChild(base_.Get(), name.c_str(), false);
  }
  if (fd == -EACCES && Has(kForce)) {
    const int unlocked = descent().OpenChild(base_.Get(), name.c_str(), true);
    if (unlocked >= 0 || !Forbidden(unlocked)) fd = unlocked;
  }
  *failure = fd < 0 ? fd : descent().Push(UniqueFd(fd), name);
  if (*failure != 0) return false;
  descent().Back().pass = pass;
  return true;
}

void RemoveTree::Work::LeaveLowest() {
  Descent::Level& lowest = descent().Back();
  if (lowest.shelf != nullptr) {
    std::vector<std::string> kept;
    if (!crew_->Settled(*lowest.shelf, &kept)) {
      if (parts_.size() < kMaxParts)
        Take(lowest.shelf.get());
      else
        crew_->Take(lowest.shelf.get(), nullptr);
      return;
    }
    lowest.shelf = nullptr;
    if (!kept.empty()) lowest.failed = true;
    for (std::string& name : kept) lowest.kept.insert(std::move(name));
  }
  if (descent().Depth() > 1) {
    const std::string name = descent().Back().name;
    const size_t depth = descent().Depth();
    switch (descent().OpenAbove()) {
      case Descent::Above::kOpen:
        break;
      case Descent::Above::kBusy:
        starving_ = true;
        return;
      case Descent::Above::kLost:
        ++lost_;
        if (descent().Depth() == depth - 1)
          KeepUnreachable(name);
        else if (lost_ > kMaxLost) {
          Fail(-ESTALE, "scandir", nullptr);
          descent() = Descent();
        }
        return;
    }
  }
  RemoveEmptied();
}

// The directory is as empty as it can be, but its parent cannot be reached from it: it has no search permission, or was
// moved. It is removed by its name, or reported.
void RemoveTree::Work::KeepUnreachable(const std::string& name) {
  const int code = UnlinkAt(descent().Back().stream.fd(), name.c_str(), AT_REMOVEDIR);
  if (code == 0) ++counts_.removed;
  if (code == 0 || code == -ENOENT) return;
  if (code == -ENOTEMPTY || code == -EEXIST) {
    descent().Back().kept.insert(name);
    descent().Back().failed = true;
    if (!has_failed_) Fail(code, "rmdir", name.c_str());
    return;
  }
  KeepEntry(name.c_str(), code, "rmdir");
}

void RemoveTree::Work::RemoveEmptied() {
  Descent::Level& level = descent().Back();
  const bool is_top = descent().Depth() == 1;
  const int parent = is_top ? base_.Get() : descent().AboveBack().stream.fd();
  int code = UnlinkAt(parent, level.name.c_str(), AT_REMOVEDIR);
  if (Forbidden(code) && !is_top && Unlock(descent().AboveBack()))
    code = UnlinkAt(parent, level.name.c_str(), AT_REMOVEDIR);
  const bool filled = code == -ENOTEMPTY || code == -EEXIST;
  if (code == 0) ++counts_.removed;
  if (code == 0 || code == -ENOENT) {
    descent().Pop();
    return;
  }
  const bool failed = level.failed;
  const std::string name = level.name;
  if (filled && !failed && level.pass < kMaxPasses) {
    // Another program added entries, the file system left some out of the listing, or the name is another directory now.
    const uint32_t pass = level.pass + 1;
    descent().Pop();
    if (Enter(name, pass, &code) || code == -ENOENT) return;
    if (Starve(code)) {
      if (is_top)
        begun_ = false;
      else
        waiting_ = name;
      return;
    }
  } else {
    descent().Pop();
  }
  if (is_top) {
    // The entries that keep the top from being removed have been reported.
    if (!(filled && failed)) Fail(code == -ELOOP ? -ENOTDIR : code, "rmdir", nullptr);
    return;
  }
  if (code == -ENOTDIR || code == -ELOOP) {
    RemoveEntry(name.c_str(), false);
    return;
  }
  if (filled && failed) {
    descent().Back().kept.insert(name);
    descent().Back().failed = true;
    return;
  }
  KeepEntry(name.c_str(), code, "rmdir");
}

bool RemoveTree::Work::Unlock(Descent::Level& level) {
  if (!Has(kForce) || level.unlocked) return false;
  level.unlocked = true;
  return UnlockOpenDirectory(level.stream.fd());
}

bool RemoveTree::Work::Starve(int code) {
  starving_ = IsDescriptorShortage(code);
  return starving_;
}

void RemoveTree::Work::KeepEntry(const char* name, int code, const char* syscall) {
  descent().Back().failed = true;
  descent().Back().kept.insert(name);
  Fail(code, syscall, name);
}

// Without an `entry`, the failure is about the lowest level, or the top if there is none.
void RemoveTree::Work::Fail(int code, const char* syscall, const char* entry) {
  ++counts_.failures;
  has_failed_ = true;
  if (entry == nullptr && !descent().empty()) descent().Back().failed = true;
  if (Has(kIgnoreErrors)) return;
  const std::string path = descent().PathOf(LastPart().path, entry);
  if (!Has(kReportEach)) {
    if (is_hand_)
      crew_->Fail({code, syscall, path, ""});
    else if (!error_)
      error_ = {code, syscall, path, ""};
    return;
  }
  AppendFailure(code, syscall, path, &task_->output);
}

RemoveTree::RemoveTree(TaskArguments&& arguments)
    : work_(std::make_unique<Work>(this, std::move(arguments.bytes[0]),
                                   arguments.numbers.empty() ? 0 : arguments.numbers[0])) {}
RemoveTree::~RemoveTree() = default;
Step RemoveTree::Run(const Slice& slice) { return work_->Run(slice); }

}  // namespace uvfiles
