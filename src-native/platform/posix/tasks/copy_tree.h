// kCopyTree of core/tasks/copies.h.
#pragma once

#include <memory>
#include <vector>

#include "core/task.h"
#include "platform/directory_reader.h"
#include "platform/posix/copy_entry.h"

namespace uvfiles {

class CopyTree final : public Task {
 public:
  explicit CopyTree(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

  // Whether this task created the directory dst. It then contains only what this task copied.
  bool made() const { return made_; }

 private:
  enum class Phase : uint8_t { kStart, kNextDirectory, kEntries, kFile, kFinish };
  struct Identity {
    dev_t device;
    ino_t inode;
    std::shared_ptr<const Identity> above;
  };
  struct Directory {
    std::string relative;
    std::shared_ptr<const Identity> above;
  };
  struct Entry {
    std::string name;
    EntryType type;
  };
  // What a step of the state machine returns to Run().
  enum class Next : uint8_t { kGoOn, kSliceOver, kShortage, kEnd };

  Next Start();
  Next Regain();
  int OpenBoth(const std::string& relative);
  int ReopenHere();
  void GiveUp();
  Next OpenDirectory();
  Next ReadEntries();
  Next CopyNext(const Slice& slice);
  Next CopySubdirectory(const Entry& entry);
  Next FinishOne();
  int FindSourceAbove() const;
  int IsDirectoryEntry(const Entry& entry) const;
  // Keeps the error, unless it is a shortage of descriptors.
  Next Fail(int code, const std::string& relative);

  const std::string from_;
  const std::string to_;
  const int64_t flags_;
  CopyOptions options_;
  Phase phase_ = Phase::kStart;
  bool made_ = false;

  UniqueFd from_base_, to_base_;  // src and dst
  UniqueFd from_here_, to_here_;  // the directory being copied
  std::string here_;
  std::shared_ptr<const Identity> identity_;  // of `here_`
  // Identify the directories that were closed, when they are opened again.
  struct stat from_root_ {};
  struct stat to_root_ {};
  struct stat to_here_stat_ {};
  bool given_up_ = false;
  bool was_here_ = false;  // `here_` was open when descriptors were given up
  std::vector<Directory> pending_;
  std::vector<std::string> finished_;  // directories in the order they were made
  std::vector<Entry> entries_;         // of `here_`, the next one last
  platform::DirectoryReader reader_;
  CopyEntry entry_;
};

}  // namespace uvfiles
