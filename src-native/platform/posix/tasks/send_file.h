// Sends part of a file to another file or a socket, within the kernel where it can.
//
// A descriptor that would keep it waiting is waited for by the poller, whether or not it is O_NONBLOCK: no thread sleeps.
//
// Arguments: numbers: out fd, in fd, offset (-1: in's position, which moves on), count. Both fds stay the caller's: the
//   task duplicates them when it is made, so that a caller who closes one meanwhile does not redirect the transfer to
//   whatever gets the number next. Out of descriptors: EMFILE or ENFILE, with nothing sent.
// Output, a batch: int64 bytes sent since the last one. It ends a step whenever it has sent something and would go on to
//   wait, or to the next slice, so that whoever cancels it knows what was sent. Done: all of `count` has been sent, or
//   `in` has ended. Cancelled, or after an error: what has been sent is sent; of what was read of a seekable `in` at its
//   position, the position is behind what was sent.
#pragma once

#include <string>

#include "core/open_file.h"
#include "core/task.h"
#include "core/unique_fd.h"

namespace uvfiles {

class SendFile final : public Task {
 public:
  explicit SendFile(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  struct End {
    OpenFile file;
    bool waits = false;  // may keep a transfer waiting
  };

  void Duplicate(int fd, UniqueFd* own, End* end);
  int Look(End* end);
  // Bytes, 0 at the end, or a negative code; -EAGAIN with `waits_for`.
  int64_t SendPiece();
  int64_t SendThroughMemory(size_t size);
  int64_t Read(size_t size);
  int64_t Write();
  Step Report(Step step);

  End out_;
  End in_;
  UniqueFd out_fd_;
  UniqueFd in_fd_;
  bool looked_ = false;
  int failure_ = 0;  // to be told in a step of its own, after what was sent before it
  int64_t offset_;
  int64_t left_;
  int64_t sent_ = 0;  // since the last report
  bool in_kernel_ = true;
  std::string held_;  // read from a pipe and not yet taken by `out`
  size_t held_from_ = 0;
};

}  // namespace uvfiles
