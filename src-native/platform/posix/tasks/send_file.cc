#include "platform/posix/tasks/send_file.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "core/tasks/records.h"
#include "platform/file_system.h"
#include "platform/nonblocking.h"
#include "platform/posix/fast_copy.h"

namespace uvfiles {

namespace {
constexpr int64_t kPiece = 1024 * 1024;
constexpr size_t kMemoryPiece = 64 * 1024;
}  // namespace

SendFile::SendFile(TaskArguments&& arguments)
    : offset_(arguments.numbers[2]), left_(arguments.numbers[3]) {
  Duplicate(static_cast<int>(arguments.numbers[0]), &out_fd_, &out_);
  Duplicate(static_cast<int>(arguments.numbers[1]), &in_fd_, &in_);
}

void SendFile::Duplicate(int fd, UniqueFd* own, End* end) {
  end->file.fd = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (end->file.fd < 0 && failure_ == 0) failure_ = -errno;
  own->Reset(end->file.fd);
}

Step SendFile::Run(const Slice& slice) {
  if (!looked_) {
    if (failure_ == 0) failure_ = Look(&out_);
    if (failure_ == 0) failure_ = Look(&in_);
    looked_ = true;
    // sendfile(2) would wait for a socket that is not O_NONBLOCK.
    in_kernel_ = !in_.waits && (!out_.waits || out_.file.nonblocking);
  }
  while (failure_ == 0 && left_ > 0) {
    const int64_t moved = cancelled() ? -ECANCELED : SendPiece();
    if (moved == -EAGAIN) return sent_ > 0 ? Report(Step::kReady) : Step::kWaits;
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

Step SendFile::Report(Step step) {
  AppendInteger(&output, sent_);
  sent_ = 0;
  return step;
}

int SendFile::Look(End* end) {
  const int fd = end->file.fd;
  int64_t size;
  const int code = platform::Describe(fd, &end->file.kind, &size);
  if (code < 0) return code;
  end->waits = IsPolled(end->file.kind, platform::Seek(fd, 0, SEEK_CUR) >= 0);
  if (!end->waits) return 0;
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return -errno;
  end->file.nonblocking = (flags & O_NONBLOCK) != 0;
  return 0;
}

int64_t SendFile::SendPiece() {
  if (in_kernel_) {
    const int64_t moved =
        SendRange(out_.file.fd, in_.file.fd, offset_, static_cast<size_t>(std::min(left_, kPiece)));
    if (moved >= 0) {
      if (offset_ >= 0) offset_ += moved;
      return moved;
    }
    waits_for = {out_.file.fd, true};
    // Files that are open for appending, or cannot be mapped, need read and write.
    if (moved != -EINVAL && moved != -ENOSYS) return moved;
    in_kernel_ = false;
  }
  return SendThroughMemory(static_cast<size_t>(std::min<int64_t>(left_, kMemoryPiece)));
}

int64_t SendFile::Read(size_t size) {
  waits_for = {in_.file.fd, false};
  if (offset_ >= 0) return platform::Pread(in_.file.fd, &held_[0], size, offset_);
  if (in_.waits) return platform::ReadNow(in_.file, &held_[0], size);
  return platform::Read(in_.file.fd, &held_[0], size);
}

int64_t SendFile::Write() {
  waits_for = {out_.file.fd, true};
  const char* const from = &held_[held_from_];
  const size_t size = held_.size() - held_from_;
  return out_.waits ? platform::WriteNow(out_.file, from, size)
                    : platform::Write(out_.file.fd, from, size);
}

int64_t SendFile::SendThroughMemory(size_t size) {
  if (held_from_ == held_.size()) {
    held_.resize(size);
    held_from_ = 0;
    const int64_t got = Read(size);
    held_.resize(got > 0 ? static_cast<size_t>(got) : 0);
    if (got <= 0) return got;
  }
  const int64_t put = Write();
  if (put == 0) return -ENOSPC;
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

}  // namespace uvfiles
