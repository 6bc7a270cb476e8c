#include "core/tasks/read_many.h"

#include <uv.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "core/clock.h"
#include "core/task.h"
#include "core/tasks/records.h"
#include "core/unique_fd.h"
#include "platform/file_system.h"
#include "platform/path_list.h"

namespace uvfiles {

namespace {

// The largest file that fits into one Buffer on every runtime.
constexpr uint64_t kMaxFile = 0x7fffffff;

// Files without a size, such as those in /proc, are read in steps of this size.
constexpr size_t kUnknownStep = 64 * 1024;

// The most bytes per read, so that the end of a slice is noticed.
constexpr size_t kMaxRead = 1024 * 1024;

// Bytes per file in the table behind the contents.
constexpr size_t kEntrySize = 16;

// If files take longer than this on average, they are assumed not to be cached.
constexpr int64_t kSlowNs = 20 * 1000;
// The mean covers about this many files.
constexpr int64_t kMeanOf = 32;

class ReadMany final : public Task {
 public:
  explicit ReadMany(TaskArguments&& arguments)
      : paths_(std::move(arguments.bytes[0])),
        list_(platform::MakePathList(paths_)),
        batch_size_(static_cast<size_t>(std::max<int64_t>(1, arguments.numbers[0]))),
        slow_ns_(arguments.numbers.size() > 1 ? arguments.numbers[1] : kSlowNs),
        paths_left_(static_cast<size_t>(std::count(paths_.begin(), paths_.end(), '\0')) + 1) {}

  ~ReadMany() override { BlockPool::Instance().Release(memory_); }

  Step Run(const Slice& slice) override {
    list_->LookUpAnew();
    elsewhere_.Reset();
    while (at_ <= paths_.size() || file_) {
      if (cancelled()) {
        error = {UV_ECANCELED, "read", "", ""};
        return Step::kDone;
      }
      if (used_ >= batch_size_ && !file_) return Flush(Step::kReady);
      const uint64_t begun = NowNs();
      switch (ReadOne(slice)) {
        case Progress::kFileDone:
          Learn(static_cast<int64_t>(NowNs() - begun));
          if (slice.Expired())
            return count_ > 0 && used_ >= batch_size_ ? Flush(Step::kReady) : Step::kAgain;
          break;
        case Progress::kSliceOver:
          return Step::kAgain;
        case Progress::kShortage:
        case Progress::kBatchFirst:
        case Progress::kBatchLast:
          return Flush(Step::kReady);
      }
    }
    return Flush(Step::kDone);
  }

 private:
  enum class Progress : uint8_t { kFileDone, kSliceOver, kShortage, kBatchFirst, kBatchLast };

  Progress ReadOne(const Slice& slice) {
    if (!file_) {
      const Progress begun = Begin();
      if (begun != Progress::kSliceOver) return begun;
    }
    for (;;) {
      const size_t got = used_ - file_begin_;
      // A file with a size is complete at that size. A short read before it is not the end.
      if (expected_ > 0 && got == expected_) break;
      const size_t room =
          expected_ > 0 ? std::min<size_t>(expected_ - got, kMaxRead) : kUnknownStep;
      // Includes room for the table, so that nothing has to be copied for it.
      const size_t wanted =
          (expected_ > 0 ? file_begin_ + expected_ : used_ + room) + table_.size() + 3 * kEntrySize;
      int64_t size = UV_ENOMEM;
      if (Reserve(wanted)) size = platform::Read(file_.Get(), memory_.data + used_, room);
      if (size > 0 && got + static_cast<size_t>(size) > kMaxFile) size = UV_EFBIG;
      if (size < 0) {
        used_ = file_begin_;
        Finish(static_cast<int>(size), ReadManyCall::kRead);
        return Progress::kFileDone;
      }
      used_ += static_cast<size_t>(size);
      if (size == 0) break;
      if (slice.Expired() && (expected_ == 0 || used_ - file_begin_ < expected_)) {
        return Progress::kSliceOver;
      }
    }
    Finish(0, ReadManyCall::kRead);
    return Progress::kFileDone;
  }

  Progress Begin() {
    const size_t path_at = at_;
    if (mean_ns_ >= slow_ns_) list_->OpenAhead(path_at, batch_size_ - std::min(used_, batch_size_));
    const int fd = list_->Open(path_at);
    if (IsDescriptorShortage(fd)) return Progress::kShortage;
    at_ += std::strlen(paths_.c_str() + path_at) + 1;
    if (paths_left_ > 0) paths_left_--;
    file_begin_ = used_;
    if (fd < 0) {
      Finish(fd, ReadManyCall::kOpen);
      return Progress::kFileDone;
    }
    file_.Reset(fd);
    FileKind kind;
    int64_t size;
    const int code = platform::Describe(fd, &kind, &size);
    if (code < 0) {
      Finish(code, ReadManyCall::kStat);
      return Progress::kFileDone;
    }
    if (kind == FileKind::kFifo || kind == FileKind::kCharacter) {
      elsewhere_ = std::move(file_);
      Finish(0, ReadManyCall::kElsewhere);
      return Progress::kBatchLast;
    }
    expected_ = kind == FileKind::kRegular ? static_cast<uint64_t>(size) : 0;
    if (expected_ > kMaxFile) {
      Finish(UV_EFBIG, ReadManyCall::kRead);
      return Progress::kFileDone;
    }
    if (count_ == 0) {
      // The other files are assumed to be as large. A batch that grows has to be copied.
      const uint64_t all = expected_ * (paths_left_ + uint64_t{1});
      const uint64_t most = batch_size_ + batch_size_ / 4;
      // If there is not enough memory for that, there may still be enough for one file: see below.
      Reserve(std::max<uint64_t>(expected_, std::min<uint64_t>(all, most)) +
              (paths_left_ + 2) * kEntrySize);
    }
    // A large file gets a batch of its own, so that neither keeps the memory of the other. It is opened again for that
    // batch: until the consumer asks for it, the task holds no descriptor.
    if (expected_ > batch_size_ / 2 && count_ > 0) {
      file_.Reset();
      at_ = path_at;
      paths_left_++;
      return Progress::kBatchFirst;
    }
    return Progress::kSliceOver;
  }

  // The first file alone sets the mean, because lists are short and neighbours are often cached alike.
  void Learn(int64_t file_ns) {
    mean_ns_ =
        mean_ns_ < 0 ? std::min(file_ns, 2 * slow_ns_) : mean_ns_ + (file_ns - mean_ns_) / kMeanOf;
  }

  // Makes room for this many bytes from the beginning of the batch. False if there is no memory;
  // the existing bytes stay.
  bool Reserve(size_t size) {
    if (size <= memory_.capacity) return true;
    BlockPool& pool = BlockPool::Instance();
    // As requested the first time. After that, memory grows by at least a half.
    Block larger = pool.Acquire(std::max(size, memory_.capacity + memory_.capacity / 2));
    if (larger.data == nullptr) return false;
    if (used_ > 0) std::memcpy(larger.data, memory_.data, used_);
    pool.Release(memory_);
    memory_ = larger;
    return true;
  }

  void Finish(int code, ReadManyCall call) {
    file_.Reset();
    AppendInteger(&table_, static_cast<uint64_t>(used_ - file_begin_));
    AppendInteger(&table_, static_cast<int32_t>(code));
    AppendInteger(&table_, static_cast<uint32_t>(call));
    count_++;
  }

  Step Flush(Step step) {
    // The consumer may never ask for more.
    list_->CloseAll();
    if (count_ == 0) return step;
    const size_t padded = (used_ + 7) & ~size_t{7};
    AppendInteger(&table_, count_);
    const size_t all = padded + table_.size();
    if (!Reserve(all)) {
      error = {UV_ENOMEM, "read", "", ""};
      return Step::kDone;
    }
    std::memset(memory_.data + used_, 0, padded - used_);
    std::memcpy(memory_.data + padded, table_.data(), table_.size());
    block = memory_;
    block_size = all;
    memory_ = Block();
    used_ = file_begin_ = 0;
    table_.clear();
    count_ = 0;
    return step;
  }

  const std::string paths_;
  // Keeps the files that it has opened ahead until the batch is full, because opening them again in
  // each slice costs more than a read.
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

  // The time that a file takes, which shows whether the files are cached. -1: none was read.
  int64_t mean_ns_ = -1;
};

}  // namespace

std::unique_ptr<Task> MakeReadMany(TaskArguments&& arguments) {
  return std::make_unique<ReadMany>(std::move(arguments));
}

}  // namespace uvfiles
