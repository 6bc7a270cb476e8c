// Removes a directory and everything in it. It removes nothing else, even if other programs rename, link or swap things
// in the tree meanwhile.
//
// POSIX: openat and unlinkat, descriptor by descriptor, O_NOFOLLOW at every level. Links are removed, never followed.
// Only memory limits the depth; PATH_MAX and the number of descriptors do not. Names are bytes. Entries that vanish
// meanwhile are no failures. Entries that cannot be removed are counted and skipped.
//
// Arguments: bytes: the path (slashes at its end do not count). numbers: RemoveTreeFlags.
// Output: with kReportEach one batch per failure, so that its receiver can remove the cause before the directory is tried:
//   int32 code, uint32 length of the syscall's name, uint32 length of the path, both texts. Otherwise, at the end: uint64
//   removed entries, uint64 failures.
//   With kWithHands, a removal that takes long calls for help: a batch of uint32, the number for a RemoveTreeHand. It goes
//   on whether or not one begins, and may call again.
//   Ready and empty: out of descriptors. Nothing is lost: run the task again when one has been closed.
// Error: the first failure, unless kIgnoreErrors or kReportEach. Failing to begin (no such path, or "": ENOENT; a link or
//   a file: ENOTDIR; "/", "." and "..": EINVAL) counts as a failure of the path itself.
// Cancelled: stops between two entries; what has been removed stays removed.
#pragma once

#include <cstdint>
#include <memory>

#include "core/task.h"

namespace uvfiles {

enum RemoveTreeFlags : int64_t {
  kForce = 1,  // changes modes of the caller's own directories that prevent the removal
  kIgnoreErrors = 2,
  kReportEach = 4,
  kMissingIsFine = 8,  // ENOENT for the path itself is no failure
  kWithHands = 16,     // not together with kReportEach
};

class RemoveTree final : public Task {
 public:
  class Work;

  explicit RemoveTree(TaskArguments&& arguments);
  ~RemoveTree() override;
  Step Run(const Slice& slice) override;

 private:
  const std::unique_ptr<Work> work_;
};

// Helps a RemoveTree in another thread: takes entries that it has listed. Ends when there are none for a while.
//
// Arguments: numbers: the number that the removal called with.
// Output: none; the removal reports removed entries and failures. Null on systems whose removals do not ask for help.
std::unique_ptr<Task> MakeRemoveTreeHand(TaskArguments&& arguments);

}  // namespace uvfiles
