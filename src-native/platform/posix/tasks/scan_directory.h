// Lists one directory, a batch of entries at a time, without a stat for each.
//
// Arguments: bytes: path, or the root's path and a path beneath it. numbers: ScanFlags; with two paths the root's
//   descriptor (-1: by its path) and BeneathFlags (core/tasks/beneath.h).
// Output, a batch: with kNamesOnly the names, a NUL behind each, all of them in one batch at the end. Otherwise: uint32
//   count; uint32 0; count uint64 inodes; count uint8 types (EntryType, a link being a link); the names, a NUL behind
//   each. Never an empty batch.
// Error: scandir of the path; an escape from a root, and a root that cannot be opened, as core/tasks/beneath.h says.
// Ready and empty: out of descriptors. Cancelled: nothing is left behind.
#pragma once

#include "core/task.h"
#include "platform/posix/directory_reader.h"

namespace uvfiles {

enum ScanFlags : int64_t {
  kNamesOnly = 1,
  kSorted = 2,  // with kNamesOnly: in order of their bytes, up to kMostSortedBytes of them
};

// The loop thread takes several times longer to sort. A longer list would hold the pool's thread for more than a slice.
constexpr size_t kMostSortedBytes = 64 * 1024;

class ScanDirectory final : public Task {
 public:
  explicit ScanDirectory(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  Step Fail(int code, const char* syscall = "scandir");
  int OpenTop();
  Step ListNames(const Slice& slice);
  Step ListBatch(const Slice& slice);

  const TaskArguments arguments_;
  const bool names_only_;
  DirectoryReader reader_;
  std::string names_;
  std::string types_;
  std::string inodes_;
};

}  // namespace uvfiles
