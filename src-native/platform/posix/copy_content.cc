#include "platform/posix/copy_content.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/write_all.h"
#include "platform/posix/fast_copy.h"

namespace uvfiles {

namespace {

// One call moves no more than this. Cancellation is checked between calls, so a cancelled copy ends soon. A file whose blocks
// can be shared is cloned whole, in one call, before any of this.
constexpr int64_t kRangePiece = 1024 * 1024;
constexpr size_t kLoopPiece = 256 * 1024;

// Copies of larger files tell the kernel that they read from the start to the end.
constexpr int64_t kLargeFile = 8 * 1024 * 1024;

}  // namespace

void CopyContent::Begin(int from, int to, int64_t size, int64_t blocks, bool empty) {
  from_ = from;
  to_ = to;
  size_ = size;
  offset_ = 0;
  code_ = 0;
  sparse_ = empty && blocks * 512 < size;
  extent_end_ = sparse_ ? 0 : INT64_MAX;
  // Files in /proc and the like report size 0, whatever they contain.
  way_ = size > 0 && empty ? Way::kClone : Way::kLoop;
  if (size > kLargeFile) WillReadOnce(from);
}

Step CopyContent::Fail(int64_t code, const char* syscall) {
  code_ = static_cast<int>(code);
  syscall_ = syscall;
  return Step::kDone;
}

Step CopyContent::Run(const Slice& slice, const Task& task) {
  if (way_ == Way::kClone) {
    if (CloneWhole(to_, from_) == 0) return Step::kDone;
    way_ = Way::kRange;
  }
  for (;;) {
    if (task.cancelled()) return Fail(-ECANCELED, "copyfile");
    if (offset_ >= extent_end_ && !NextExtent()) return code_ == 0 ? Finish() : Step::kDone;
    const int64_t moved = CopyPiece();
    if (moved < 0) return Step::kDone;
    // The file ends here, although its size may have been larger at first.
    if (moved == 0) {
      if (!sparse_) return Step::kDone;
      size_ = std::min(size_, offset_);
      return Finish();
    }
    offset_ += moved;
    if (slice.Expired()) return Step::kAgain;
  }
}

// False after the last extent, or with code_.
bool CopyContent::NextExtent() {
#ifdef SEEK_DATA
  const off_t data = ::lseek(from_, offset_, SEEK_DATA);
  if (data < 0 && errno == ENXIO) return false;  // only a hole is left
  if (data >= 0) {
    const off_t hole = ::lseek(from_, data, SEEK_HOLE);
    if (hole > data) {
      offset_ = data;
      extent_end_ = hole;
      return offset_ < size_;
    }
  }
#endif
  // The file system does not report holes.
  sparse_ = false;
  extent_end_ = INT64_MAX;
  return true;
}

int64_t CopyContent::CopyPiece() {
  const int64_t left = extent_end_ - offset_;
  if (way_ == Way::kRange) {
    const size_t size = static_cast<size_t>(std::min(left, kRangePiece));
    const int64_t moved = CopyRange(to_, offset_, from_, offset_, size);
    if (moved > 0) return moved;
    if (moved < 0 && !IsNoSuchWay(moved)) {
      Fail(moved, "copy_file_range");
      return moved;
    }
    // Some file systems answer 0 before the end of files that they can only read.
    if (moved == 0 && offset_ >= size_) return 0;
    way_ = Way::kLoop;
  }
  return Loop(static_cast<size_t>(std::min<int64_t>(left, static_cast<int64_t>(kLoopPiece))));
}

int64_t CopyContent::Loop(size_t size) {
  if (!buffer_) buffer_ = AllocateMemory(kLoopPiece);
  if (!buffer_) {
    Fail(-ENOMEM, "copyfile");
    return code_;
  }
  const int64_t got = platform::Pread(from_, buffer_.get(), size, offset_);
  if (got < 0) Fail(got, "read");
  if (got <= 0) return got;
  const int written = WriteAll(to_, buffer_.get(), static_cast<size_t>(got), offset_);
  if (written < 0) Fail(written, "write");
  return written < 0 ? written : got;
}

Step CopyContent::Finish() {
  // The hole at the end.
  if (sparse_) {
    const int code = platform::Truncate(to_, size_);
    if (code < 0) return Fail(code, "ftruncate");
  }
  return Step::kDone;
}

}  // namespace uvfiles
