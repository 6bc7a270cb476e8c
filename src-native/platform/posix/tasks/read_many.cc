#include "platform/posix/tasks/read_many.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "core/tasks/records.h"
#include "platform/file_system.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

// What one Buffer is sure to hold on every runtime.
constexpr uint64_t kMaxFile = 0x7fffffff;

// Files that do not know their size (as in /proc) are read in steps of this size.
constexpr size_t kUnknownStep = 64 * 1024;

// One read is no longer than this, so that a slice is noticed.
constexpr size_t kMaxRead = 1024 * 1024;

}  // namespace

ReadMany::ReadMany(TaskArguments&& arguments)
    : paths_(std::move(arguments.bytes[0])),
      batch_size_(static_cast<size_t>(std::max<int64_t>(1, arguments.numbers[0]))),
      paths_left_(static_cast<size_t>(std::count(paths_.begin(), paths_.end(), '\0')) + 1) {}

Step ReadMany::run(const Slice& slice) {
  while (at_ <= paths_.size() || file_) {
    if (cancelled()) {
      error.code = -ECANCELED;
      error.syscall = "read";
      return Step::kDone;
    }
    if (data_.size() >= batch_size_ && !file_) return Flush(Step::kReady);
    switch (ReadOne(slice)) {
      case Progress::kFileDone:
        if (slice.expired())
          return count_ > 0 && data_.size() >= batch_size_ ? Flush(Step::kReady) : Step::kAgain;
        break;
      case Progress::kSliceOver:
        return Step::kAgain;
      case Progress::kShortage:
      case Progress::kBatchFirst:
        return Flush(Step::kReady);
    }
  }
  return Flush(Step::kDone);
}

ReadMany::Progress ReadMany::Begin() {
  const char* path = paths_.c_str() + at_;
  const int fd = platform::open_file(path, O_RDONLY, 0);
  if (IsDescriptorShortage(fd)) return Progress::kShortage;
  at_ += std::strlen(path) + 1;
  if (paths_left_ > 0) paths_left_--;
  file_begin_ = file_end_ = data_.size();
  if (fd < 0) {
    Finish(fd, ReadManyCall::kOpen);
    return Progress::kFileDone;
  }
  file_.reset(fd);
  struct stat found;
  const int code = Retrying([&] { return ::fstat(fd, &found); });
  if (code < 0) {
    Finish(code, ReadManyCall::kStat);
    return Progress::kFileDone;
  }
  expected_ = S_ISREG(found.st_mode) ? static_cast<uint64_t>(found.st_size) : 0;
  if (expected_ > kMaxFile) {
    Finish(-EFBIG, ReadManyCall::kRead);
    return Progress::kFileDone;
  }
  if (count_ == 0) {
    // The others are taken to be as large: a batch that grew would be copied, and its memory touched, twice over.
    const uint64_t all = expected_ * (paths_left_ + uint64_t{1});
    data_.reserve(
        std::max<uint64_t>(expected_, std::min<uint64_t>(all, batch_size_ + batch_size_ / 4)));
  }
  // Alone in the next batch rather than holding small neighbours' memory, or they its.
  if (expected_ > batch_size_ / 2 && count_ > 0) return Progress::kBatchFirst;
  return Progress::kSliceOver;
}

ReadMany::Progress ReadMany::ReadOne(const Slice& slice) {
  if (!file_) {
    const Progress begun = Begin();
    if (begun != Progress::kSliceOver) return begun;
  }
  for (;;) {
    const size_t got = file_end_ - file_begin_;
    // A file that says its size is done when that much has come; a short read before it is no end.
    if (expected_ > 0 && got == expected_) break;
    const size_t room = expected_ > 0 ? std::min<size_t>(expected_ - got, kMaxRead) : kUnknownStep;
    if (expected_ > 0 && got == 0) data_.reserve(file_begin_ + expected_);
    data_.resize(file_end_ + room);
    const int64_t size = platform::read(file_.get(), &data_[file_end_], room);
    if (size < 0) {
      data_.resize(file_begin_);
      Finish(static_cast<int>(size), ReadManyCall::kRead);
      return Progress::kFileDone;
    }
    file_end_ += static_cast<size_t>(size);
    data_.resize(file_end_);
    if (size == 0) break;
    if (file_end_ - file_begin_ > kMaxFile) {
      data_.resize(file_begin_);
      Finish(-EFBIG, ReadManyCall::kRead);
      return Progress::kFileDone;
    }
    if (slice.expired() && (expected_ == 0 || file_end_ - file_begin_ < expected_)) {
      return Progress::kSliceOver;
    }
  }
  Finish(0, ReadManyCall::kRead);
  return Progress::kFileDone;
}

void ReadMany::Finish(int code, ReadManyCall call) {
  file_.reset();
  AppendInteger(&table_, static_cast<uint64_t>(data_.size() - file_begin_));
  AppendInteger(&table_, static_cast<int32_t>(code));
  AppendInteger(&table_, static_cast<uint32_t>(call));
  count_++;
}

Step ReadMany::Flush(Step step) {
  if (count_ == 0) return step;
  output = std::move(data_);
  data_.clear();
  file_begin_ = file_end_ = 0;
  PadTo(&output, 8);
  output += table_;
  AppendInteger(&output, count_);
  table_.clear();
  count_ = 0;
  return step;
}

}  // namespace uvfiles
