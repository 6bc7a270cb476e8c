#include "platform/posix/tasks/send_file.h"

#include <algorithm>
#include <cerrno>

#include "core/tasks/records.h"
#include "platform/file_system.h"
#include "platform/posix/fast_copy.h"

namespace uvfiles {

namespace {
constexpr int64_t kPiece = 1024 * 1024;
constexpr size_t kMemoryPiece = 64 * 1024;
}  // namespace

SendFile::SendFile(TaskArguments&& arguments)
    : out_(static_cast<int>(arguments.numbers[0])),
      in_(static_cast<int>(arguments.numbers[1])),
      offset_(arguments.numbers[2]),
      left_(arguments.numbers[3]) {}

Step SendFile::run(const Slice& slice) {
  while (left_ > 0) {
    int64_t moved = cancelled() ? -ECANCELED : SendPiece();
    if (moved == -EAGAIN) return Report(Step::kReady);
    if (moved < 0) {
      error.code = static_cast<int>(moved);
      error.syscall = "sendfile";
      return Report(Step::kDone);
    }
    if (moved == 0) break;
    left_ -= moved;
    sent_ += moved;
    if (slice.expired() && left_ > 0) return Step::kAgain;
  }
  return Report(Step::kDone);
}

Step SendFile::Report(Step step) {
  AppendInteger(&output, sent_);
  sent_ = 0;
  return step;
}

int64_t SendFile::SendPiece() {
  if (in_kernel_) {
    const int64_t moved =
        SendRange(out_, in_, offset_, static_cast<size_t>(std::min(left_, kPiece)));
    if (moved >= 0) {
      if (offset_ >= 0) offset_ += moved;
      return moved;
    }
    // A pipe to read from, a file opened for appending: only read and write can.
    if (moved != -EINVAL && moved != -ENOSYS) return moved;
    in_kernel_ = false;
  }
  return SendThroughMemory(static_cast<size_t>(std::min<int64_t>(left_, kMemoryPiece)));
}

int64_t SendFile::SendThroughMemory(size_t size) {
  if (held_from_ == held_.size()) {
    held_.resize(size);
    held_from_ = 0;
    const int64_t got = offset_ >= 0 ? platform::pread(in_, &held_[0], size, offset_)
                                     : platform::read(in_, &held_[0], size);
    held_.resize(got > 0 ? static_cast<size_t>(got) : 0);
    if (got <= 0) return got;
    if (offset_ >= 0) offset_ += got;
  }
  const int64_t put = platform::write(out_, &held_[held_from_], held_.size() - held_from_);
  if (put > 0) held_from_ += static_cast<size_t>(put);
  return put;
}

}  // namespace uvfiles
