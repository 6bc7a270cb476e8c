// Walks a tree and reports the names of each directory, in the order of Python's os.walk.
//
// It reads ahead of its consumer: one directory at first, and more with each batch, because consumers usually prune near the
// top. A running walk takes no messages: a consumer that prunes drops it, and starts another one whose roots are the
// directories that are left. A walk holds two descriptors at any depth (briefly a third one if a path exceeds PATH_MAX),
// and none between two batches.
//
// Arguments: bytes: top; the roots, each relative to top ("" is top itself), as one list with NUL between them; for
//   each root '1' where it may be a link to follow (or empty: none). numbers: WalkFlags, directories in the first
//   batch, depth below top to descend to (-1: all).
// Output, a batch: uint32 records, uint32 offset of the texts; for each record uint32 depth (roots: 0), index among
//   its parent's directories (or among the roots), int32 code (0: fine), uint32 directories, links to directories,
//   other entries; then the texts, a NUL behind each: for every record its path and its names in that order.
// A directory that cannot be listed gives a record with a code and no names. A root that is a link and is not to be
// followed gives none, nor does a followed link to a directory above it. Cancelled: nothing is left behind.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/task.h"
#include "core/tasks/walk_batch.h"
#include "platform/directory_reader.h"

namespace uvfiles {

enum WalkFlags : int64_t {
  kBottomUp = 1,
  kFollowLinks = 2,
  kNoHidden = 4,  // leaves out names that begin with a dot
};

class WalkTree final : public Task {
 public:
  explicit WalkTree(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  // The directories above, for loop detection; shared by all children of one directory.
  struct Ancestor {
    int64_t device;
    int64_t inode;
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

  bool IsLoop();
  std::shared_ptr<const Ancestor> AncestorsOf(const std::string& relative) const;
  // Reads on in the open directory. False when the slice ended first.
  bool ReadOn(const Slice& slice);
  void Add(const platform::DirectoryEntry& entry);
  void FinishDirectory();
  void PushChildren();
  void Emit(const Visit& visit, const WalkListing& listing, int code);
  Step Flush(Step step);

  const std::string top_;
  const int64_t flags_;
  const int64_t depth_limit_;

  platform::WalkBase base_;
  platform::DirectoryReader reader_;
  std::vector<Visit> pending_;  // the next one last
  Visit current_;               // the one `reader_` has open
  WalkListing listing_;
  std::shared_ptr<const Ancestor> current_identity_;
  WalkBatch batch_;
};

}  // namespace uvfiles
