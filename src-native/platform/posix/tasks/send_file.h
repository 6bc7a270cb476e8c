// Sends part of a file to another file or a socket, within the kernel where it can.
//
// Arguments: numbers: out fd, in fd, offset (-1: in's position, which moves on), count. Both fds stay the caller's.
// Output, a batch: int64 bytes sent since the last one. Ready means that `out` would block: run again later. Done: all
//   of `count` has been sent, or `in` has ended. Cancelled: what has been sent is sent.
#pragma once

#include <string>

#include "core/task.h"

namespace uvfiles {

class SendFile final : public Task {
 public:
  explicit SendFile(TaskArguments&& arguments);
  Step run(const Slice& slice) override;

 private:
  // Bytes, 0 at the end, or a negative code.
  int64_t SendPiece();
  int64_t SendThroughMemory(size_t size);
  Step Report(Step step);

  const int out_;
  const int in_;
  int64_t offset_;
  int64_t left_;
  int64_t sent_ = 0;  // since the last report
  bool in_kernel_ = true;
  std::string held_;  // read from `in` and not yet taken by `out`
  size_t held_from_ = 0;
};

}  // namespace uvfiles
