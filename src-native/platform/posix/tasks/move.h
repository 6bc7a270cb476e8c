// kMove of core/tasks/copies.h.
#pragma once

#include <memory>

#include "core/task.h"
#include "platform/posix/copy_entry.h"

namespace uvfiles {

class Move final : public Task {
 public:
  explicit Move(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

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

  Step Rename();
  Step BeginEntry();
  Step CopyTheEntry(const Slice& slice);
  Step PutEntryInPlace();
  Step SyncEntry();
  Step RunPart(const Slice& slice);
  Step AfterPart();
  Step SyncTree();
  Step TakeCopyAway();
  int SyncNames(bool is_tree) const;
  Step Fail(int code, const char* syscall);
  Step Conclude();

  const std::string from_;
  const std::string given_to_;
  std::string to_;
  Phase phase_ = Phase::kRename;
  std::string temp_;  // of the entry being copied, beside to_
  CopyEntry entry_;
  std::unique_ptr<Task> part_;  // copying or removing a tree
};

}  // namespace uvfiles
