// Copies one open regular file into another, a slice at a time, by the fastest way the two file systems offer: shared
// blocks, then a copy within the kernel, then read and write. Holes stay holes. Not thread-safe; used by one task.
#pragma once

#include <cstdint>

#include "core/has_memory.h"
#include "core/task.h"

namespace uvfiles {

class CopyContent {
 public:
  // The caller keeps both descriptors. `size` and `blocks` (of 512 bytes) are those that stat gives for `from`. `empty`: `to`
  // is a regular file without content, so bytes that are not written are zero. On a device, holes are written as zeros.
  void Begin(int from, int to, int64_t size, int64_t blocks, bool empty);

  // kDone: all of it is in `to`, or `code()` says why not. kAgain: the slice is over.
  Step Run(const Slice& slice, const Task& task);

  int code() const { return code_; }
  const char* syscall() const { return syscall_; }

 private:
  enum class Way : uint8_t { kClone, kRange, kLoop };

  bool NextExtent();
  // Copies a piece at offset_. Bytes, 0 at the end of `from`, or a negative code kept in code_.
  int64_t CopyPiece();
  int64_t Loop(size_t size);
  Step Finish();
  Step Fail(int64_t code, const char* syscall);

  int from_ = -1;
  int to_ = -1;
  int64_t size_ = 0;
  int64_t offset_ = 0;
  int64_t extent_end_ =
      0;  // of the data being copied; INT64_MAX: up to the end of the file, wherever that is by then
  bool sparse_ = false;
  Way way_ = Way::kClone;
  int code_ = 0;
  const char* syscall_ = "";
  Memory buffer_;
};

}  // namespace uvfiles
