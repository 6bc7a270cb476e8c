// kReadMany of core/tasks/lists.h.
#pragma once

#include <string>

#include "core/task.h"
#include "core/tasks/lists.h"
#include "core/unique_fd.h"
#include "platform/posix/tasks/folder.h"
#include "platform/posix/tasks/opened_ahead.h"

namespace uvfiles {

class ReadMany final : public Task {
 public:
  explicit ReadMany(TaskArguments&& arguments);
  ~ReadMany() override;
  Step Run(const Slice& slice) override;

 private:
  enum class Progress : uint8_t { kFileDone, kSliceOver, kShortage, kBatchFirst, kBatchLast };

  Progress ReadOne(const Slice& slice, Folder* folder);
  Progress Begin(Folder* folder);
  void Learn(int64_t file_ns);
  bool Reserve(size_t size);
  void Finish(int code, ReadManyCall call);
  Step Flush(Step step);

  const std::string paths_;
  // Kept until the batch is full: to open them again in each slice would cost more than to read them.
  OpenedAhead ahead_;
  const size_t batch_size_;
  const int64_t slow_ns_;
  size_t paths_left_;
  size_t at_ = 0;  // of the next path; past the end: none

  // The file being read.
  UniqueFd file_;
  uint64_t expected_ = 0;  // by its stat; 0 where that says nothing
  size_t file_begin_ = 0;  // in memory_

  // The batch being filled. A block, since a string would write zeros first where a file is read to.
  Block memory_;
  size_t used_ = 0;
  std::string table_;
  uint64_t count_ = 0;

  UniqueFd elsewhere_;  // the last file of the last batch, if that is the caller's

  // That a file takes: tells whether the files are cached. -1: none was read.
  int64_t mean_ns_ = -1;
};

}  // namespace uvfiles
