// Tasks that write all of a file's new content and put it in the old one's place, at once or in a stream.
//
// kWriteAtomic. Arguments: bytes: path, data. numbers: AtomicFlags, permissions.
// Output: nothing; or, where the new content is in place and only syncing its directory failed, int32 code and the
//   directory's path.
// Error or cancelled: the old file is as it was, nothing else is there. Ready and empty: out of descriptors.
//
// kOpenAtomic: the same for data that comes bit by bit: the first step makes the file, the second publishes it.
// Arguments: bytes: path. numbers: AtomicFlags, permissions.
// Output of the first step: a path by which to open the new file. No descriptor: one that is told and not taken (a
// worker is terminated in between) would be nobody's. Of the second: as above.
// Dropped between the two: nothing stays.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/atomic_file.h"
#include "core/task.h"

namespace uvfiles {

enum AtomicFlags : int64_t {
  kDurable = 1,           // syncs the file before, and its directory after, the rename
  kPermissionsGiven = 2,  // the number behind holds even where an old file has others
  kAtomicExclusive = 4,   // EEXIST where there is an old file
  kInPlaceIfBusy = 8,     // overwrites an old file that is a mount point, which nothing can replace
};

class WriteAtomic final : public Task {
 public:
  explicit WriteAtomic(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  const std::string path_;
  const std::string data_;
  const int64_t flags_;
  const int64_t permissions_;
  const std::unique_ptr<AtomicFile> file_ = MakeAtomicFile();
  size_t written_ = 0;
};

class OpenAtomic final : public Task {
 public:
  explicit OpenAtomic(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  const std::string path_;
  const int64_t flags_;
  const int64_t permissions_;
  const std::unique_ptr<AtomicFile> file_ = MakeAtomicFile();
  bool begun_ = false;
};

}  // namespace uvfiles
