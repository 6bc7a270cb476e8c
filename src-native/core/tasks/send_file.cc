// kSendFile of core/tasks/copies.h.
#include <uv.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "core/open_file.h"
#include "core/task.h"
#include "core/tasks/copies.h"
#include "core/tasks/records.h"
#include "core/unique_fd.h"
#include "platform/file_system.h"
#include "platform/nonblocking.h"

namespace uvfiles {

namespace {
constexpr int64_t kPiece = 1024 * 1024;
constexpr size_t kMemoryPiece = 64 * 1024;

class SendFile final : public Task {
 public:
  explicit SendFile(TaskArguments&& arguments)
      : offset_(arguments.numbers[2]), left_(arguments.numbers[3]) {
    Duplicate(static_cast<int>(arguments.numbers[0]), &out_fd_, &out_);
    Duplicate(static_cast<int>(arguments.numbers[1]), &in_fd_, &in_);
  }

  Step Run(const Slice& slice) override {
    if (!looked_) {
      if (failure_ == 0) failure_ = Look(&out_);
      if (failure_ == 0) failure_ = Look(&in_);
      looked_ = true;
      // sendfile(2) would wait for a socket that is not O_NONBLOCK.
      in_kernel_ = !in_.waits && (!out_.waits || out_.file.nonblocking);
    }
    while (failure_ == 0 && left_ > 0) {
      const int64_t moved = cancelled() ? int64_t{UV_ECANCELED} : SendPiece();
      if (moved == UV_EAGAIN) return sent_ > 0 ? Report(Step::kReady) : Step::kWaits;
      if (moved < 0) failure_ = static_cast<int>(moved);
      if (moved == 0) break;
      if (moved < 0) continue;
      left_ -= moved;
      sent_ += moved;
      if (slice.Expired() && left_ > 0) return Report(Step::kReady);
    }
    if (failure_ != 0) {
      if (sent_ > 0) return Report(Step::kReady);
      error = {failure_, "sendfile", "", ""};
    }
    return Report(Step::kDone);
  }

 private:
  struct End {
    OpenFile file;
    bool waits = false;  // a transfer may have to wait
  };

  void Duplicate(int fd, UniqueFd* own, End* end) {
    end->file.fd = platform::Duplicate(fd);
    if (end->file.fd < 0 && failure_ == 0) failure_ = end->file.fd;
    own->Reset(end->file.fd);
  }

  int Look(End* end) {
    const int fd = end->file.fd;
    int64_t size;
    const int code = platform::Describe(fd, &end->file.kind, &size);
    if (code < 0) return code;
    end->waits = IsPolled(end->file.kind, platform::Seek(fd, 0, SEEK_CUR) >= 0);
    if (!end->waits) return 0;
    const int nonblocking = platform::IsNonblocking(fd);
    end->file.nonblocking = nonblocking > 0;
    return std::min(nonblocking, 0);
  }

  // Bytes, 0 at the end, or a negative code; UV_EAGAIN with `waits_for`.
  int64_t SendPiece() {
    if (in_kernel_) {
      const int64_t moved = platform::SendRange(out_.file.fd, in_.file.fd, offset_,
                                                static_cast<size_t>(std::min(left_, kPiece)));
      if (moved >= 0) {
        if (offset_ >= 0) offset_ += moved;
        return moved;
      }
      waits_for = {out_.file.fd, true};
      // Files that are open for appending, or cannot be mapped, need read and write.
      if (moved != UV_EINVAL && moved != UV_ENOSYS) return moved;
      in_kernel_ = false;
    }
    return SendThroughMemory(static_cast<size_t>(std::min<int64_t>(left_, kMemoryPiece)));
  }

  int64_t SendThroughMemory(size_t size) {
    if (held_from_ == held_.size()) {
      held_.resize(size);
      held_from_ = 0;
      const int64_t got = Read(size);
      held_.resize(got > 0 ? static_cast<size_t>(got) : 0);
      if (got <= 0) return got;
    }
    const int64_t put = Write();
    if (put == 0) return UV_ENOSPC;
    if (put > 0) held_from_ += static_cast<size_t>(put);
    // Bytes that were not written are read again from a file. Those of a pipe are kept.
    if (offset_ >= 0) {
      if (put > 0) offset_ += put;
      held_.clear();
      held_from_ = 0;
    } else if (!in_.waits && held_from_ < held_.size()) {
      const auto rest = static_cast<int64_t>(held_.size() - held_from_);
      platform::Seek(in_.file.fd, -rest, SEEK_CUR);
      held_.clear();
      held_from_ = 0;
    }
    return put;
  }

  int64_t Read(size_t size) {
    waits_for = {in_.file.fd, false};
    if (offset_ >= 0) return platform::Pread(in_.file.fd, &held_[0], size, offset_);
    if (in_.waits) return platform::ReadNow(in_.file, &held_[0], size);
    return platform::Read(in_.file.fd, &held_[0], size);
  }

  int64_t Write() {
    waits_for = {out_.file.fd, true};
    const char* const from = &held_[held_from_];
    const size_t size = held_.size() - held_from_;
    return out_.waits ? platform::WriteNow(out_.file, from, size)
                      : platform::Write(out_.file.fd, from, size);
  }

  Step Report(Step step) {
    AppendInteger(&output, sent_);
    sent_ = 0;
    return step;
  }

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

}  // namespace

std::unique_ptr<Task> MakeSendFile(TaskArguments&& arguments) {
  return std::make_unique<SendFile>(std::move(arguments));
}

}  // namespace uvfiles
