// kSendFile of core/tasks/copies.h.
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
    bool waits = false;  // a transfer may have to wait
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
  int failure_ = 0;  // reported in a separate step, after the bytes that were sent before it
  int64_t offset_;
  int64_t left_;
  int64_t sent_ = 0;  // since the last report
  bool in_kernel_ = true;
  std::string held_;  // read from the input and not yet written to `out_`
  size_t held_from_ = 0;
};

}  // namespace uvfiles
