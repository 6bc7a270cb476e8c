// The walk of core/tasks/walk_tree.h.
#pragma once

#include <sys/types.h>

#include <memory>
#include <vector>

#include "core/task.h"
#include "core/tasks/walk_batch.h"
#include "core/tasks/walk_tree.h"
#include "platform/posix/directory_reader.h"

namespace uvfiles {

class WalkTree final : public Task {
 public:
  explicit WalkTree(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  // The directories above, for loop detection; shared by all children of one directory.
  struct Ancestor {
    uint64_t device;
    uint64_t inode;
    std::shared_ptr<const Ancestor> above;
  };
  struct Visit {
    std::string relative;
    uint32_t depth = 0;  // among the records
    uint32_t index = 0;
    uint32_t level = 0;   // names in `relative`
    bool follow = false;  // the last name may be a link
    std::shared_ptr<const Ancestor> above;
    std::unique_ptr<WalkListing> listing;  // bottom-up: already listed, its children are done
  };
  enum class Opened : uint8_t { kYes, kPassOver, kShortage, kFailed };

  Opened OpenNext();
  int OpenBase();
  bool IsLoop();
  std::shared_ptr<const Ancestor> AncestorsOf(const std::string& relative) const;
  // Reads on in the open directory. False when the slice ended first.
  bool ReadOn(const Slice& slice);
  void Add(const DirectoryEntry& entry);
  void FinishDirectory();
  void PushChildren();
  void PushChild(const char* name, size_t length, uint32_t index, bool is_link);
  void Emit(const Visit& visit, const WalkListing& listing, int code);
  Step Flush(Step step);

  const std::string top_;
  const int64_t flags_;
  const int64_t depth_limit_;

  UniqueFd base_;
  // What the base is, known from the first time that it was opened: the top may be moved between two batches.
  bool base_known_ = false;
  dev_t base_device_ = 0;
  ino_t base_inode_ = 0;
  DirectoryReader reader_;
  std::vector<Visit> pending_;  // the next one last
  Visit current_;               // the one `reader_` has open
  WalkListing listing_;
  std::shared_ptr<const Ancestor> current_identity_;

  WalkBatch batch_;
};

}  // namespace uvfiles
