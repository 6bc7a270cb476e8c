// Writes all of a file's new content and puts it in the old one's place, at once or in a stream.
#pragma once

#include "core/task.h"
#include "platform/posix/atomic_file.h"

namespace uvfiles {

// Arguments: bytes: path, data. numbers: AtomicFlags, permissions.
// Output: nothing; or, where the new content is in place and only syncing its directory failed, int32 code and the
//   directory's path.
// Error or cancelled: the old file is as it was, nothing else is there. Ready and empty: out of descriptors.
class WriteAtomic final : public Task {
 public:
  explicit WriteAtomic(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  const std::string path_;
  const std::string data_;
  const int64_t flags_;
  const int64_t permissions_;
  AtomicFile file_;
  size_t written_ = 0;
};

// The same for data that comes bit by bit: the first step makes the file, the second publishes it.
//
// Arguments: bytes: path. numbers: AtomicFlags, permissions.
// Output of the first step: a path by which to open the new file. No descriptor: one that is told and not taken (a
// worker is terminated in between) would be nobody's. Of the second: as above.
// Dropped between the two: nothing stays.
class OpenAtomic final : public Task {
 public:
  explicit OpenAtomic(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  const std::string path_;
  const int64_t flags_;
  const int64_t permissions_;
  AtomicFile file_;
  bool begun_ = false;
};

}  // namespace uvfiles
