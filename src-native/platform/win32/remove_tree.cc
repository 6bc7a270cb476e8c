// Each directory on the way down is held open, and its entries are opened below its handle, without following links. So no
// directory can be replaced by a link meanwhile, and no name leads elsewhere: in a path, Windows drops dots and spaces at the end
// of a name, and takes some names for devices.
#include "core/tasks/remove_tree.h"

#include <uv.h>
#include <windows.h>

#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/tasks/records.h"
#include "platform/directories.h"
#include "platform/win32/change.h"
#include "platform/win32/directory.h"
#include "platform/win32/paths.h"

namespace uvfiles {

using platform::Join;
using win32::Directory;
using win32::Entry;

namespace {

constexpr uint32_t kMaxPasses =
    64;  // how often a directory may fill again before it counts as not removable
// Directories this far down list their parents again when they are done, because the rest of a listing has 64 KiB.
constexpr size_t kMaxListings = 64;

// The path without the separators at its end. Empty for a root, "." and "..", which cannot be removed.
std::string TopOf(const std::string& path) {
  const size_t length = platform::LengthWithoutSeparators(path);
  const size_t begin = platform::LastNameIn(path, length);
  const std::string name = path.substr(begin, length - begin);
  return name.empty() || name == "." || name == ".." ? std::string() : path.substr(0, length);
}

}  // namespace

class RemoveTree::Work {
 public:
  Work(RemoveTree* task, std::string path, int64_t flags)
      : task_(task), path_(std::move(path)), flags_(flags) {}

  Step Run(const Slice& slice) {
    if (!begun_) Begin();
    while (!levels_.empty()) {
      if (task_->cancelled()) {
        levels_.clear();
        task_->error = {UV_ECANCELED, "rmtree", path_, ""};
        return Step::kDone;
      }
      Advance();
      if (!task_->output.empty()) return Step::kReady;
      if (slice.Expired() && !levels_.empty()) return Step::kAgain;
    }
    if (!task_->output.empty()) return Step::kReady;
    if (!Has(kReportEach)) {
      AppendInteger(&task_->output, removed_);
      AppendInteger(&task_->output, failures_);
    }
    return Step::kDone;
  }

 private:
  struct Level {
    std::string path;
    Directory directory;
    std::unordered_set<std::string> kept;  // could not be removed
    uint32_t passes = 0;
  };

  bool Has(int64_t flag) const { return (flags_ & flag) != 0; }

  void Begin() {
    begun_ = true;
    const std::string top = TopOf(path_);
    if (top.empty()) return Fail(path_.empty() ? UV_ENOENT : UV_EINVAL, "rmdir", path_);
    Level level;
    const int code = level.directory.Hold(top);
    if (code == 0) Enter(std::move(level), top);
    if (code == 0 || (code == UV_ENOENT && Has(kMissingIsFine))) return;
    Fail(code, "rmdir", path_);
  }

  void Enter(Level level, const std::string& path) {
    level.path = path;
    if (levels_.size() >= kMaxListings) levels_.back().directory.Restart();
    levels_.push_back(std::move(level));
  }

  void Advance() {
    Level& level = levels_.back();
    Entry entry;
    const int found = level.directory.Next(&entry);
    if (found < 0) Fail(found, "scandir", level.path);
    if (found <= 0) return Leave();
    if (level.kept.count(entry.name) != 0) return;
    const std::string path = Join(level.path, entry.name);
    if (entry.type == EntryType::kDirectory) {
      Level below;
      const int code = below.directory.Hold(level.directory, entry.wide);
      if (code == 0) return Enter(std::move(below), path);
      if (code == UV_ENOENT) return;
      if (code != UV_ENOTDIR) return Keep(&level, entry.name, code, "scandir", path);
      // It has become something else.
    }
    const int code = win32::RemoveFileBelow(level.directory.handle(), entry.wide);
    if (code == 0) ++removed_;
    if (code != 0 && code != UV_ENOENT) Keep(&level, entry.name, code, "unlink", path);
  }

  // The lowest level has been listed to its end. Deletes it through its handle, or lists it again if it has new entries.
  void Leave() {
    Level& level = levels_.back();
    // With kReportEach, the caller may have dealt with the failures since.
    const bool worth_trying = level.kept.empty() || Has(kReportEach);
    const int code = worth_trying ? win32::DeleteOpened(level.directory.handle()) : UV_ENOTEMPTY;
    if (code == UV_ENOTEMPTY && level.kept.empty() && level.passes < kMaxPasses) {
      ++level.passes;
      return level.directory.Restart();
    }
    if (code == 0) ++removed_;
    const std::string path = level.path;
    const bool told = !level.kept.empty() && !Has(kReportEach);  // by its entries
    levels_.pop_back();
    if (code == 0) return;
    if (!told) Fail(code, "rmdir", path);
    if (!levels_.empty()) levels_.back().kept.insert(path.substr(path.find_last_of("\\/") + 1));
  }

  void Keep(Level* level, const std::string& name, int code, const char* syscall,
            const std::string& path) {
    level->kept.insert(name);
    Fail(code, syscall, path);
  }

  void Fail(int code, const char* syscall, const std::string& path) {
    ++failures_;
    if (Has(kReportEach)) {
      AppendFailure(code, syscall, path, &task_->output);
    } else if (!Has(kIgnoreErrors) && !task_->error) {
      task_->error = {code, syscall, path, ""};
    }
  }

  RemoveTree* const task_;
  const std::string path_;
  const int64_t flags_;
  std::vector<Level> levels_;
  bool begun_ = false;
  uint64_t removed_ = 0;
  uint64_t failures_ = 0;
};

RemoveTree::RemoveTree(TaskArguments&& arguments)
    : work_(std::make_unique<Work>(this, std::move(arguments.bytes[0]), arguments.numbers[0])) {}

RemoveTree::~RemoveTree() = default;

Step RemoveTree::Run(const Slice& slice) { return work_->Run(slice); }

// A removal is not shared among threads on Windows.
std::unique_ptr<Task> MakeRemoveTreeHand(TaskArguments&&) { return nullptr; }

}  // namespace uvfiles
