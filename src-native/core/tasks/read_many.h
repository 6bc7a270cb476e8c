// kReadMany reads a list of files whole, a batch of them at a time; a large one has a batch to itself.
//
// Arguments: bytes: the paths as one list with NUL between them. numbers: bytes that a batch should have;
//   then, for tests, the mean nanoseconds per file from which on files are opened ahead.
// Output, a batch, in a block: the files' contents one after another; zeros up to a multiple of 8; for each file uint64 size,
//   int32 code (0: fine), uint32 what failed (ReadManyCall); last uint64 number of files. Files come in order.
// A FIFO or a device may have nothing to read yet, and no thread waits for it: it is the last of its batch, as kElsewhere, and
//   the caller reads it before the next step. Until then the task holds it open, so that its writers find a reader all the time.
// An empty batch: out of descriptors. Error: only cancellation; a file that fails fails alone.
#pragma once

#include <memory>
#include <string>

#include "core/task.h"
#include "core/unique_fd.h"
#include "platform/path_list.h"

namespace uvfiles {

enum class ReadManyCall : uint32_t { kOpen = 0, kStat = 1, kRead = 2, kElsewhere = 3 };

class ReadMany final : public Task {
 public:
  explicit ReadMany(TaskArguments&& arguments);
  ~ReadMany() override;
  Step Run(const Slice& slice) override;

 private:
  enum class Progress : uint8_t { kFileDone, kSliceOver, kShortage, kBatchFirst, kBatchLast };

  Progress ReadOne(const Slice& slice);
  Progress Begin();
  void Learn(int64_t file_ns);
  bool Reserve(size_t size);
  void Finish(int code, ReadManyCall call);
  Step Flush(Step step);

  const std::string paths_;
  // Keeps the files that it has opened ahead until the batch is full: to open them again in each slice costs more than
  // a read.
  const std::unique_ptr<platform::PathList> list_;
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
