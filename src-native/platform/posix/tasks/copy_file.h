// Copies one file, into `dst` or, where that is a directory, into it under its own name.
//
// Arguments: bytes: src, dst. numbers: CopyFlags (not kExistOk, not kOwner).
// Output: the path of the copy. Error: copyfile; EINVAL where both are the same file, or src is none of the regular.
// On an error or when cancelled a target that was made is gone again; one that was there before has lost its content.
// Ends ready and empty, with nothing made, when out of descriptors.
#pragma once

#include "core/task.h"
#include "platform/posix/copy_entry.h"

namespace uvfiles {

enum CopyFlags : int64_t {
  kCopyExclusive = 1,
  kCopyPreserve = 2,
  kCopyFollow = 4,   // links: copies what they lead to
  kCopyExistOk = 8,  // trees: into directories that are there
  kCopyOwner = 16,   // trees that move
};

CopyOptions CopyOptionsOf(int64_t flags);

// `dst`, or the name of `src` below it where it is a directory.
std::string TargetInto(const std::string& src, const std::string& dst);

class CopyFile final : public Task {
 public:
  explicit CopyFile(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  Step Conclude(int code);

  const std::string from_;
  const std::string given_to_;
  const CopyOptions options_;
  std::string to_;  // empty until begun
  CopyEntry entry_;
};

}  // namespace uvfiles
